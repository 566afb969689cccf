use super::SettingsBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::tags::shown;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::settings::SettingsService;
use endpoint::get;

/// Get your settings
///
/// Your profile for models, and your client's own settings. A setting that was never set is null or
/// empty.
#[utoipa::path(
    tag = "settings",
    responses((status = 200, description = "Your settings.", body = SettingsBody)),
    security(("bearer" = [])),
)]
#[get("/users/me/settings")]
pub(crate) async fn get_settings(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let settings = settings.get(actor.owner_id).await?;
    let tag = settings.tag();
    let body = SettingsBody::try_from(settings)?;
    Ok(shown(&request, &tag, || HttpResponse::Ok().json(body)))
}
