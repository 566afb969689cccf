//! Jan's face: the endpoints that the web client, the services and the test suite of a Jan Server call, on the
//! same data as `/v1`. A thin translation: shapes here, rules in the services.

mod again;
mod auth;
mod branches;
mod chat;
mod content;
mod conversations;
mod document;
pub(crate) mod face;
mod items;
mod models;
mod projects;
mod query;
mod settings;
mod shares;
mod system;

pub(crate) use again::again;
pub use document::{document, get_document};

use utoipa_actix_web::service_config::ServiceConfig;

/// Every endpoint of this face.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(utoipa_actix_web::scope("/jan/v1").configure(v1))
        .service(auth::sessions::guest_login)
        .service(auth::sessions::refresh_token)
        .service(auth::sessions::logout)
        .service(auth::upgrade::upgrade)
        .service(auth::me::get_me)
        .service(auth::api_keys::create_api_key)
        .service(auth::api_keys::list_api_keys)
        .service(auth::api_keys::delete_api_key);
}

fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(chat::create_chat_completion)
        .service(conversations::create::create_conversation)
        .service(conversations::list::list_conversations)
        .service(conversations::delete::delete_conversations)
        .service(conversations::get::get_conversation)
        .service(conversations::update::update_conversation)
        .service(conversations::delete::delete_conversation)
        .service(items::create::create_items)
        .service(items::list::list_items)
        .service(items::get::get_item)
        .service(items::delete::delete_item)
        .service(items::edit::edit_item)
        .service(items::regenerate::regenerate_item)
        .service(items::by_call_id::update_item_by_call_id)
        .service(branches::list_branches)
        .service(branches::create_branch)
        .service(branches::get_branch)
        .service(branches::delete_branch)
        .service(branches::activate_branch)
        .service(shares::create::create_share)
        .service(shares::list::list_conversation_shares)
        .service(shares::list::list_shares)
        .service(shares::revoke::revoke_conversation_share)
        .service(shares::revoke::revoke_share)
        .service(shares::public::get_public_share)
        .service(projects::create::create_project)
        .service(projects::list::list_projects)
        .service(projects::list::list_project_conversations)
        .service(projects::get::get_project)
        .service(projects::update::update_project)
        .service(projects::delete::delete_project)
        .service(models::list_models)
        .service(models::get_model)
        .service(settings::get_settings)
        .service(settings::update_settings)
        .service(settings::get_preferences)
        .service(settings::update_preferences)
        .service(system::get_health)
        .service(system::get_readiness)
        .service(system::get_version);
}
