use super::mistakes::id;
use super::shown::{Moment, json as written};
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use crate::openai::list::ListBody;
use crate::openai::query::{OpenAiPage, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::responses::{Response, ResponseList, ResponseService};
use endpoint::get;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// A response. It is written only when it is sent, on another thread if it is long.
struct ResponseBody(Response);

impl Serialize for ResponseBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = RawValue::from_string(written(&self.0, Moment::Now));
        written.map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// List your responses
///
/// OpenAI's API has no such list. Newest first by default. It includes the responses of
/// conversations.
#[utoipa::path(
    params(
        ("limit" = Option<i64>, Query),
        ("after" = Option<String>, Query),
        ("order" = Option<String>, Query),
    ),
    responses((status = 200, description = "A page.")),
    security(("bearer" = [])),
)]
#[get("/responses")]
pub(crate) async fn list_responses(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    request: HttpRequest,
    OpenAiQuery(query): OpenAiQuery<OpenAiPage>,
) -> Result<HttpResponse, ApiError> {
    let list = ResponseList {
        limit: query.limit()?,
        order: query.order(),
        after: query.after(id)?,
    };
    take_memory(&request, PAGE).await?;
    let page = responses.list(actor.owner_id, list).await?;
    let id = |one: Option<&Response>| one.map(|one| one.id.to_string());
    let ends = (id(page.data.first()), id(page.data.last()));
    let bytes = page.data.iter().map(Response::bytes).sum();
    let data = page.data.into_iter().map(ResponseBody).collect();
    json(&request, bytes, ListBody::new(data, ends, page.has_more)).await
}
