use super::format::FormatParam;
use super::{CURSOR, Layouts, SharedConversationBody, View, html, markdown};
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::Query;
use crate::list::{numbered, unknown_cursor};
use crate::memory::look_for_room;
use crate::request::is_head;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::error::Error;
use domain::id::Sequence;
use domain::limits::Origin;
use domain::page::Limit;
use domain::shares::{ShareService, ViewFrom, ViewPage, Visit};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetSharedConversationQuery {
    /// How many messages per page.
    #[param(minimum = 1, maximum = 500, default = 100)]
    pub(super) limit: Option<i64>,
    /// The `next_after` of the page before.
    after: Option<String>,
    /// A place as in `after`: the page that ends before it. Not together with `after`.
    before: Option<String>,
    /// The form of the answer; otherwise `Accept` decides, and JSON is the answer to whoever takes
    /// anything.
    #[param(inline)]
    pub(super) format: Option<FormatParam>,
}

impl GetSharedConversationQuery {
    /// Where the page begins or ends, as a part of its address; only for a query that was found good.
    pub(super) fn place(&self) -> Option<String> {
        let places = [("after", &self.after), ("before", &self.before)];
        places.into_iter().find_map(|(name, place)| {
            let place = place.as_ref()?;
            Some(format!("&{name}={place}"))
        })
    }
}

/// The parameters of the query above.
const KNOWN: [&str; 4] = ["limit", "after", "before", "format"];

impl TryFrom<&GetSharedConversationQuery> for ViewPage {
    type Error = Error;

    fn try_from(query: &GetSharedConversationQuery) -> Result<Self, Error> {
        let from = match (&query.after, &query.before) {
            (None, None) => ViewFrom::Beginning,
            (Some(after), None) => ViewFrom::After(place(after, "after")?),
            (None, Some(before)) => ViewFrom::Before(place(before, "before")?),
            (Some(_), Some(_)) => {
                let message = "before must be absent where after is given.";
                return Err(Error::invalid("before", message));
            }
        };
        Ok(Self {
            limit: Limit::of_shared(query.limit)?,
            from,
        })
    }
}

fn place(cursor: &str, param: &str) -> Result<Sequence, Error> {
    numbered(CURSOR, cursor)
        .map(Sequence)
        .ok_or_else(|| unknown_cursor(param))
}

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
        show(view, format, &query, &share_id, (&layouts, client.origin())).await
    };
    // Who asked for a page is told of failures by a page.
    answer.await.map_err(|error| match format {
        FormatParam::Html => error.into_page(),
        FormatParam::Json | FormatParam::Md => error,
    })
}

async fn show(
    view: View,
    format: FormatParam,
    query: &GetSharedConversationQuery,
    share_id: &str,
    (layouts, origin): (&Layouts, Origin),
) -> Result<HttpResponse, ApiError> {
    Ok(match format {
        FormatParam::Json => {
            HttpResponse::Ok().json(SharedConversationBody::new(share_id.to_owned(), view))
        }
        FormatParam::Md => HttpResponse::Ok()
            .content_type("text/markdown; charset=utf-8")
            .body(markdown::write(&view)),
        FormatParam::Html => {
            let neighbours = html::neighbours(&view, query);
            HttpResponse::Ok()
                .content_type(ContentType::html())
                .body(html::write(view, neighbours, layouts, origin).await?)
        }
    })
}
