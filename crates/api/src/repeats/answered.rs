use super::Repeat;
use crate::connection::Connection;
use actix_web::{HttpRequest, web};
use domain::repeats::{RepeatKey, RepeatService};

/// An answer to an attempt of an SDK's. Once it is written whole, there will be no other attempt.
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

    /// It was written whole; by somebody who has left, it was not read.
    pub(crate) fn whole(self) {
        if !self.connection.is_ended() {
            self.service.answered(self.key, self.attempt);
        }
    }
}
