use super::Apart;
use super::alone::begins_sentence;
use super::marks::{MARKS, after_a_mark, beginning, end, may_become};

/// How much white space may precede a mark, in bytes.
const WHITE_SPACE: usize = 1024;

/// Separates thoughts from text while they are written, as far as possible by then: a closing mark
/// without an opening one shows only later that the text before it was a thought.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    state: State,
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Before,
    /// Within a thought that ends with this mark.
    Within(&'static str),
    /// A thought has ended. White space after it does not belong to the text.
    Between,
    Text,
}

impl Splitter {
    /// Adds text, and returns what can be shown by now.
    pub(crate) fn push(&mut self, next: &str) -> Apart {
        self.held.push_str(next);
        let mut told = Apart::default();
        loop {
            match self.state {
                State::Text => {
                    told.text.push_str(&std::mem::take(&mut self.held));
                    return told;
                }
                State::Within(close) => {
                    if !self.think(close, &mut told) {
                        return told;
                    }
                }
                State::Before | State::Between => {
                    if !self.begin() {
                        return told;
                    }
                }
            }
        }
    }

    /// The text that was held back because it might have become a mark.
    pub(crate) fn end(&mut self) -> Apart {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Within(_) => Apart {
                text: String::new(),
                thoughts: Some(held),
            },
            State::Before | State::Text => Apart {
                text: held,
                thoughts: None,
            },
            State::Between => Apart {
                text: after_a_mark(&held).to_owned(),
                thoughts: None,
            },
        }
    }

    /// Whether it is known by now if the held text begins with a mark.
    fn begin(&mut self) -> bool {
        let text = self.held.trim_start();
        let opens = || MARKS.iter().map(|(open, _)| *open);
        let closes = || MARKS.iter().map(|(_, close)| *close);
        if let Some(open) = beginning(text, opens()) {
            let close = MARKS.iter().find(|(of, _)| *of == open);
            self.state = close.map_or(State::Text, |(_, close)| State::Within(close));
            self.held = text.get(open.len()..).unwrap_or_default().to_owned();
            return true;
        }
        let is_first = self.state == State::Before;
        if is_first && let Some(close) = beginning(text, closes()) {
            let rest = text.get(close.len()..).unwrap_or_default();
            // A text can begin with a sentence about the mark.
            if rest.is_empty() {
                return false;
            }
            if rest.starts_with(['\n', '\r']) || begins_sentence(rest) {
                self.state = State::Between;
                self.held = rest.to_owned();
            } else {
                self.state = State::Text;
            }
            return true;
        }
        let is_long = self.held.len() > WHITE_SPACE;
        let may_close = is_first && may_become(text, closes());
        if !is_long && (text.is_empty() || may_become(text, opens()) || may_close) {
            return false;
        }
        if self.state == State::Between {
            self.held = after_a_mark(&self.held).to_owned();
        }
        self.state = State::Text;
        true
    }

    /// Whether the thought has ended.
    fn think(&mut self, close: &str, told: &mut Apart) -> bool {
        let thoughts = told.thoughts.get_or_insert_default();
        if let Some(end) = end(&self.held, close, false) {
            let rest = self.held.split_off(end);
            thoughts.push_str(&std::mem::replace(
                &mut self.held,
                rest.get(close.len()..).unwrap_or_default().to_owned(),
            ));
            self.state = State::Between;
            return true;
        }
        // Keeps the end that may be the beginning of the mark, with a quotation mark before it.
        // A quoted mark is shown.
        let lower = self.held.to_ascii_lowercase();
        let spoken = lower.rfind(close).map(|at| at + close.len());
        let spoken = spoken.filter(|end| *end < lower.len()).unwrap_or_default();
        let mut keep = lower.len().saturating_sub(close.len() + 4).max(spoken);
        while !self.held.is_char_boundary(keep) {
            keep -= 1;
        }
        let rest = self.held.split_off(keep);
        thoughts.push_str(&std::mem::replace(&mut self.held, rest));
        false
    }
}
