//! The state of a reply that decides how the next chunk is read.

use super::wire::{Joined, ReadContent};

/// How much text is kept for comparing, in bytes. A longer reply is not stored anyway.
const COMPARED: usize = 8 * 1024 * 1024;

/// The name of a form that is not kept: a whole message that differs from the pieces before it.
const ANOTHER: &str = "second_message";

/// The reply so far, and whether it has ended.
#[derive(Debug, Default)]
pub(super) struct ReceivedReply {
    text: SentText,
    thoughts: SentText,
    /// Whether pieces have come, and not only whole messages.
    has_pieces: bool,
    /// Whether a finish reason came with the last text, or after it.
    finished: bool,
    /// Whether a finish reason came where the reply may continue: with text, or before any text.
    /// Some servers write a reason into every chunk.
    doubtful: bool,
    /// Whether some text came without a finish reason; only then is a finish reason that comes with
    /// text meaningful.
    has_gone_on: bool,
    /// Whether the reply went on after a reason to end.
    was_wrong: bool,
    has_choices: bool,
    /// A field that is not understood, of a message without any other content.
    unread: Option<String>,
}

/// The addition of one chunk.
#[derive(Debug, Default)]
pub(super) struct More {
    pub(super) text: String,
    pub(super) thoughts: String,
    pub(super) unkept: Option<String>,
}

impl ReceivedReply {
    /// Whether the reply may be complete.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the reply is complete for certain, so that later errors do not matter.
    pub(super) fn is_over(&self) -> bool {
        self.finished && !self.doubtful
    }

    /// Whether the reply is complete even if the connection is lost or silent now. It is when a reason
    /// to end has come, also with the last text, unless the server sends such reasons with any text.
    pub(super) fn has_ended(&self) -> bool {
        self.finished && (!self.doubtful || self.has_gone_on && !self.was_wrong)
    }

    pub(super) fn has_choices(&self) -> bool {
        self.has_choices
    }

    /// The field that may hold the reply, where no part of the reply was understood.
    pub(super) fn unread(&mut self) -> Option<String> {
        let has_said = self.text.has_begun || self.thoughts.has_begun;
        self.unread.take().filter(|_| !has_said)
    }

    /// Whether a whole message would repeat text that has come in pieces.
    pub(super) fn has_said_pieces(&self) -> bool {
        self.has_pieces && self.text.has_begun
    }

    /// Adds the next chunk.
    pub(super) fn add(&mut self, read: &mut ReadContent) -> More {
        let (text, thoughts) = (
            std::mem::take(&mut read.text),
            std::mem::take(&mut read.reasoning),
        );
        let speaks = !text.is_empty() || !thoughts.is_empty();
        self.has_choices |= read.has_choices;
        self.unread = self.unread.take().or(read.unread.take());
        let had_text = self.text.has_begun;
        let more = match read.is_whole && self.has_pieces {
            true => self.again(text, thoughts),
            false => {
                self.has_pieces |= speaks && !read.is_whole;
                More {
                    text: self.text.push(text),
                    thoughts: self.thoughts.push(thoughts),
                    unkept: None,
                }
            }
        };
        let ends = read.finish_reason.is_some();
        if read.is_whole {
            self.finished |= ends;
        } else {
            self.doubtful |= match ends {
                true => speaks || !had_text,
                false => speaks && self.finished,
            };
            self.was_wrong |= speaks && self.finished;
            self.has_gone_on |= speaks && !ends;
            self.finished = ends || self.finished && !speaks;
        }
        more
    }

    /// Adds a whole message after its pieces: the rest that the pieces did not contain.
    fn again(&mut self, text: Vec<u8>, thoughts: Vec<u8>) -> More {
        match (self.text.rest(text), self.thoughts.rest(thoughts)) {
            (Some(text), Some(thoughts)) => More {
                text,
                thoughts,
                unkept: None,
            },
            _ => More {
                unkept: Some(ANOTHER.to_owned()),
                ..More::default()
            },
        }
    }

    /// Ends the reply. Half a character at the end is replaced.
    pub(super) fn end(&mut self) -> (String, String) {
        (self.text.end(), self.thoughts.end())
    }
}

/// Text, or thoughts.
#[derive(Debug, Default)]
struct SentText {
    joined: Joined,
    so_far: String,
    has_begun: bool,
}

impl SentText {
    fn push(&mut self, next: Vec<u8>) -> String {
        self.has_begun |= !next.is_empty();
        let next = self.joined.push(next);
        if self.so_far.len() <= COMPARED {
            self.so_far.push_str(&next);
        }
        next
    }

    fn end(&mut self) -> String {
        let alone: String = self.joined.end().into_iter().collect();
        self.so_far.push_str(&alone);
        alone
    }

    /// The part of the whole text that is missing from the pieces; `None` where the texts differ.
    fn rest(&mut self, whole: Vec<u8>) -> Option<String> {
        let alone = self.end();
        let mut joined = Joined::default();
        let mut whole = joined.push(whole);
        whole.extend(joined.end());
        let said = whole.trim().is_empty() || whole.trim() == self.so_far.trim();
        let rest = match said {
            true => "",
            false => whole.strip_prefix(self.so_far.as_str())?,
        };
        self.so_far.push_str(rest);
        self.has_begun |= !rest.is_empty();
        Some(alone + rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, reason: Option<&str>) -> ReadContent {
        ReadContent {
            text: text.as_bytes().to_vec(),
            finish_reason: reason.map(str::to_owned),
            ..ReadContent::default()
        }
    }

    fn whole(text: &str) -> ReadContent {
        ReadContent {
            is_whole: true,
            ..piece(text, Some("stop"))
        }
    }

    /// Finished, and over.
    fn ending(pieces: Vec<ReadContent>) -> (bool, bool) {
        let mut reply = ReceivedReply::default();
        for mut piece in pieces {
            reply.add(&mut piece);
        }
        (reply.is_finished(), reply.is_over())
    }

    #[test]
    fn a_reason_to_end_counts_where_no_text_comes_with_it_or_after_it() {
        let stop = Some("stop");
        for (pieces, expected) in [
            (vec![piece("a", None)], (false, false)),
            (vec![piece("a", None), piece("", stop)], (true, true)),
            (vec![piece("a", stop)], (true, false)),
            (vec![piece("", stop), piece("a", None)], (false, false)),
            (vec![piece("", stop)], (true, false)),
            (
                vec![piece("a", stop), piece("b", None), piece("", stop)],
                (true, false),
            ),
            (vec![whole("a")], (true, true)),
        ] {
            let name = format!("{pieces:?}");
            assert_eq!(ending(pieces), expected, "{name}");
        }
    }

    #[test]
    fn a_reason_with_the_last_text_counts_where_others_came_without() {
        let stop = Some("stop");
        for (pieces, expected) in [
            (vec![piece("a", None), piece("b", stop)], true),
            (vec![piece("a", None), piece("", stop)], true),
            (vec![piece("a", stop)], false),
            (vec![piece("a", stop), piece("b", stop)], false),
            (
                vec![piece("a", None), piece("b", stop), piece("c", stop)],
                false,
            ),
            (vec![piece("a", None)], false),
        ] {
            let name = format!("{pieces:?}");
            let mut reply = ReceivedReply::default();
            for mut piece in pieces {
                reply.add(&mut piece);
            }
            assert_eq!(reply.has_ended(), expected, "{name}");
        }
    }

    #[test]
    fn a_whole_message_says_its_pieces_once() {
        for (pieces, all, unkept) in [
            (vec![piece("a", None), whole("a")], "a", false),
            (
                vec![piece("a ", None), piece("b", None), whole("a b")],
                "a b",
                false,
            ),
            (vec![piece("a b\n", None), whole("a b")], "a b\n", false),
            (vec![piece("a", None), whole("ab")], "ab", false),
            (vec![piece("a", None), whole("")], "a", false),
            (vec![piece("ab", None), whole("a")], "ab", true),
            (vec![piece("a", None), whole("c")], "a", true),
            (vec![whole("ha"), whole("ha")], "haha", false),
        ] {
            let name = format!("{pieces:?}");
            let mut reply = ReceivedReply::default();
            let mut found = (String::new(), false);
            for mut piece in pieces {
                let more = reply.add(&mut piece);
                found.0.push_str(&more.text);
                found.1 |= more.unkept.is_some();
            }
            assert_eq!(found, (all.to_owned(), unkept), "{name}");
        }
    }
}
