//! OpenAI's face: the endpoints that its official SDKs call, on the same data as `/v1`. A thin translation: shapes
//! here, rules in the services.

mod again;
mod conversations;
mod document;
mod fields;
mod ids;
mod items;
mod list;
mod query;
mod responses;
mod texts;

pub(crate) use again::again;
pub use document::document;
pub(crate) use responses::replayed;

use crate::endpoints::endpoints;
use crate::{chat, models};
use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every endpoint of this face.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::scope("/openai/v1").configure(v1));
}

/// The endpoints, described.
fn described(config: &mut ServiceConfig<'_>) {
    config.service(utoipa_actix_web::scope("/openai/v1").configure(v1_described));
}

endpoints! {
    fn v1, v1_described:
    chat::create::create_chat_completion,
    conversations::create::create_conversation,
    conversations::list::list_conversations,
    conversations::get::get_conversation,
    conversations::update::update_conversation,
    conversations::delete::delete_conversation,
    items::create::create_items,
    items::list::list_items,
    items::get::get_item,
    items::delete::delete_item,
    models::list::list_models,
    models::get::get_model,
    responses::create::create_response,
    responses::list::list_responses,
    responses::get::get_response,
    responses::delete::delete_response,
    responses::cancel::cancel_response,
    responses::input_items::list_input_items,
}
