use crate::error::ApiError;
use actix_web::{HttpResponse, web};
use domain::health::Readiness;
use domain::storage::Room;
use endpoint::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The service is ready.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct ReadinessBody {
    status: ReadinessStatus,
    /// Whether more can be stored.
    storage: StorageStatus,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReadinessStatus)]
enum ReadinessStatus {
    Ready,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StorageStatus)]
enum StorageStatus {
    Ok,
    /// No more data is stored; reading and deleting still work.
    Full,
}

/// Is it ready?
///
/// Checks the database. Answers 503 while the database is away; send requests to another instance
/// until then. A full disk is only reported in `storage`: this server still answers reads and
/// deletions, and its data is nowhere else.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It is.", body = ReadinessBody)),
    extensions(("x-error-codes" = json!(["database_unavailable"]))),
    security(()),
)]
#[get("/readyz")]
pub(crate) async fn get_readiness(
    readiness: web::Data<Arc<dyn Readiness>>,
    room: web::Data<dyn Room>,
) -> Result<HttpResponse, ApiError> {
    readiness.check().await?;
    Ok(HttpResponse::Ok().json(ReadinessBody {
        status: ReadinessStatus::Ready,
        storage: match room.is_full() {
            true => StorageStatus::Full,
            false => StorageStatus::Ok,
        },
    }))
}
