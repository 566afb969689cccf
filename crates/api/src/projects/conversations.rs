use crate::conversations::list::{ListConversationsQuery, SortParam};
use crate::conversations::{ConversationListBody, MetadataBody, TagBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Sorted, yes_or_no};
use crate::list::{ArchivedParam, OrderParam};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::ConversationService;
use domain::id::ProjectId;
use domain::search::SearchService;
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

/// The query of the list of conversations without `project_id`, which is in the address. Each has its own
/// fields, since serde refuses unknown ones only where no part is flattened.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProjectConversationsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` or the `last_id` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `desc`, newest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
    /// `created` (default) pages exactly, also during changes; `updated`, most recent activity
    /// first, may show a conversation again that was active while you paged.
    #[param(inline)]
    sort: Option<SortParam>,
    /// `false` (default) leaves archived conversations out, `true` shows only them.
    #[param(inline)]
    archived: Option<ArchivedParam>,
    /// Only pinned conversations, or only others.
    #[serde(default, deserialize_with = "yes_or_no")]
    pinned: Option<bool>,
    /// Only conversations with a title that matches, as in `GET /v1/search`. A page may then end
    /// early, and `has_more` says so.
    #[param(
        min_length = 1,
        max_length = 1_000,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "invoice -draft"
    )]
    q: Option<String>,
}

impl From<ListProjectConversationsQuery> for ListConversationsQuery {
    fn from(query: ListProjectConversationsQuery) -> Self {
        Self {
            limit: query.limit,
            after: query.after,
            order: query.order,
            project_id: None,
            sort: query.sort,
            archived: query.archived,
            pinned: query.pinned,
            q: query.q,
        }
    }
}

/// List the conversations of a project
///
/// The list of conversations, only of this project. It has the same shape, and the same parameters
/// except `project_id`.
#[utoipa::path(
    tag = "projects",
    params(
        ("project_id" = String, Path, description = "The project's id.",
            example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA"),
        ListProjectConversationsQuery,
        ("tag" = inline(Option<Vec<TagBody>>), Query, description = "Only conversations with this tag, without regard to case; \
            more than one: with all of them.", max_items = 20),
        ("metadata" = Option<MetadataBody>, Query, style = DeepObject, explode,
            description = "Only conversations with these pairs: `metadata[key]=value`."),
    ),
    responses((status = 200, description = "A page of conversations.",
        body = ConversationListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor"]))),
    security(("bearer" = [])),
)]
#[get("/projects/{project_id}/conversations")]
pub(crate) async fn list_project_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    search: web::Data<SearchService>,
    request: HttpRequest,
    project: web::Path<String>,
    Sorted(query, labels): Sorted<ListProjectConversationsQuery>,
) -> Result<HttpResponse, ApiError> {
    let project = ProjectId::parse(&project)?;
    let query = ListConversationsQuery::from(query);
    let services = (conversations.get_ref(), search.get_ref());
    let page = query.page(&request, services, actor.owner_id, labels, Some(project));
    Ok(HttpResponse::Ok().json(page.await?))
}
