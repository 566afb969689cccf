use actix_web::HttpResponse;
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// The process is alive.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthBody {
    status: HealthStatus,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = HealthStatus)]
enum HealthStatus {
    Ok,
}

/// Is it alive?
///
/// Answers as long as the process runs, in any state of its database.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It is.", body = HealthBody)),
    security(()),
)]
#[get("/healthz")]
pub(crate) async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(HealthBody {
        status: HealthStatus::Ok,
    })
}
