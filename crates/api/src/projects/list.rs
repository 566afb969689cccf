use super::ProjectListBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query, yes_or_no};
use crate::list::{ArchivedParam, OrderParam, unknown_cursor};
use actix_web::{HttpResponse, web};
use domain::conversations::FlagFilter;
use domain::error::Error;
use domain::id::ProjectId;
use domain::page::{Limit, Order};
use domain::projects::{Project, ProjectList, ProjectService};
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProjectsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `desc`, newest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
    /// `false` (default) leaves archived projects out, `true` shows only them.
    #[param(inline)]
    archived: Option<ArchivedParam>,
    /// `true`: only pinned projects; `false`: only the others.
    #[serde(default, deserialize_with = "yes_or_no")]
    pinned: Option<bool>,
}

impl TryFrom<ListProjectsQuery> for ProjectList {
    type Error = Error;

    fn try_from(query: ListProjectsQuery) -> Result<Self, Error> {
        let after = query
            .after
            .map(|after| ProjectId::parse(&after))
            .transpose();
        Ok(Self {
            limit: Limit::parse(query.limit)?,
            order: query.order.map_or(Order::Descending, Order::from),
            flags: FlagFilter {
                archived: ArchivedParam::filter(query.archived),
                pinned: query.pinned,
            },
            after: after.map_err(|_| unknown_cursor("after"))?,
        })
    }
}

/// List your projects
///
/// A page of projects, newest first by default. Paging is exact.
#[utoipa::path(
    tag = "projects",
    params(ListProjectsQuery),
    responses((status = 200, description = "A page of projects.", body = ProjectListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor"]))),
    security(("bearer" = [])),
)]
#[get("/projects")]
pub(crate) async fn list_projects(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    Query(query): Query<ListProjectsQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = projects.list(actor.owner_id, query.try_into()?).await?;
    let cursor = |last: &Project| last.id.to_string();
    Ok(HttpResponse::Ok().json(ProjectListBody::new(page, cursor)))
}
