use super::format::FormatParam;
use super::query::{GetSharedConversationQuery, KNOWN};
use super::{Layouts, SharedConversationBody, View, html, markdown};
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::Query;
use crate::long_work::{LongWork, json};
use crate::memory::look_for_room;
use crate::request::is_head;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::limits::Origin;
use domain::shares::{ShareService, ViewPage, Visit};

/// Open a link
///
/// What a link shows, for whoever has it: a page for browsers, JSON for programs, Markdown if asked
/// for. Only messages of users and assistants, and nothing of the owner. 410 once the link has ended.
#[utoipa::path(
    tag = "shares",
    params(
        ("share_id" = String, Path, description = "The link's secret name.",
            example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc"),
        GetSharedConversationQuery,
    ),
    responses((status = 200, description = "What it shows, or a page of it.", content(
        (SharedConversationBody = "application/json"),
        (String = "text/html"),
        (String = "text/markdown"),
    ))),
    extensions(("x-error-codes" = json!([
        "invalid_cursor", "share_ended", "rate_limited", "server_busy",
    ]))),
    security(()),
)]
#[get("/conversations/share/{share_id}")]
pub(crate) async fn get_shared_conversation(
    request: HttpRequest,
    client: ClientAddress,
    shares: web::Data<ShareService>,
    layouts: web::Data<Layouts>,
    share_id: web::Path<String>,
    query: Result<Query<GetSharedConversationQuery>, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let known = Query::<GetSharedConversationQuery>::only(&request, &KNOWN);
    let asked = known.as_ref().ok().and_then(|Query(query)| query.format);
    let format = asked.unwrap_or_else(|| FormatParam::accepted(&request));
    // Sites add parameters of their own to a link that a person follows.
    let query = match format {
        FormatParam::Html => known,
        FormatParam::Json | FormatParam::Md => query,
    };
    let visit = match is_head(&request) {
        true => Visit::Asking,
        false => Visit::Reading,
    };
    let answer = async {
        let Query(query) = query?;
        let page = ViewPage::try_from(&query)?;
        if let Err(waiting) = look_for_room(&request) {
            waiting.done().await?;
        }
        let view = shares.view(client.origin(), &share_id, page, visit).await?;
        let from = (layouts.get_ref(), client.origin());
        show(&request, view, format, &query, &share_id, from).await
    };
    // Who asked for a page is told of failures by a page.
    answer.await.map_err(|error| match format {
        FormatParam::Html => error.into_page(),
        FormatParam::Json | FormatParam::Md => error,
    })
}

async fn show(
    request: &HttpRequest,
    view: View,
    format: FormatParam,
    query: &GetSharedConversationQuery,
    share_id: &str,
    (layouts, origin): (&Layouts, Origin),
) -> Result<HttpResponse, ApiError> {
    let texts = view.items.iter().map(|item| item.content.as_str().len());
    let bytes = texts.sum();
    Ok(match format {
        FormatParam::Json => {
            let body = SharedConversationBody::new(share_id.to_owned(), view);
            json(request, bytes, body).await?
        }
        FormatParam::Md => {
            let write = move || Ok(markdown::write(&view));
            HttpResponse::Ok()
                .content_type("text/markdown; charset=utf-8")
                .body(LongWork::run(request, bytes, write).await?)
        }
        FormatParam::Html => {
            let neighbours = html::neighbours(&view, query);
            HttpResponse::Ok()
                .content_type(ContentType::html())
                .body(html::write(view, neighbours, layouts, origin).await?)
        }
    })
}
