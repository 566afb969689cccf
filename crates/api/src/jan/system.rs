//! The addresses for health checks under `/jan/v1`, as at the root.

use crate::error::ApiError;
use actix_web::{HttpResponse, web};
use domain::health::Readiness;
use endpoint::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = JanStatus)]
struct StatusBody {
    status: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanVersion)]
struct ProgramVersionBody {
    version: &'static str,
}

/// Is it alive?
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It is.", body = StatusBody)),
    security(()),
)]
#[get("/healthz")]
pub(crate) async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(StatusBody { status: "ok" })
}

/// Is it ready?
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It is.", body = StatusBody)),
    security(()),
)]
#[get("/readyz")]
pub(crate) async fn get_readiness(
    readiness: web::Data<Arc<dyn Readiness>>,
) -> Result<HttpResponse, ApiError> {
    readiness.check().await?;
    Ok(HttpResponse::Ok().json(StatusBody { status: "ready" }))
}

/// Which version is it?
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "The version.", body = ProgramVersionBody)),
    security(()),
)]
#[get("/version")]
pub(crate) async fn get_version() -> HttpResponse {
    HttpResponse::Ok().json(ProgramVersionBody {
        version: env!("CARGO_PKG_VERSION"),
    })
}
