//! Ends the writing of a response early: a cancel, a lost turn, or a client that has disconnected.

use super::writing::{Client, ResponseTask};
use crate::error::{Conflict, Error, Result};
use crate::turns::{Called, Ending};
use futures_util::future::{Either, pending, select};
use std::pin::pin;

/// Why a response ends early.
pub(super) enum Stop {
    /// Its turn in the conversation was ended.
    Called(Called),
    /// It was cancelled or deleted.
    Over,
    /// Its reader has left, and it is not stored.
    Unread,
}

/// How the writing went.
pub(super) enum Written {
    Whole,
    /// The turn was cancelled; what was written is kept.
    Cancelled,
    /// The response was cancelled or deleted: its row is not this writer's any more.
    Over,
}

impl ResponseTask {
    /// Returns when the response must end early.
    pub(super) async fn stop(&self, client: &mut Client) -> Stop {
        let called = async {
            match &self.turn {
                Some(turn) => Stop::Called(turn.called().await),
                None => pending().await,
            }
        };
        let over = async {
            self.writer.over().await;
            Stop::Over
        };
        let unread = async {
            match client {
                _ if self.create.is_stored => pending().await,
                Some(client) => client.closed().await,
                None => self.writer.response.closed().await,
            }
            Stop::Unread
        };
        let (called, over, unread) = (pin!(called), pin!(over), pin!(unread));
        match select(select(called, over), unread).await {
            Either::Left((ended, _)) => ended.factor_first().0,
            Either::Right((unread, _)) => unread,
        }
    }

    /// Turns the reason into the state in which the writing ends.
    pub(super) async fn stopped(&self, stop: Stop) -> Result<Written> {
        match stop {
            Stop::Over | Stop::Unread => Ok(Written::Over),
            Stop::Called(Called::Ended(Ending::Kept)) => Ok(Written::Cancelled),
            Stop::Called(Called::Ended(Ending::Dropped)) => match &self.turn {
                Some(turn) => Err(turn.cancelled().await),
                None => Ok(Written::Over),
            },
            Stop::Called(Called::Overtaken) => Err(Error::Conflict(Conflict::ConversationLocked)),
        }
    }
}
