//! Thoughts that are marked by words alone: by a model's training, or since a server took the marks off.

use super::ends::find;
use super::marks::{beginning, begun, may_become};

/// Words before a thought, and between the thought and the answer, in lower case.
#[derive(Debug)]
pub(super) struct ThoughtWords {
    opens: &'static [&'static str],
    closes: &'static [&'static str],
    /// The answer's words begin a line, and a thought follows its own on the next.
    are_lines: bool,
}

/// Granite's, and gpt-oss's without its marks.
const WORDS: &[ThoughtWords] = &[
    ThoughtWords {
        opens: &[
            "here is my thought process:",
            "here's my thought process:",
            "here’s my thought process:",
        ],
        closes: &[
            "\nhere is my response:",
            "\nhere's my response:",
            "\nhere’s my response:",
        ],
        are_lines: true,
    },
    ThoughtWords {
        opens: &["analysis"],
        closes: &["assistantfinal"],
        are_lines: false,
    },
];

/// The words that the text begins with, and the length of its beginning; or whether that may yet be so.
pub(super) fn opening(text: &str) -> (Option<(&'static ThoughtWords, usize)>, bool) {
    let bare = begun(text);
    let before = text.len() - bare.len();
    let mut may_open = false;
    for words in WORDS {
        if let Some(open) = beginning(bare, words.opens.iter().copied()) {
            let inside = bare.get(open.len()..).unwrap_or_default();
            // "analysisWe": with the mark between them gone.
            match inside.chars().next() {
                None => may_open = true,
                Some(next) if words.are_lines || next.is_uppercase() => {
                    return (Some((words, before + open.len())), false);
                }
                Some(_) => {}
            }
        }
        may_open |= may_become(bare, words.opens.iter().copied());
    }
    (None, may_open)
}

impl ThoughtWords {
    /// Where the thought ends, and where the answer begins.
    pub(super) fn closing(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let found = self.closes.iter();
        let found = found.filter_map(|close| {
            let at = find(text, close, from)?;
            Some((at, at + close.len()))
        });
        found.min()
    }

    /// From where to search again when more has come.
    pub(super) fn searched(&self, text: &str) -> usize {
        let longest = self.closes.iter().map(|close| close.len()).max();
        let mut from = text.len().saturating_sub(longest.unwrap_or_default());
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        from
    }
}

/// A thought and the answer to it.
pub(super) fn apart(written: &str) -> Option<(&str, &str)> {
    let (Some((words, from)), _) = opening(written) else {
        return None;
    };
    let (end, answer) = words.closing(written, from)?;
    Some((written.get(from..end)?, written.get(answer..)?))
}
