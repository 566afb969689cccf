//! Jan's face: the endpoints that the web client, the services and the test suite of a Jan Server call, on the
//! same data as `/v1`. A thin translation: shapes here, rules in the services.

mod again;
mod auth;
mod branches;
mod caller;
mod chat;
mod content;
mod conversations;
mod document;
mod items;
mod models;
mod projects;
mod query;
mod settings;
mod shares;
mod system;

pub(crate) use again::again;
pub(crate) use caller::tell_caller;
pub use document::{document, get_document};

use crate::endpoints::endpoints;
use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every endpoint of this face.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::scope("/jan/v1").configure(v1))
        .configure(others);
}

/// The endpoints of the OpenAPI document, described for it.
fn described(config: &mut ServiceConfig<'_>) {
    config
        .service(utoipa_actix_web::scope("/jan/v1").configure(v1_described))
        .configure(others_described);
}

endpoints! {
    fn others, others_described:
    auth::sessions::guest_login,
    auth::sessions::refresh_token,
    auth::sessions::logout,
    auth::upgrade::upgrade,
    auth::me::get_me,
    auth::api_keys::create_api_key,
    auth::api_keys::list_api_keys,
    auth::api_keys::delete_api_key,
}

endpoints! {
    fn v1, v1_described:
    chat::create_chat_completion,
    conversations::create::create_conversation,
    conversations::list::list_conversations,
    conversations::delete::delete_conversations,
    conversations::get::get_conversation,
    conversations::update::update_conversation,
    conversations::delete::delete_conversation,
    items::create::create_items,
    items::list::list_items,
    items::get::get_item,
    items::delete::delete_item,
    items::edit::edit_item,
    items::regenerate::regenerate_item,
    items::by_call_id::update_item_by_call_id,
    branches::list_branches,
    branches::create_branch,
    branches::get_branch,
    branches::delete_branch,
    branches::activate_branch,
    shares::create::create_share,
    shares::list::list_conversation_shares,
    shares::list::list_shares,
    shares::revoke::revoke_conversation_share,
    shares::revoke::revoke_share,
    shares::public::get_public_share,
    projects::create::create_project,
    projects::list::list_projects,
    projects::list::list_project_conversations,
    projects::get::get_project,
    projects::update::update_project,
    projects::delete::delete_project,
    models::list_models,
    models::get_model,
    settings::get_settings,
    settings::update_settings,
    settings::get_preferences,
    settings::update_preferences,
    system::get_health,
    system::get_readiness,
    system::get_version,
}
