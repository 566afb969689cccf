use super::ChatChunk;
use super::calls::ReplyCalls;
use super::ending::{ReplyEnding, shown, word};
use crate::error::{ProviderFailure, Report};
use crate::items::{Content, ItemType, quoted};
use crate::thoughts::{self, Extent, Split, Splitter};
use crate::visible::can_be_seen;

type Result<T> = std::result::Result<T, ProviderFailure>;

/// The finish reason of a reply that its client has cancelled.
pub const CANCELLED: &str = "cancelled";

/// The known state of a reply that is being written and will be stored.
#[derive(Default)]
pub(crate) struct ReplyDraft {
    characters: usize,
    /// The whole text, including thoughts between marks.
    text: String,
    /// The thoughts that the server sent as such.
    thoughts: String,
    splitter: Splitter,
    /// The answering model, by the provider.
    model: Option<String>,
    /// The finish reason, in the provider's word.
    finish_reason: Option<String>,
    /// Whether calls of tools are kept together with the text, or instead of it.
    keeps_calls: bool,
    calls: ReplyCalls,
    /// Whether the answer says that it calls a tool.
    calls_a_tool: bool,
    /// Whether all of the text is a refusal.
    refuses: bool,
}

/// A complete reply.
pub(crate) struct WrittenReply {
    /// `None` where the model only calls tools.
    pub(crate) content: Option<Content>,
    pub(crate) calls: ReplyCalls,
    /// The model's thoughts.
    pub(crate) reasoning: Option<String>,
    /// The answering model, by the provider.
    pub(crate) model: Option<String>,
    /// The finish reason, where the provider gives one that can be passed on.
    pub(crate) finish_reason: Option<String>,
}

impl ReplyDraft {
    /// A draft that keeps calls of tools, whether the tools were offered or not: the client decides.
    pub(crate) fn with_calls() -> Self {
        Self {
            keeps_calls: true,
            ..Self::default()
        }
    }

    /// Adds the next part, and returns the text that can be shown now. Fails as soon as the reply cannot
    /// be stored; that failure is lasting, since the same question would most likely lead to such a
    /// reply again, and cost as much.
    pub(crate) fn add(&mut self, chunk: &mut ChatChunk) -> Result<Split> {
        let called = chunk.calls.iter().map(|piece| piece.arguments.as_str());
        let texts = [chunk.text.as_str(), chunk.reasoning.as_str()];
        let texts = texts.into_iter().chain(called);
        self.characters += texts
            .clone()
            .map(|text| text.chars().count())
            .sum::<usize>();
        if self.characters > Content::MAX_CHARACTERS {
            return Err(ProviderFailure::lasting(
                "its reply has more than 1,000,000 characters.",
            ));
        }
        if texts.clone().any(|text| text.contains('\0')) {
            return Err(ProviderFailure::lasting(
                "its reply has a NUL character (U+0000).",
            ));
        }
        self.calls_a_tool |= chunk.calls_a_tool;
        if self.calls_a_tool && !self.keeps_calls {
            return Err(called_a_tool());
        }
        if let Some(form) = &chunk.unkept {
            return Err(ProviderFailure::lasting(format!(
                "its reply has something in it that is not text ({form}), and cannot be kept.",
            )));
        }
        if !chunk.calls.iter().all(|piece| self.calls.add(piece)) {
            return Err(ProviderFailure::lasting("it called more than 128 tools."));
        }
        if !chunk.text.is_empty() {
            self.refuses = chunk.refuses && (self.refuses || self.text.is_empty());
        }
        self.model = self.model.take().or(chunk.model.take());
        // Some servers write `stop` into every chunk, until they have a better reason.
        if self
            .finish_reason
            .as_deref()
            .is_none_or(|before| before == "stop")
        {
            self.finish_reason = chunk.finish_reason.take().or(self.finish_reason.take());
        }
        if can_be_seen(&chunk.reasoning) {
            self.splitter.is_after_thoughts();
        }
        let mut split = self.splitter.push(&chunk.text);
        self.text.push_str(&chunk.text);
        if !chunk.reasoning.is_empty() {
            self.thoughts.push_str(&chunk.reasoning);
            split.thoughts =
                Some(chunk.reasoning.clone() + split.thoughts.as_deref().unwrap_or(""));
        }
        Ok(split)
    }

    /// The text that was held back because it might have become a mark.
    pub(crate) fn rest(&mut self) -> Split {
        let how = self.extent();
        self.splitter.end(how)
    }

    /// The reply so far, for storing a cancelled reply; `None` where it has no visible text.
    pub(crate) fn so_far(self) -> Option<WrittenReply> {
        let (text, reasoning) = self.text_and_thoughts(Extent::Cut);
        let text = Some(text).filter(|text| can_be_seen(text))?;
        let content = Content::parse(text).ok()?;
        Some(WrittenReply {
            content: Some(content),
            calls: ReplyCalls::default(),
            reasoning,
            model: self.model,
            finish_reason: Some(CANCELLED.to_owned()),
        })
    }

    fn extent(&self) -> Extent {
        match ReplyEnding::of(self.finish_reason.as_deref().unwrap_or_default()) {
            ReplyEnding::Length => Extent::Cut,
            _ => Extent::Whole,
        }
    }

    /// The text, and the thoughts.
    fn text_and_thoughts(&self, how: Extent) -> (String, Option<String>) {
        let separate = thoughts::unmarked(&self.thoughts);
        let Split { text, thoughts } = match separate {
            None => thoughts::apart(&self.text, how),
            Some(_) => thoughts::apart_again(&self.text, how),
        };
        (text, thoughts::united(separate, thoughts))
    }

    /// The complete reply, for storing.
    pub(crate) fn finish(self) -> Result<WrittenReply> {
        let ending = ReplyEnding::of(self.finish_reason.as_deref().unwrap_or_default());
        if ending == ReplyEnding::Failure {
            let happened = format!("it gave up midway{}.", in_brackets(self.word()));
            let reason = format!("it gave up midway{}.", in_brackets(self.reason()));
            return Err(ProviderFailure::failed(
                Report::from(happened).quoting(Some(reason)),
            ));
        }
        if self.calls_a_tool && self.calls.is_empty() {
            return Err(called_a_tool());
        }
        if self.calls.has_nameless() {
            let why = "it called a tool without a name.";
            return Err(ProviderFailure::lasting(why));
        }
        let (text, reasoning) = self.text_and_thoughts(self.extent());
        let is_said = can_be_seen(&text);
        if !is_said && self.calls.is_empty() {
            return Err(self.empty(ending, reasoning.is_some()));
        }
        // All other rules were checked when the parts came.
        let content = match self.refuses {
            true => refusal(&text),
            false => Content::parse(text),
        };
        let content = is_said.then_some(content).transpose();
        let content = content.map_err(|_| ProviderFailure::lasting("its reply cannot be kept."))?;
        let finish_reason = self.word().map(str::to_owned);
        Ok(WrittenReply {
            content,
            calls: self.calls,
            reasoning,
            finish_reason,
            model: self.model,
        })
    }

    /// The failure of an empty reply. It is lasting: another attempt would cost as much, and most
    /// likely fail again.
    fn empty(&self, ending: ReplyEnding, has_thoughts: bool) -> ProviderFailure {
        let why = match (ending, has_thoughts) {
            (ReplyEnding::Length, true) => {
                "its thoughts used up the length (`max_tokens`) before the answer began"
            }
            (ReplyEnding::Length, false) => {
                "the length (`max_tokens`) was used up before the answer began"
            }
            (ReplyEnding::Filter, _) => "a filter of the provider's held it back",
            (ReplyEnding::Failure | ReplyEnding::Other, true) => "it thought, and answered nothing",
            (ReplyEnding::Failure | ReplyEnding::Other, false) => "",
        };
        let colon = if why.is_empty() { "" } else { ": " };
        let with = |reason: Option<&str>| {
            let reason = reason.filter(|_| ending != ReplyEnding::Other || why.is_empty());
            let reason = in_brackets(reason.filter(|reason| *reason != "stop"));
            format!("its reply is empty{colon}{why}{reason}.")
        };
        let reason = with(self.reason().as_deref());
        ProviderFailure::lasting(Report::from(with(self.word())).quoting(Some(reason)))
    }

    /// The reason of its end, if the provider gives one that can be passed on.
    fn word(&self) -> Option<&str> {
        self.finish_reason.as_deref().and_then(word)
    }

    /// The reason of its end, in all of the provider's words, which are for the client only.
    fn reason(&self) -> Option<String> {
        self.finish_reason.as_deref().map(shown)
    }
}

/// It called a tool where only a text is kept, or in a form that cannot be read.
pub(super) fn called_a_tool() -> ProviderFailure {
    ProviderFailure::lasting("it called a tool instead of replying.")
}

/// A model's refusal as a message.
fn refusal(text: &str) -> crate::error::Result<Content> {
    let part = format!(r#"[{{"type":"refusal","refusal":{}}}]"#, quoted(text));
    Content::parse_item(ItemType::MESSAGE, Some(&part), None)
}

fn in_brackets(reason: Option<impl AsRef<str>>) -> String {
    let reason = reason.map(|reason| format!(" ({})", reason.as_ref()));
    reason.unwrap_or_default()
}
