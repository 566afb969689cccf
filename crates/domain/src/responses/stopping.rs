//! Ends the writing of a response early: a cancel, a lost turn, or a client that has disconnected.

use super::writing::{ResponseTask, WaitingClient};
use crate::error::Result;
use crate::turns::Called;
use futures_util::future::{Either, pending, select};
use std::pin::pin;

/// Why a response ends early.
pub(super) enum StopReason {
    /// Its turn in the conversation was ended.
    Called(Called),
    /// It was cancelled or deleted.
    Over,
    /// Its reader has left, and it is not stored.
    Unread,
}

/// How the writing went.
pub(super) enum WritingEnd {
    Whole,
    /// The turn was cancelled; what was written is kept.
    Cancelled,
    /// The response was cancelled or deleted: its row is not this writer's any more.
    Over,
}

impl ResponseTask {
    /// Returns when the response must end early.
    pub(super) async fn stop(&self, client: &mut WaitingClient) -> StopReason {
        let called = async {
            match &self.turn {
                Some(turn) => StopReason::Called(turn.called().await),
                None => pending().await,
            }
        };
        let over = async {
            self.writer.over().await;
            StopReason::Over
        };
        let unread = async {
            match client {
                _ if self.create.is_stored => pending().await,
                Some(client) => client.closed().await,
                None => self.writer.response.closed().await,
            }
            StopReason::Unread
        };
        let (called, over, unread) = (pin!(called), pin!(over), pin!(unread));
        match select(select(called, over), unread).await {
            Either::Left((ended, _)) => ended.factor_first().0,
            Either::Right((unread, _)) => unread,
        }
    }

    /// Turns the reason into the state in which the writing ends.
    pub(super) async fn stopped(&self, stop: StopReason) -> Result<WritingEnd> {
        match stop {
            StopReason::Over | StopReason::Unread => Ok(WritingEnd::Over),
            StopReason::Called(called) => match &self.turn {
                Some(turn) => turn.stopped(called).await.map(|()| WritingEnd::Cancelled),
                None => Ok(WritingEnd::Over),
            },
        }
    }
}
