use super::create::answered;
use super::mistakes::{id, refused};
use super::shown::Moment;
use super::stream;
use crate::error::{ApiError, code};
use crate::extract::Authenticated;
use crate::openai::query::OpenAiQuery;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::responses::ResponseService;
use endpoint::get;
use serde::Deserialize;

/// How a response is got.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetResponseQuery {
    stream: Option<String>,
    starting_after: Option<String>,
    /// Accepted: events have no obfuscation.
    #[serde(rename = "include_obfuscation")]
    _include_obfuscation: Option<String>,
    /// Read before; here it is named among the parameters.
    #[serde(rename = "include")]
    _include: Option<String>,
}

/// Get a response
///
/// With `stream=true`, its events from the first, or after the one with the number `starting_after`.
#[utoipa::path(
    params(
        ("response_id" = String, Path),
        ("stream" = Option<bool>, Query),
        ("starting_after" = Option<u64>, Query),
    ),
    responses((status = 200, description = "The response, or its events.")),
    security(("bearer" = [])),
)]
#[get("/responses/{response_id}")]
pub(crate) async fn get_response(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    request: HttpRequest,
    path: web::Path<String>,
    OpenAiQuery(query): OpenAiQuery<GetResponseQuery>,
) -> Result<HttpResponse, ApiError> {
    let id = id(&path)?;
    let is_streamed = match query.stream.as_deref() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("false") => false,
        Some(word) if word.eq_ignore_ascii_case("true") => true,
        Some(_) => {
            return Err(refused(
                code::INVALID_VALUE,
                "stream",
                "must be true or false.",
            ));
        }
    };
    let after = query
        .starting_after
        .as_deref()
        .map(str::parse::<u64>)
        .transpose();
    let after = after.map_err(|_| {
        refused(
            code::INVALID_VALUE,
            "starting_after",
            "must be the number of an event.",
        )
    })?;
    if is_streamed {
        return stream::retrieve(&request, actor.owner_id, id, after).await;
    }
    let response = responses.get(actor.owner_id, id).await?;
    Ok(answered(&response, Moment::Now))
}
