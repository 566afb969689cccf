//! Every endpoint of `/v1`, in one list: start here. Those of Jan's face are listed in `jan/mod.rs`, those of
//! OpenAI's in `openai/mod.rs`, and the pages of Swagger UI in the server.

use crate::endpoints::endpoints;
use crate::methods::no_route;
use crate::{
    auth, chat, conversations, items, models, projects, search, settings, shares, system, versions,
};
use actix_web::{Resource, guard, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// The endpoints in the OpenAPI document, served. Addresses are tried in this order.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::scope("/v1").configure(frequent).configure(v1))
        .configure(others);
}

/// The endpoints that are requested most often: they are tried before the others, whose order is that of the document.
fn frequent(config: &mut web::ServiceConfig) {
    config
        .service(items::create::create_item)
        .service(without_get("/conversations/bulk"))
        .service(without_get("/conversations/bulk-delete"))
        .service(conversations::get::get_conversation)
        .service(items::list::list_items);
}

/// An address that takes POST alone: with other methods, it would be taken for that of a conversation.
fn without_get(path: &str) -> Resource {
    let others = guard::Not(guard::Post());
    web::resource(path).guard(others).to(no_route)
}

/// The endpoints of the OpenAPI document, described for it.
pub fn described(config: &mut ServiceConfig<'_>) {
    config
        .service(utoipa_actix_web::scope("/v1").configure(v1_described))
        .configure(others_described);
}

endpoints! {
    fn others, others_described:
    auth::register::register,
    auth::login::login,
    auth::refresh_token::refresh_token,
    auth::logout::logout,
    auth::guest_login::guest_login,
    auth::upgrade::upgrade,
    auth::password::update_password,
    auth::sessions::list::list_sessions,
    auth::sessions::delete::delete_session,
    auth::sessions::delete_all::delete_sessions,
    auth::me::get::get_me,
    auth::me::delete::delete_me,
    auth::api_keys::create::create_api_key,
    auth::api_keys::list::list_api_keys,
    auth::api_keys::delete::delete_api_key,
    system::health::get_health,
    system::readiness::get_readiness,
    system::version::get_version,
    shares::public::get::get_shared_conversation,
    shares::public::create_item::create_shared_item,
    shares::public::fork::fork_shared_conversation,
}

endpoints! {
    fn v1, v1_described:
    chat::create::create_chat_completion,
    models::list::list_models,
    models::get::get_model,
    conversations::create::create_conversation,
    conversations::list::list_conversations,
    conversations::bulk_delete::bulk_delete_conversations,
    conversations::bulk::update_conversations,
    conversations::cancel::cancel_turn,
    conversations::export::export_conversation,
    conversations::export::export_conversation_markdown,
    conversations::get::get_conversation,
    conversations::update::update_conversation,
    conversations::delete::delete_conversation,
    items::create::create_item,
    items::batch::create_items,
    items::list::list_items,
    items::get::get_item,
    items::edit::edit_item,
    items::regenerate::regenerate_item,
    items::regenerate::stream::stream_item_reply,
    items::delete::delete_item,
    versions::list::list_item_versions,
    versions::restore::restore_item_version,
    search::list::list_search_hits,
    projects::create::create_project,
    projects::list::list_projects,
    projects::get::get_project,
    projects::update::update_project,
    projects::delete::delete_project,
    projects::conversations::list_project_conversations,
    shares::create::share_conversation,
    shares::create_item::share_item,
    shares::list_conversation::list_conversation_shares,
    shares::revoke_conversation::revoke_conversation_share,
    shares::list::list_shares,
    shares::revoke::revoke_share,
    settings::get::get_settings,
    settings::update::update_settings,
}

/// The pages for people, and the endpoints for gateways: they are not in the document.
pub fn pages(config: &mut web::ServiceConfig) {
    config
        .service(auth::validate_api_key::validate_api_key)
        .service(auth::validate_api_key::validate_api_key_of_header)
        .service(system::landing::get_landing)
        .service(system::errors::get_errors)
        .service(system::swagger_ui::get_swagger_initializer)
        .service(system::swagger_ui::get_swagger_style)
        .service(shares::public::slash::leave_slash_out)
        .service(shares::assets::get_asset);
}
