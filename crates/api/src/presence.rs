//! Whether whoever has asked is still there.

use crate::connection::Connection;
use crate::error::{ApiError, code};
use actix_web::HttpRequest;
use futures_util::future::{Either, pending, select};
use std::pin::pin;

/// Tells when a client leaves. The framework notices that when it next writes something, and lets
/// whoever says that nothing more will come wait for the answer: so does everything that is stored,
/// but nobody else's turn is worth it where the answer alone is wanted.
pub(crate) struct Presence(Option<Connection>);

impl Presence {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self(request.conn_data::<Connection>().cloned())
    }

    /// Of somebody whose leaving changes nothing.
    pub(crate) const fn of_no_matter() -> Self {
        Self(None)
    }

    /// Does the work as long as the client is there; it is dropped when the client leaves.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        match select(pin!(work), pin!(self.end())).await {
            Either::Left((done, _)) => done,
            Either::Right(((), _)) => {
                let message = "The connection was closed on your side while the answer was \
                               written. Keep it open: this answer is kept nowhere.";
                Err(ApiError::new(code::INVALID_REQUEST, message))
            }
        }
    }

    async fn end(&self) {
        match &self.0 {
            Some(connection) => connection.ended().await,
            None => pending().await,
        }
    }
}
