use super::Repeat;
use crate::connection::Connection;
use actix_web::{HttpRequest, web};
use domain::repeats::{RepeatKey, RepeatService};

/// An answer to an attempt of an SDK. Once it is sent completely, the SDK will not try again.
pub(crate) struct Answered {
    service: web::Data<RepeatService>,
    connection: Connection,
    key: RepeatKey,
    attempt: u16,
}

impl Answered {
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        let begun = Repeat::of(request)?.begun.get()?;
        Some(Self {
            service: request.app_data::<web::Data<RepeatService>>()?.clone(),
            connection: request.conn_data::<Connection>()?.clone(),
            key: begun.key,
            attempt: begun.attempt?,
        })
    }

    /// The answer was sent completely. If the client has disconnected, it has not read the answer.
    pub(crate) fn whole(self) {
        if !self.connection.is_ended() {
            self.service.answered(self.key, self.attempt);
        }
    }
}
