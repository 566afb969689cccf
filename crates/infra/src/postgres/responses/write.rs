//! The columns of a response for writing.

use super::rows::{list, stored_cut_by, stored_cuts, stored_status, stored_usage};
use super::statements::Keep;
use super::written::{Finish, Insert, NewColumns, WrittenColumns};
use crate::postgres::ids;
use domain::id::{ConversationId, OwnerId, ResponseId, Sequence};
use domain::responses::{Failed, ItemEntry, OutputItem, Response};
use uuid::Uuid;

/// The values of a response in stored form.
#[derive(Clone)]
pub(super) struct Values<'a> {
    owner_id: Uuid,
    response: &'a Response,
    pub(super) first: Sequence,
    input: String,
    output: String,
    cuts: Vec<i32>,
    usage: Option<Vec<i32>>,
}

impl<'a> Values<'a> {
    pub(super) fn of(owner: OwnerId, response: &'a Response, input: &[ItemEntry]) -> Self {
        let output: Vec<_> = response.output.iter().map(OutputItem::entry).collect();
        Self {
            owner_id: ids::stored(owner.ulid()),
            response,
            first: response.first,
            input: list(input.iter()),
            output: list(output.iter()),
            cuts: stored_cuts(&response.cuts),
            usage: response.usage.map(stored_usage),
        }
    }

    /// The size in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.input.len() + self.output.len() + self.response.settings.len() + 4 * self.cuts.len()
    }

    fn failed(&self, of: impl Fn(&'a Failed) -> &'a str) -> Option<&'a str> {
        self.response.failed.as_ref().map(of)
    }

    fn id(&self) -> Uuid {
        ids::stored(self.response.id.ulid())
    }

    fn written(&self) -> WrittenColumns<'_> {
        let response = self.response;
        WrittenColumns {
            ended_at: response.ended_at,
            first_number: self.first.0.cast_signed(),
            input_count: response.input_count.cast_signed(),
            cut_by: response.cut_by.map(stored_cut_by),
            model: response.model.as_deref(),
            input: &self.input,
            output: &self.output,
            cuts: &self.cuts,
            usage: self.usage.as_deref(),
            failure_code: self.failed(|failed| &failed.code),
            failure_message: self.failed(|failed| &failed.message),
        }
    }

    pub(super) fn insert(&self) -> Insert<'_> {
        let response = self.response;
        self.written().insert(NewColumns {
            owner_id: self.owner_id,
            id: self.id(),
            status: stored_status(response.status),
            created_at: response.created_at,
            conversation_id: response
                .conversation
                .map(ConversationId::ulid)
                .map(ids::stored),
            previous_id: response.previous.map(ResponseId::ulid).map(ids::stored),
            is_background: response.is_background,
            settings: &response.settings,
        })
    }

    pub(super) fn finish(&self) -> Finish<'_> {
        let key = (self.owner_id, self.id());
        self.written()
            .finish(key, stored_status(self.response.status))
    }

    pub(super) fn keep(&self) -> Keep<'_> {
        Keep {
            first_number: self.first.0.cast_signed(),
            input_count: self.response.input_count.cast_signed(),
            model: self.response.model.as_deref(),
            input: &self.input,
            output: &self.output,
            cuts: &self.cuts,
            owner_id: self.owner_id,
            id: self.id(),
        }
    }
}
