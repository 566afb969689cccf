//! The events of a response, in the same order and with the same numbers each time they are sent.

use super::{MessagePartKind, OutputItem, Response, Status};
use crate::id::ItemId;
use std::collections::VecDeque;

/// An event of a response. Each has a number, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseEvent {
    Created,
    Queued,
    InProgress,
    ItemAdded(EventPlace, OutputItem),
    PartAdded(EventPlace, MessagePartKind),
    /// More text of a part; `None`: more arguments of a call.
    Delta(EventPlace, Option<MessagePartKind>, String),
    /// The whole text of a part. It is in the response, and not here: a reader that waits would hold
    /// it several times.
    TextDone(EventPlace, MessagePartKind),
    PartDone(EventPlace, MessagePartKind),
    /// All arguments of a call.
    ArgumentsDone(EventPlace),
    ItemDone(EventPlace),
    /// The response has its last status.
    Ended,
}

/// The place of an event in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPlace {
    pub item: ItemId,
    pub output: usize,
    pub part: usize,
}

/// Makes the events of a response, up to its present state.
#[derive(Debug, Default)]
pub struct Replay {
    number: u64,
    has_begun: bool,
    has_ended: bool,
    /// The next cut.
    cut: usize,
    /// The items that have begun.
    items: Vec<SentItem>,
    ready: VecDeque<ResponseEvent>,
}

/// The part of an item that was sent.
#[derive(Debug, Default)]
struct SentItem {
    /// How many parts have begun.
    parts: usize,
    /// How many bytes of the last part were sent.
    bytes: usize,
    is_done: bool,
}

impl Replay {
    /// The next event with its number. `None`: there is none yet, or no more.
    pub fn next(&mut self, response: &Response) -> Option<(u64, ResponseEvent)> {
        while self.ready.is_empty() && self.step(response) {}
        let event = self.ready.pop_front()?;
        let number = self.number;
        self.number += 1;
        Some((number, event))
    }

    /// Whether the last event was sent.
    pub fn has_ended(&self) -> bool {
        self.has_ended && self.ready.is_empty()
    }

    /// Takes a step; `false` where there is nothing new.
    fn step(&mut self, response: &Response) -> bool {
        if !self.has_begun {
            self.has_begun = true;
            self.ready.push_back(ResponseEvent::Created);
            if response.is_background {
                self.ready.push_back(ResponseEvent::Queued);
            }
            self.ready.push_back(ResponseEvent::InProgress);
            return true;
        }
        if self.cut < response.cuts.len() {
            self.tell(response);
            self.cut += 1;
            return true;
        }
        if !response.has_ended() || self.has_ended {
            return false;
        }
        if matches!(response.status, Status::Completed | Status::Incomplete) {
            for place in 0..self.items.len() {
                self.end_item(response, place);
            }
        }
        self.ready.push_back(ResponseEvent::Ended);
        self.has_ended = true;
        true
    }

    /// Tells the next cut.
    fn tell(&mut self, response: &Response) -> Option<()> {
        let cut = response.cuts.get(self.cut)?;
        let output = response.output.get(cut.output)?;
        let place = EventPlace {
            item: response.output_id(cut.output),
            output: cut.output,
            part: cut.part,
        };
        if response.is_output_deleted(cut.output) {
            if cut.output == self.items.len() {
                self.items.push(SentItem {
                    is_done: true,
                    ..SentItem::default()
                });
            }
            return None;
        }
        if cut.output == self.items.len() {
            // Calls may continue together; other items are complete when the next one begins.
            for before in 0..self.items.len() {
                let is_call = response.output.get(before).is_some_and(OutputItem::is_call);
                if !is_call {
                    self.end_item(response, before);
                }
            }
            self.items.push(SentItem::default());
            self.ready
                .push_back(ResponseEvent::ItemAdded(place, output.begun()));
        }
        let kind = output.part_kind(cut.part);
        let parts = self.items.get(cut.output)?.parts;
        if let Some(kind) = kind
            && cut.part == parts
        {
            self.end_part(response, cut.output);
            let item = self.items.get_mut(cut.output)?;
            (item.parts, item.bytes) = (parts + 1, 0);
            self.ready.push_back(ResponseEvent::PartAdded(place, kind));
        }
        if cut.bytes > 0 {
            let item = self.items.get_mut(cut.output)?;
            let text = output
                .text(cut.part)
                .get(item.bytes..item.bytes + cut.bytes)?;
            item.bytes += cut.bytes;
            let text = text.to_owned();
            self.ready
                .push_back(ResponseEvent::Delta(place, kind, text));
        }
        Some(())
    }

    fn end_part(&mut self, response: &Response, output: usize) -> Option<()> {
        let part = self.items.get(output)?.parts.checked_sub(1)?;
        let item = response.output.get(output)?;
        let place = EventPlace {
            item: response.output_id(output),
            output,
            part,
        };
        let kind = item.part_kind(part)?;
        self.ready.push_back(ResponseEvent::TextDone(place, kind));
        self.ready.push_back(ResponseEvent::PartDone(place, kind));
        Some(())
    }

    fn end_item(&mut self, response: &Response, output: usize) -> Option<()> {
        if self.items.get(output)?.is_done {
            return None;
        }
        self.end_part(response, output);
        self.items.get_mut(output)?.is_done = true;
        let item = response.output.get(output)?;
        let place = EventPlace {
            item: response.output_id(output),
            output,
            part: 0,
        };
        if item.is_call() {
            self.ready.push_back(ResponseEvent::ArgumentsDone(place));
        }
        self.ready.push_back(ResponseEvent::ItemDone(place));
        Some(())
    }
}
