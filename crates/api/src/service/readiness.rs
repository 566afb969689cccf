use crate::error::ApiError;
use actix_web::{HttpResponse, get, web};
use domain::health::Readiness;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The service can do its work.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct ReadinessBody {
    status: ReadinessStatus,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReadinessStatus)]
enum ReadinessStatus {
    Ready,
}

/// Is it ready?
///
/// Asks the database. 503 while it is away; send traffic elsewhere until then.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It is.", body = ReadinessBody)),
    extensions(("x-error-codes" = json!(["database_unavailable"]))),
    security(()),
)]
#[get("/readyz")]
pub(crate) async fn get_readiness(
    readiness: web::Data<Arc<dyn Readiness>>,
) -> Result<HttpResponse, ApiError> {
    readiness.check().await?;
    Ok(HttpResponse::Ok().json(ReadinessBody {
        status: ReadinessStatus::Ready,
    }))
}
