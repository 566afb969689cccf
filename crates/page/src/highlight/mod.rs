//! Colours for code, by classes. One pass over the text without regular expressions or a look back, so
//! the time is proportional to the length for any text. It recognises strings, comments, numbers, names
//! and keywords, and does not parse.

mod languages;
mod lexer;
mod lines;

use super::escape::escape;
use languages::CodeLanguage;

/// The kind of a piece of code; its class is for the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Comment,
    Text,
    Number,
    Keyword,
    Function,
    Type,
    Property,
    Inserted,
    Deleted,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Comment => "c",
            Self::Text => "s",
            Self::Number => "n",
            Self::Keyword => "k",
            Self::Function => "f",
            Self::Type => "t",
            Self::Property => "p",
            Self::Inserted => "ins",
            Self::Deleted => "del",
        }
    }
}

/// The language that the first word after the fence names, as its writer spelled it.
pub(super) fn name(info: &str) -> &str {
    let end = info.find(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':'));
    let word = info.split_at(end.unwrap_or(info.len())).0;
    let end = word.char_indices().nth(24).map_or(word.len(), |(at, _)| at);
    word.split_at(end).0
}

/// Writes code as HTML, with colours where the language is known.
pub(super) fn write(out: &mut String, language: &str, code: &str) {
    let mut piece = |kind: Kind, text: &str| {
        if kind == Kind::Plain {
            escape(out, text);
        } else {
            out.push_str("<span class=\"");
            out.push_str(kind.class());
            out.push_str("\">");
            escape(out, text);
            out.push_str("</span>");
        }
    };
    match languages::find(language) {
        None => piece(Kind::Plain, code),
        Some(CodeLanguage::Words(words)) => lexer::write(words, code, &mut piece),
        Some(CodeLanguage::Markup) => lines::markup(code, &mut piece),
        Some(CodeLanguage::Difference) => lines::difference(code, &mut piece),
    }
}

#[cfg(test)]
mod tests;
