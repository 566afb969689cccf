//! Every endpoint of the service, in one list: start here. Those of Jan's face are listed in `jan/mod.rs`, and the
//! pages of Swagger UI in the server.

use crate::{
    auth, chat, conversations, items, models, projects, settings, shares, system, versions,
};
use utoipa_actix_web::service_config::ServiceConfig;

/// The endpoints in the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        // Addresses are tried in this order, and these are requested most often.
        .service(utoipa_actix_web::scope("/v1").configure(v1))
        .service(auth::register::register)
        .service(auth::login::login)
        .service(auth::refresh_token::refresh_token)
        .service(auth::logout::logout)
        .service(auth::guest_login::guest_login)
        .service(auth::upgrade::upgrade)
        .service(auth::password::update_password)
        .service(auth::sessions::list::list_sessions)
        .service(auth::sessions::delete::delete_session)
        .service(auth::sessions::delete_all::delete_sessions)
        .service(auth::me::get::get_me)
        .service(auth::me::delete::delete_me)
        .service(auth::api_keys::create::create_api_key)
        .service(auth::api_keys::list::list_api_keys)
        .service(auth::api_keys::delete::delete_api_key)
        .service(system::health::get_health)
        .service(system::readiness::get_readiness)
        .service(system::version::get_version)
        .service(shares::public::get::get_shared_conversation)
        .service(shares::public::create_item::create_shared_item)
        .service(shares::public::fork::fork_shared_conversation);
}

fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(chat::create::create_chat_completion)
        .service(models::list::list_models)
        .service(models::get::get_model)
        .service(conversations::create::create_conversation)
        .service(conversations::list::list_conversations)
        .service(conversations::bulk_delete::bulk_delete_conversations)
        .service(conversations::cancel::cancel_turn)
        .service(conversations::export::export_conversation)
        .service(conversations::export::export_conversation_markdown)
        .service(conversations::get::get_conversation)
        .service(conversations::update::update_conversation)
        .service(conversations::delete::delete_conversation)
        .service(items::create::create_item)
        .service(items::batch::create_items)
        .service(items::list::list_items)
        .service(items::get::get_item)
        .service(items::edit::edit_item)
        .service(items::regenerate::regenerate_item)
        .service(items::regenerate::stream::stream_item_reply)
        .service(items::delete::delete_item)
        .service(versions::list::list_item_versions)
        .service(versions::restore::restore_item_version)
        .service(projects::create::create_project)
        .service(projects::list::list_projects)
        .service(projects::get::get_project)
        .service(projects::update::update_project)
        .service(projects::delete::delete_project)
        .service(projects::conversations::list_project_conversations)
        .service(shares::create::share_conversation)
        .service(shares::create_item::share_item)
        .service(shares::list_conversation::list_conversation_shares)
        .service(shares::revoke_conversation::revoke_conversation_share)
        .service(shares::list::list_shares)
        .service(shares::revoke::revoke_share)
        .service(settings::get::get_settings)
        .service(settings::update::update_settings);
}

/// The pages for people, and the endpoints for gateways: they are not in the document.
pub fn pages(config: &mut actix_web::web::ServiceConfig) {
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
