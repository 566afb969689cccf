use super::format::ShareFormat;
use super::query::{GetSharedConversationQuery, KNOWN};
use super::{ContinueUrl, Layouts, SharedConversationBody, View, html, markdown, preview_bots};
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::Query;
use crate::head_request::is_head;
use crate::long_work::{LongWork, json};
use crate::memory::{PAGE, take_room};
use crate::tags;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::shares::{ShareService, ViewPage, Visit};
use endpoint::get;
use page::PageContext;

/// Open a link
///
/// The messages that a link shows: a page for browsers, JSON for programs, Markdown if asked
/// for. Only messages of users and assistants are shown, and no data about the owner. 410 once the link has
/// ended.
#[utoipa::path(
    tag = "shares",
    params(
        ("share_id" = String, Path, description = "The link's secret name.",
            example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc"),
        GetSharedConversationQuery,
    ),
    responses((status = 200, description = "The shared conversation, or a page of it.", content(
        (SharedConversationBody = "application/json"),
        (String = "text/html"),
        (String = "text/markdown"),
    ))),
    extensions(
        ("x-error-codes" = json!([
        "invalid_cursor", "share_ended", "rate_limited", "server_busy",
    ])),
        ("x-example" = json!({ "expires_at": "2025-12-24T10:00:00.000000Z" })),
    ),
    security(()),
)]
#[get("/conversations/share/{share_id}")]
pub(crate) async fn get_shared_conversation(
    request: HttpRequest,
    client: ClientAddress,
    shares: web::Data<ShareService>,
    layouts: web::Data<Layouts>,
    continue_url: web::Data<Option<ContinueUrl>>,
    share_id: web::Path<String>,
    query: Result<Query<GetSharedConversationQuery>, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let known = Query::<GetSharedConversationQuery>::only(&request, &KNOWN);
    let asked = known.as_ref().ok().and_then(|Query(query)| query.format);
    let format = asked.unwrap_or_else(|| ShareFormat::accepted(&request));
    // Sites add parameters of their own to a link that a person follows.
    let query = match format {
        ShareFormat::Html => known,
        ShareFormat::Json | ShareFormat::Md => query,
    };
    // A preview is not a reader yet.
    let visit = match is_head(&request) || preview_bots::asks(&request) {
        true => Visit::Asking,
        false => Visit::Reading,
    };
    let answer = async {
        let Query(query) = query?;
        let mut page = ViewPage::try_from(&query)?;
        let is_page = format == ShareFormat::Html;
        if is_page {
            page.bytes = html::PAGE;
        }
        take_room(&request, if is_page { html::ROOM } else { PAGE }).await?;
        let limit = page.limit.get();
        let origin = client.origin();
        let view = shares.view(origin, &share_id, page, visit).await?;
        if !is_page {
            return Ok(tags::written(
                &request,
                show(&request, view, format, &share_id).await?,
            ));
        }
        let standing = shares.standing(origin, &share_id, &view).await?;
        let around = PageContext {
            neighbours: html::neighbours(&view, &query),
            standing: standing.map(|place| html::standing(place, view.items.len(), limit)),
            link: html::link(&request, &share_id, continue_url.as_ref().as_ref()),
        };
        let page = html::write(&request, view, around, &layouts, origin).await?;
        let page = HttpResponse::Ok()
            .content_type(ContentType::html())
            .body(page);
        Ok(tags::written(&request, page))
    };
    // A browser that asked for a page gets failures as a page.
    answer.await.map_err(|error: ApiError| match format {
        ShareFormat::Html => error.into_page(),
        ShareFormat::Json | ShareFormat::Md => error,
    })
}

/// As data, or as text.
async fn show(
    request: &HttpRequest,
    view: View,
    format: ShareFormat,
    share_id: &str,
) -> Result<HttpResponse, ApiError> {
    let texts = view.items.iter().map(|item| item.content.as_str().len());
    let bytes = texts.sum();
    if format == ShareFormat::Json {
        let body = SharedConversationBody::new(share_id.to_owned(), view);
        return json(request, bytes, body).await;
    }
    let write = move || Ok(markdown::write(&view));
    Ok(HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .body(
            LongWork::turns(request)
                .for_an_answer()
                .run(bytes, write)
                .await?,
        ))
}
