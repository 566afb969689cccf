use super::{RANKED, RECENT, SearchHitListBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::items::RoleBody;
use crate::list::{ArchivedParam, number, unknown_cursor};
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, ProjectId};
use domain::page::Limit;
use domain::search::{self, Search, SearchFilter, SearchService, Sort};
use endpoint::get;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// The query, without regard to case: words, all of which must be there, a `"phrase"`, `-without`, `prefix*`. At
    /// most 32 terms. Diacritics matter only in words of the query that have them.
    #[param(
        min_length = 1,
        max_length = 1_000,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "invoice -draft"
    )]
    q: String,
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// Only messages of this role.
    #[param(inline)]
    role: Option<RoleBody>,
    /// Only in this project.
    #[param(min_length = 1, example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<String>,
    /// Only in this conversation.
    #[param(min_length = 1, example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    conversation_id: Option<String>,
    /// Only messages and titles from this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Only messages and titles from before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// `any` by default.
    #[param(inline)]
    archived: Option<ArchivedParam>,
    /// `recent` (default), newest first; `relevance`, of the 200 newest hits the best first.
    #[param(inline)]
    sort: Option<SearchSortParam>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SearchSortParam {
    Recent,
    Relevance,
}

impl TryFrom<SearchQuery> for Search {
    type Error = Error;

    fn try_from(query: SearchQuery) -> Result<Self, Error> {
        let after = query.after.as_deref();
        let project = query.project_id.map(|id| ProjectId::parse(&id)).transpose();
        let conversation = query.conversation_id.map(|id| ConversationId::parse(&id));
        let conversation = conversation.transpose();
        Ok(Self {
            query: search::ParsedQuery::parse(&query.q)?,
            filter: SearchFilter {
                role: query.role.map(Into::into),
                project: project.map_err(|error| error.named_by("project_id"))?,
                conversation: conversation.map_err(|error| error.named_by("conversation_id"))?,
                from: time("from", query.from.as_deref())?,
                to: time("to", query.to.as_deref())?,
                archived: match query.archived {
                    None | Some(ArchivedParam::Any) => None,
                    Some(ArchivedParam::True) => Some(true),
                    Some(ArchivedParam::False) => Some(false),
                },
            },
            sort: match query.sort {
                None | Some(SearchSortParam::Recent) => Sort::Recent {
                    after: after.map(read_cursor).transpose()?.map(ItemId::ulid),
                },
                Some(SearchSortParam::Relevance) => {
                    let (after, before) = after.map(rank).transpose()?.unwrap_or_default();
                    Sort::Relevance {
                        before: before.map(ItemId::ulid),
                        after,
                    }
                }
            },
            limit: Limit::parse(query.limit)?,
        })
    }
}

fn time(param: &str, given: Option<&str>) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(given) = given else {
        return Ok(None);
    };
    let time = DateTime::parse_from_rfc3339(given);
    let time = time.map_err(|_| Error::invalid(param, no_time(param, given)))?;
    Ok(Some(time.to_utc()))
}

fn no_time(param: &str, given: &str) -> String {
    // A plus sign in a query is a space.
    let with_plus = given
        .rsplit_once(' ')
        .map(|(time, zone)| format!("{time}+{zone}"));
    let is_plus = with_plus.is_some_and(|time| DateTime::parse_from_rfc3339(&time).is_ok());
    let hint = match is_plus {
        true => " In an address, its plus sign is written as %2B.",
        false => "",
    };
    format!("{param} must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z.{hint}")
}

/// Reads a cursor. Its digits are those of a message's id.
fn read_cursor(cursor: &str) -> Result<ItemId, Error> {
    let digits = cursor.strip_prefix(RECENT);
    let id = digits.and_then(|digits| ItemId::parse(&format!("item_{digits}")).ok());
    id.ok_or_else(|| unknown_cursor("after"))
}

/// Reads a cursor of an order by relevance: the number of hits before, and the place after which these
/// were looked for.
fn rank(cursor: &str) -> Result<(usize, Option<ItemId>), Error> {
    let digits = cursor.strip_prefix(RANKED);
    let (rank, place) = match digits.and_then(|digits| digits.split_once('_')) {
        None => (digits.and_then(number), None),
        Some((rank, place)) => {
            let place = read_cursor(&format!("{RECENT}{place}"))?;
            (number(rank), Some(place))
        }
    };
    let rank = rank.and_then(|rank| usize::try_from(rank).ok());
    rank.filter(|rank| *rank <= Sort::RANKED)
        .map(|rank| (rank, place))
        .ok_or_else(|| unknown_cursor("after"))
}

/// Search your messages and titles
///
/// Finds messages and titles in any language, newest first by default. A message can be found as soon as it is
/// stored, and no longer once it is deleted.
#[utoipa::path(
    tag = "conversations",
    params(SearchQuery),
    responses((status = 200, description = "A page of hits.", body = SearchHitListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor", "project_not_found", "conversation_not_found"]))),
    security(("bearer" = [])),
)]
#[get("/search")]
pub(crate) async fn list_search_hits(
    Authenticated(actor): Authenticated,
    service: web::Data<SearchService>,
    request: HttpRequest,
    Query(query): Query<SearchQuery>,
) -> Result<HttpResponse, ApiError> {
    let search = Search::try_from(query)?;
    take_memory(&request, PAGE).await?;
    let page = service.search(actor.owner_id, &search).await?;
    Ok(HttpResponse::Ok().json(SearchHitListBody::from(page)))
}
