use super::format::ShareFormat;
use super::query::{GetSharedConversationQuery, KNOWN};
use super::{ContinueUrl, Layouts, SharedConversationBody, View, html, markdown, preview_bots};
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::Query;
use crate::head_request::is_head;
use crate::long_work::{LongWork, json};
use crate::memory::{PAGE, take_memory};
use crate::tags;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::limits::Origin;
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
    let link = LinkRequest {
        request: &request,
        shares: &shares,
        origin: client.origin(),
        share_id: &share_id,
    };
    let answer = async {
        let Query(query) = query?;
        match format {
            ShareFormat::Html => {
                link.page(&query, &layouts, continue_url.as_ref().as_ref())
                    .await
            }
            ShareFormat::Json | ShareFormat::Md => link.document(&query, format).await,
        }
    };
    // A browser that asked for a page gets failures as a page.
    answer.await.map_err(|error: ApiError| match format {
        ShareFormat::Html => error.into_page(),
        ShareFormat::Json | ShareFormat::Md => error,
    })
}

/// A request for the messages of a link.
struct LinkRequest<'a> {
    request: &'a HttpRequest,
    shares: &'a ShareService,
    origin: Origin,
    share_id: &'a str,
}

impl LinkRequest<'_> {
    /// The messages as JSON or Markdown.
    async fn document(
        &self,
        query: &GetSharedConversationQuery,
        format: ShareFormat,
    ) -> Result<HttpResponse, ApiError> {
        let page = ViewPage::try_from(query)?;
        take_memory(self.request, PAGE).await?;
        let view = self.view(page).await?;
        let answer = show(self.request, view, format, self.share_id).await?;
        Ok(tags::written(self.request, answer))
    }

    /// The messages as a page for a browser.
    async fn page(
        &self,
        query: &GetSharedConversationQuery,
        layouts: &Layouts,
        continue_url: Option<&ContinueUrl>,
    ) -> Result<HttpResponse, ApiError> {
        let mut page = ViewPage::try_from(query)?;
        page.bytes = html::PAGE;
        take_memory(self.request, html::MEMORY).await?;
        let limit = page.limit.get();
        let view = self.view(page).await?;
        let standing = self.shares.standing(self.origin, self.share_id, &view);
        let standing = standing.await?;
        let around = PageContext {
            neighbours: html::neighbours(&view, query),
            standing: standing.map(|standing| html::standing(standing, view.items.len(), limit)),
            link: html::link(self.request, self.share_id, continue_url),
        };
        let page = html::write(self.request, view, around, layouts, self.origin).await?;
        let page = HttpResponse::Ok()
            .content_type(ContentType::html())
            .body(page);
        Ok(tags::written(self.request, page))
    }

    async fn view(&self, page: ViewPage) -> Result<View, ApiError> {
        // A preview is not a reader yet.
        let visit = match is_head(self.request) || preview_bots::asks(self.request) {
            true => Visit::Asking,
            false => Visit::Reading,
        };
        let view = self.shares.view(self.origin, self.share_id, page, visit);
        Ok(view.await?)
    }
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
            LongWork::runner(request)
                .for_an_answer()
                .run(bytes, write)
                .await?,
        ))
}
