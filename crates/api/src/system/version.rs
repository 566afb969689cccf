use actix_web::HttpResponse;
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// The running build.
#[derive(Serialize, ToSchema)]
#[schema(as = Version)]
pub(crate) struct ProgramVersionBody {
    /// The program's name.
    #[schema(example = "jan-conversations")]
    name: &'static str,
    /// The version (semver.org).
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Which version is it?
///
/// The name and version of the running program.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "The version.", body = ProgramVersionBody)),
    security(()),
)]
#[get("/version")]
pub(crate) async fn get_version() -> HttpResponse {
    HttpResponse::Ok().json(ProgramVersionBody {
        name: "jan-conversations",
        version: env!("CARGO_PKG_VERSION"),
    })
}
