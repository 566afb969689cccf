//! The head of a request, while it is incomplete. The framework keeps what it has read of it, up to
//! 128 KiB, and looks at it again with each further byte.

use super::permits::ConnectionPermit;
use actix_web::http::header::{self, HeaderMap};
use domain::admission::{Permit, Refused};

/// How many bytes are read at a time while no request has asked for a body: a head, or the next
/// requests. The framework makes a request of every 18 bytes, and keeps all that it has read,
/// however long the first request takes. This number fits into its first buffer.
pub(super) const READ_AHEAD: usize = BUFFER - SPARE;

/// How many bytes are read at a time of a body that a request has asked for.
pub(super) const OF_A_BODY: usize = 64 * 1024;

/// The size of the framework's first buffer. It makes the buffer larger when less than this is free.
const BUFFER: usize = 8 * 1024;
const SPARE: usize = 1024;

/// The bytes of an incomplete head that are not counted. Almost all heads are smaller.
const FREE: u64 = 2 * 1024;

/// The size of the buffer for this part of a head, and the next bytes of it. It doubles as it grows.
fn buffer_for(bytes: u64) -> u64 {
    (bytes + BUFFER as u64).next_power_of_two()
}

/// The next head of a connection, and its memory.
pub(super) struct Head {
    bytes: u64,
    memory: Option<Permit>,
    was_large: bool,
    /// The bytes before the head: a body that the service does not read, and the framework
    /// discards. `None`: the number is unknown.
    before: Option<u64>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            bytes: 0,
            memory: None,
            was_large: false,
            before: Some(0),
        }
    }
}

impl Head {
    /// Counts bytes that were read.
    pub(super) fn grows(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        if let Some(before) = &mut self.before {
            self.bytes += bytes.saturating_sub(*before);
            *before = before.saturating_sub(bytes);
        }
    }

    /// A request begins, with a body of this size. The framework keeps the buffer of a large head
    /// for the next one, so its memory stays counted, and the connection is closed after the answer.
    pub(super) fn is_complete(&mut self, body: Option<u64>) {
        self.before = body;
        self.was_large |= self.bytes > READ_AHEAD as u64;
        self.bytes = 0;
        if !self.was_large {
            self.memory = None;
        }
    }

    /// The head comes next: the body of the request was read.
    pub(super) fn is_next(&mut self) {
        self.before = Some(0);
    }

    /// Whether bytes of it have come.
    pub(super) fn has_begun(&self) -> bool {
        self.bytes > 0
    }

    /// How many bytes may be read at a time of the body before it: hardly more than the body has, or
    /// than fit into the first buffer if that is not known.
    pub(super) fn of_body(&self) -> usize {
        let before = self.before.map_or(Ok(0), usize::try_from);
        before.map_or(OF_A_BODY, |before| {
            OF_A_BODY.min(before.saturating_add(READ_AHEAD))
        })
    }

    /// Whether bytes of a body come before it.
    pub(super) fn is_behind_body(&self) -> bool {
        self.before != Some(0)
    }

    /// Whether the connection may not have another head.
    pub(super) fn is_last(&self) -> bool {
        self.was_large || self.before.is_none()
    }

    /// Whether more memory must be counted before more is read, unless the framework finds the head
    /// complete now.
    pub(super) fn is_unpaid(&self) -> bool {
        match &self.memory {
            Some(memory) => buffer_for(self.bytes) > memory.units(),
            None => self.bytes > FREE,
        }
    }

    /// Counts the memory of the head.
    pub(super) fn pay(&mut self, permit: &ConnectionPermit) -> Result<(), Refused> {
        if !self.is_unpaid() {
            return Ok(());
        }
        let needed = buffer_for(self.bytes);
        match &mut self.memory {
            Some(memory) => memory.grow(needed.saturating_sub(memory.units()))?,
            None => self.memory = Some(permit.memory_for_head(needed)?),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{ConnectionLimits, Unlimited};

    #[test]
    fn the_next_buffer_is_counted_before_more_is_read() {
        // One address has a quarter.
        let connections = ConnectionLimits::new(2, 2, Unlimited::default());
        let connections = connections.with_memory_of_heads(4 * 32 * 1024);
        let permit = connections.admit(None).unwrap();
        let mut head = Head::default();
        head.grows(2_000);
        assert!(!head.is_unpaid());
        let mut counted = Vec::new();
        loop {
            head.grows(READ_AHEAD);
            if head.pay(&permit).is_err() {
                break;
            }
            assert!(!head.is_unpaid());
            counted.extend(head.memory.as_ref().map(Permit::units));
        }
        assert_eq!(counted, [32 * 1024, 32 * 1024, 32 * 1024]);
        // A refused head keeps what it has, until its connection is closed.
        assert!(permit.memory_for_head(1).is_err());
        drop(head);
        assert!(permit.memory_for_head(32 * 1024).is_ok());
    }
}
