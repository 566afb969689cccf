use super::{ConversationListBody, MetadataBody, TagBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Labels, Sorted, yes_or_no};
use crate::list::{ArchivedParam, OrderParam, unknown_cursor};
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::DateTime;
use domain::conversations::{
    Conversation, ConversationList, ConversationService, FlagFilter, ListSort, Metadata, TagKey,
    Tags,
};
use domain::error::Error;
use domain::id::{ConversationId, OwnerId, ProjectId};
use domain::page::{Limit, Order};
use domain::search::{self, SearchService};
use endpoint::get;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListConversationsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: Option<i64>,
    /// The `next_after` or the `last_id` of the page before.
    #[param(min_length = 1)]
    pub(crate) after: Option<String>,
    /// `desc`, newest first, by default.
    #[param(inline)]
    pub(crate) order: Option<OrderParam>,
    /// Only conversations of this project.
    #[param(min_length = 1, example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    pub(crate) project_id: Option<String>,
    /// `created` (default) pages exactly, also during changes; `updated`, most recent activity
    /// first, may show a conversation again that was active while you paged.
    #[param(inline)]
    pub(crate) sort: Option<SortParam>,
    /// `false` (default) leaves archived conversations out, `true` shows only them.
    #[param(inline)]
    pub(crate) archived: Option<ArchivedParam>,
    /// `true`: only pinned conversations; `false`: only the others.
    #[serde(default, deserialize_with = "yes_or_no")]
    pub(crate) pinned: Option<bool>,
    /// Only conversations with a title that matches, as in `GET /v1/search`. A page may then end
    /// early, and `has_more` says so.
    #[param(
        min_length = 1,
        max_length = 1_000,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "invoice -draft"
    )]
    pub(crate) q: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SortParam {
    Created,
    Updated,
}

impl ListConversationsQuery {
    /// The page; `project` is the project in the address, if there is one.
    pub(crate) async fn page(
        self,
        request: &HttpRequest,
        (conversations, search): (&ConversationService, &SearchService),
        owner: OwnerId,
        labels: Labels,
        project: Option<ProjectId>,
    ) -> Result<ConversationListBody, ApiError> {
        let words = self
            .q
            .as_deref()
            .map(search::ParsedQuery::parse)
            .transpose()?;
        let query = self.placed(conversations, owner).await?;
        let list = query.list(labels, project)?;
        let cursor = cursor(&list.sort);
        let named = |error: Error| match project {
            Some(_) => error,
            None => error.named_by("project_id"),
        };
        let Some(words) = words else {
            let page = conversations.list(owner, list).await.map_err(named)?;
            return Ok(ConversationListBody::new(page, cursor));
        };
        take_memory(request, PAGE).await?;
        let found = search.titles(owner, &words, list).await.map_err(named)?;
        let next = found.last.as_ref().map(cursor);
        Ok(ConversationListBody::until(found.conversations, next))
    }

    /// Makes a cursor of the sort from an id in `after`. With `sort=updated`, an id stands for the
    /// time of the conversation's last activity.
    async fn placed(
        mut self,
        conversations: &ConversationService,
        owner: OwnerId,
    ) -> Result<Self, Error> {
        let by_activity = matches!(self.sort, Some(SortParam::Updated));
        let after = self.after.as_deref().filter(|_| by_activity);
        if let Some(id) = after.and_then(|after| ConversationId::parse(after).ok()) {
            let found = conversations.get(owner, id).await;
            let found = found.map_err(|error| match error {
                Error::NotFound { .. } => unknown_cursor("after"),
                error => error,
            })?;
            self.after = Some(activity_cursor(&found));
        }
        Ok(self)
    }

    /// The domain's list.
    fn list(self, labels: Labels, project: Option<ProjectId>) -> Result<ConversationList, Error> {
        let named = self.project_id.map(|id| ProjectId::parse(&id)).transpose();
        let named = named.map_err(|error| error.named_by("project_id"))?;
        Ok(ConversationList {
            limit: Limit::parse(self.limit)?,
            order: self.order.map_or(Order::Descending, Order::from),
            project_id: project.or(named),
            flags: FlagFilter {
                archived: ArchivedParam::filter(self.archived),
                pinned: self.pinned,
            },
            tags: tags(labels.tags)?,
            metadata: pairs(labels.metadata)?,
            sort: match self.sort.unwrap_or(SortParam::Created) {
                SortParam::Created => ListSort::Created {
                    after: self.after.map(|after| read_created(&after)).transpose()?,
                },
                SortParam::Updated => ListSort::Updated {
                    after: self.after.map(|after| read_updated(&after)).transpose()?,
                },
            },
        })
    }
}

/// The tags of the query: a conversation must have all of them.
fn tags(sent: Vec<String>) -> Result<Vec<TagKey>, Error> {
    if sent.len() > Tags::MOST {
        return Err(Error::invalid("tag", "tag may be given at most 20 times."));
    }
    let each = sent.iter();
    each.map(|tag| TagKey::parse("tag", tag)).collect()
}

/// The pairs of metadata of the query: a conversation must have all of them.
fn pairs(sent: Vec<(String, String)>) -> Result<Vec<(String, String)>, Error> {
    let number = sent.len();
    let pairs: std::collections::BTreeMap<_, _> = sent.into_iter().collect();
    if pairs.len() < number {
        let message = "Each key of metadata may be given once.";
        return Err(Error::invalid("metadata", message));
    }
    let pairs = Metadata::parse(pairs)?.into_pairs();
    Ok(pairs.into_iter().collect())
}

/// The function that makes the cursor after the last entry of a page, for the same sort.
fn cursor(sort: &ListSort) -> fn(&Conversation) -> String {
    match sort {
        ListSort::Created { .. } => |last| last.id.to_string(),
        ListSort::Updated { .. } => activity_cursor,
    }
}

/// The cursor of a conversation by its last activity.
fn activity_cursor(conversation: &Conversation) -> String {
    let micros = conversation.updated_at.timestamp_micros();
    format!("{micros:x}.{}", conversation.id.ulid())
}

fn read_created(cursor: &str) -> Result<ConversationId, Error> {
    ConversationId::parse(cursor).map_err(|_| unknown_cursor("after"))
}

fn read_updated(cursor: &str) -> Result<(DateTime<chrono::Utc>, ConversationId), Error> {
    let (time, id) = cursor
        .split_once('.')
        .ok_or_else(|| unknown_cursor("after"))?;
    let time = activity(time).ok_or_else(|| unknown_cursor("after"))?;
    let id = ConversationId::parse(&format!("conv_{id}")).map_err(|_| unknown_cursor("after"))?;
    Ok((time, id))
}

/// The time in a cursor: microseconds since 1970, in hexadecimal digits without a sign, up to the
/// end of the year 9999. Other times cannot be in a cursor, and the database has no later ones.
fn activity(digits: &str) -> Option<DateTime<chrono::Utc>> {
    const YEAR_10000: i64 = 253_402_300_800_000_000;
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let micros = i64::from_str_radix(digits, 16).ok().filter(|_| plain)?;
    DateTime::from_timestamp_micros(micros).filter(|_| micros < YEAR_10000)
}

/// List your conversations
///
/// A page of conversations without their messages, newest first by default. Paging is exact: each
/// conversation that exists throughout is returned once.
#[utoipa::path(
    tag = "conversations",
    params(
        ListConversationsQuery,
        ("tag" = inline(Option<Vec<TagBody>>), Query, description = "Only conversations with this tag, without regard to case; \
            more than one: with all of them.", max_items = 20),
        ("metadata" = Option<MetadataBody>, Query, style = DeepObject, explode,
            description = "Only conversations with these pairs: `metadata[key]=value`."),
    ),
    responses((status = 200, description = "A page of conversations.",
        body = ConversationListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor", "project_not_found"]))),
    security(("bearer" = [])),
)]
#[get("/conversations")]
pub(crate) async fn list_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    search: web::Data<SearchService>,
    request: HttpRequest,
    Sorted(query, labels): Sorted<ListConversationsQuery>,
) -> Result<HttpResponse, ApiError> {
    let services = (conversations.get_ref(), search.get_ref());
    let page = query.page(&request, services, actor.owner_id, labels, None);
    Ok(HttpResponse::Ok().json(page.await?))
}
