//! The items that are sent to a model: those before the input, as many as fit, and the input.

use super::messages::{messages, without_call};
use super::model::Known;
use super::needs::ResponseDependencies;
use super::{Continued, CreateResponse, Input, ItemEntry, ResponseItems, Truncation};
use crate::error::{Error, Resource, Result};
use crate::id::{ItemId, OwnerId, ResponseId};
use crate::items::Role;
use crate::replies::tokens;
use std::collections::VecDeque;

/// The most bytes of earlier items where none is left out.
const MOST: usize = 16 * 1024 * 1024;

/// The size of a token, as everywhere here.
const BYTES_PER_TOKEN: usize = 4;

/// The request to a model.
pub(super) struct ModelRequest {
    /// The input, without references.
    pub(super) input: Vec<ItemEntry>,
    /// The body of the request.
    pub(super) body: String,
}

/// Earlier items, oldest first.
#[derive(Default)]
struct Earlier {
    items: VecDeque<(ItemId, ItemEntry)>,
    is_cut: bool,
}

impl ResponseDependencies {
    /// The request to the model. `known` is the conversation, if there is one; `context_tokens` is
    /// the most that the model gets, if items may be left out.
    pub(super) async fn asked(
        &self,
        owner: OwnerId,
        create: &CreateResponse,
        known: Option<&Known>,
        context_tokens: usize,
    ) -> Result<ModelRequest> {
        let leading = self.leading(owner, create, known).await?;
        let sizes = create.input.iter().map(|input| match input {
            Input::Item(entry) => size(entry),
            Input::Reference(_) => 0,
        });
        let asked: usize =
            sizes.sum::<usize>() + leading.iter().map(|text| tokens(text)).sum::<usize>();
        let left = match create.truncation {
            Truncation::Auto => context_tokens.saturating_sub(asked),
            Truncation::Disabled => MOST / BYTES_PER_TOKEN,
        };
        let mut earlier = match (&create.continued, known) {
            (Continued::Response(id), _) => self.of_chain(owner, *id, left).await?,
            (Continued::Nothing, _) | (Continued::Conversation(_), None) => Earlier::default(),
            (Continued::Conversation(_), Some(known)) => {
                self.of_conversation(owner, known, left).await?
            }
        };
        if earlier.is_cut {
            match create.truncation {
                Truncation::Disabled => return Err(too_long()),
                Truncation::Auto => begin_with_question(&mut earlier),
            }
        }
        let input = self.resolved(owner, create, &earlier).await?;
        let mut entries: Vec<_> = earlier.items.into_iter().map(|(_, entry)| entry).collect();
        entries.extend(input.iter().cloned());
        if let Some((index, call_id)) = without_call(&entries, input.len()) {
            let message = format!(
                "No tool call found for function call output with call_id {call_id}: the call must \
                 stand before its output, in the input or before it."
            );
            return Err(Error::invalid(format!("input[{index}].call_id"), message));
        }
        let messages = messages(&leading, &entries);
        if messages.is_empty() {
            let message = "input must have something for the model: there is nothing before it.";
            return Err(Error::invalid("input", message));
        }
        Ok(ModelRequest {
            body: self.body(create, &messages),
            input,
        })
    }

    /// The texts of the system message: the project's instruction, the profile, and the request's
    /// own instructions.
    async fn leading(
        &self,
        owner: OwnerId,
        create: &CreateResponse,
        known: Option<&Known>,
    ) -> Result<Vec<String>> {
        let mut leading = Vec::new();
        if let Some(known) = known {
            if let Some(project) = known.conversation.project_id {
                let projects = self.stores.projects.as_ref();
                let instruction = projects.find_instruction(owner, project).await?;
                leading.extend(instruction.map(|text| text.into_string()));
            }
            leading.extend(self.stores.settings.find(owner).await?.in_words());
        }
        leading.extend(create.instructions.clone());
        Ok(leading)
    }

    async fn of_conversation(&self, owner: OwnerId, known: &Known, left: usize) -> Result<Earlier> {
        let mut earlier = Earlier::default();
        let mut left = left;
        let mut before = known.last.next();
        loop {
            let bytes = left.saturating_mul(BYTES_PER_TOKEN);
            let (replies, id) = (self.stores.replies.as_ref(), known.conversation.id);
            let batch = replies.preceding(owner, id, before, bytes).await?;
            if batch.is_empty() {
                return Ok(earlier);
            }
            for item in batch {
                before = item.id.sequence();
                let entry = ItemEntry::new(item.role, item.content);
                if !earlier.take((item.id, entry), &mut left) {
                    return Ok(earlier);
                }
            }
        }
    }

    async fn of_chain(&self, owner: OwnerId, id: ResponseId, mut left: usize) -> Result<Earlier> {
        let bytes = left.saturating_mul(BYTES_PER_TOKEN);
        let links = self.stores.responses.chain(owner, id, bytes).await?;
        if links.is_empty() {
            return Err(Resource::Response.absent().named_by("previous_response_id"));
        }
        let mut earlier = Earlier::default();
        for link in links {
            let ResponseItems { response, input } = link.items;
            let input = input.into_iter().enumerate();
            let input = input.filter(|(index, _)| !response.is_input_deleted(*index));
            let input = input.map(|(index, entry)| (response.input_id(index), entry));
            let output = response.output.iter().enumerate();
            let output = output.filter(|(index, _)| !response.is_output_deleted(*index));
            let output = output.map(|(index, output)| (response.output_id(index), output.entry()));
            let all: Vec<_> = input.chain(output).collect();
            for item in all.into_iter().rev() {
                if !earlier.take(item, &mut left) {
                    return Ok(earlier);
                }
            }
        }
        Ok(earlier)
    }

    /// The owner's item with this id: of a conversation, as it is now, or of a response.
    pub(super) async fn find_item(&self, owner: OwnerId, id: ItemId) -> Result<Option<ItemEntry>> {
        if let Some(item) = self.stores.items.find_anywhere(owner, id).await? {
            return Ok(Some(ItemEntry::new(item.role, item.content)));
        }
        let found = self.stores.responses.find_by_item(owner, id).await?;
        Ok(found.and_then(|items| items.find(id)))
    }

    /// The input with the items that it names. Items that stand before it anyway are not sent
    /// twice.
    async fn resolved(
        &self,
        owner: OwnerId,
        create: &CreateResponse,
        earlier: &Earlier,
    ) -> Result<Vec<ItemEntry>> {
        let mut input = Vec::with_capacity(create.input.len());
        for (index, one) in create.input.iter().enumerate() {
            let id = match one {
                Input::Item(entry) => {
                    input.push(entry.clone());
                    continue;
                }
                Input::Reference(id) => *id,
            };
            if earlier.items.iter().any(|(known, _)| *known == id) {
                continue;
            }
            let found = self.find_item(owner, id).await?;
            let absent = || {
                Resource::Item
                    .absent()
                    .named_by(format!("input[{index}].id"))
            };
            input.push(found.ok_or_else(absent)?);
        }
        Ok(input)
    }

    fn body(&self, create: &CreateResponse, messages: &[String]) -> String {
        let mut body = format!(
            r#"{{"messages":[{}],"stream":true,"stream_options":{{"include_usage":true}}"#,
            messages.join(",")
        );
        if let Some(model) = &create.model {
            let model = crate::items::quoted(model);
            body.push_str(&format!(r#","model":{model}"#));
        }
        for (name, value) in &create.options {
            let name = self.lengths.of(name, &create.model);
            body.push_str(&format!(r#","{name}":{value}"#));
        }
        body.push('}');
        body
    }
}

impl Earlier {
    /// Adds an item before the others; `false` where it does not fit.
    fn take(&mut self, item: (ItemId, ItemEntry), left: &mut usize) -> bool {
        match left.checked_sub(size(&item.1)) {
            Some(rest) => {
                *left = rest;
                self.items.push_front(item);
                true
            }
            None => {
                self.is_cut = true;
                false
            }
        }
    }
}

/// The estimated tokens of an item.
fn size(entry: &ItemEntry) -> usize {
    entry.bytes().div_ceil(BYTES_PER_TOKEN) + tokens("")
}

/// Leaves out answers whose question is left out.
fn begin_with_question(earlier: &mut Earlier) {
    let asks = |entry: &ItemEntry| {
        entry.content.kind().is_message() && !matches!(entry.role, Role::Assistant | Role::Tool)
    };
    while earlier.items.front().is_some_and(|(_, entry)| !asks(entry)) {
        earlier.items.pop_front();
    }
}

fn too_long() -> Error {
    let message = "The items before the input have more than 16 MiB, which is the limit here. Send \
                   truncation: \"auto\" to leave the oldest out.";
    Error::invalid("truncation", message)
}
