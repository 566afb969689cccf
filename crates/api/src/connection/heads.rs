//! The head of a request, while it is incomplete. The framework keeps what it has read of it, up to
//! 128 KiB, and looks at it again with each further byte.

use super::places::ConnectionPermit;
use actix_web::http::header::{self, HeaderMap};
use domain::admission::{Permit, Refused};

/// How many bytes are read at a time while no request has asked for a body: a head, or the next
/// requests. The framework makes a request of every 18 bytes, and keeps all that it has read,
/// however long the first request takes.
pub(super) const READ_AHEAD: usize = 8 * 1024;

/// The bytes of an incomplete head that are not counted. Almost all heads are smaller.
const FREE: u64 = 2 * 1024;

/// The next head of a connection, and its memory.
pub(super) struct Head {
    bytes: u64,
    room: Option<Permit>,
    was_large: bool,
    /// The bytes before the head: a body that the service does not read, and the framework
    /// discards. `None`: the number is unknown.
    before: Option<u64>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            bytes: 0,
            room: None,
            was_large: false,
            before: Some(0),
        }
    }
}

impl Head {
    /// So many bytes were read while no request was running.
    pub(super) fn grows(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        if let Some(before) = &mut self.before {
            self.bytes += bytes.saturating_sub(*before);
            *before = before.saturating_sub(bytes);
        }
    }

    /// A request begins, with a body of so many bytes. The framework keeps the room of a large head for the next one, so its
    /// memory stays counted, and the connection is closed after the answer.
    pub(super) fn is_complete(&mut self, body: Option<u64>) {
        self.before = body;
        self.was_large |= self.bytes > READ_AHEAD as u64;
        self.bytes = 0;
        if !self.was_large {
            self.room = None;
        }
    }

    /// The head comes next: the body of the request was read.
    pub(super) fn is_next(&mut self) {
        self.before = Some(0);
    }

    /// Whether this must not be followed by another head.
    pub(super) fn is_last(&self) -> bool {
        self.was_large || self.before.is_none()
    }

    /// Whether there are bytes that are not counted yet, and must be unless the framework finds
    /// the head complete now.
    pub(super) fn is_unpaid(&self) -> bool {
        let room = self.room.as_ref().map_or(FREE, Permit::units);
        self.bytes > room
    }

    /// Counts the bytes of the head.
    pub(super) fn pay(&mut self, place: &ConnectionPermit) -> Result<(), Refused> {
        if !self.is_unpaid() {
            return Ok(());
        }
        match &mut self.room {
            Some(room) => room.grow(self.bytes.saturating_sub(room.units()))?,
            None => self.room = Some(place.room_for_head(self.bytes)?),
        }
        Ok(())
    }
}

/// The bytes of the request's body; `None` where only its end will show.
pub(crate) fn size_of_body(headers: &HeaderMap) -> Option<u64> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => length.to_str().ok()?.parse().ok(),
        None => (!headers.contains_key(header::TRANSFER_ENCODING)).then_some(0),
    }
}
