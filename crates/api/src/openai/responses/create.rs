use super::mistakes::named;
use super::request::CreateResponseBody;
use super::shown::{Moment, json};
use super::stream;
use crate::disconnect::Presence;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body};
use crate::long_work::LongWork;
use crate::memory::handed_over;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::responses::{CreateResponse, Response, ResponseAnswer, ResponseService};
use domain::storage::Room;
use endpoint::post;

/// The memory of a stored response without its request: its task, and its state for readers.
const BESIDES: u64 = 32 * 1024;

/// Create a response
///
/// Answers with the response when it has ended; at once with `background`; with its events with
/// `stream`.
#[utoipa::path(
    request_body = Object,
    responses((status = 200, description = "The response, or its events.")),
    security(("bearer" = [])),
)]
#[post("/responses")]
pub(crate) async fn create_response(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    request: HttpRequest,
    room: web::Data<dyn Room>,
    _: OpenAiQuery<Nothing>,
    Body(body, _): Body<CreateResponseBody>,
) -> Result<HttpResponse, ApiError> {
    let length = body.length();
    let asked = LongWork::run(&request, length, move || CreateResponse::try_from(body));
    let mut asked = asked.await?;
    let (is_background, is_streamed) = (asked.is_background, asked.is_streamed);
    let presence = match asked.is_stored {
        true => {
            room.check()?;
            asked.memory = handed_over(&request, length as u64 + BESIDES)?;
            Presence::ignored()
        }
        false => Presence::of(&request),
    };
    let owner = actor.owner_id;
    let answering = async { responses.create(owner, asked).await.map_err(named) };
    match presence.during(answering).await? {
        ResponseAnswer::Begun(following) => stream::begin(&request, following).await,
        ResponseAnswer::Whole(response) if is_background && is_streamed => {
            stream::retrieve(&request, owner, response.id, None).await
        }
        ResponseAnswer::Whole(response) => {
            let moment = match is_background {
                true => Moment::Queued,
                false => Moment::Now,
            };
            Ok(answered(&response, moment))
        }
    }
}

pub(super) fn answered(response: &Response, moment: Moment) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(json(response, moment))
}
