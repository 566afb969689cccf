//! Server-sent events, with what some servers do to them.

use super::bytes::Broken;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use sse_stream::SseByteStream;

/// The bytes of an answer.
pub(super) type ByteStream = BoxStream<'static, Result<Bytes, Broken>>;

/// The name of an event that had no end of its own.
pub(super) const CUT: &str = "cut off";

/// The fields of an event. Servers write them with spaces around the name, and in capitals.
const FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

/// What servers write in place of an event's name and data: llama.cpp, for many versions.
const ERROR: &str = "error";

/// The same as an event.
const AS_EVENT: &[u8] = b"event: error\ndata:";

/// How long a field can be, spaces included, before it shows that it is none.
const LONGEST: usize = 64;

/// The events that the bytes are. The last one needs no blank line to end it: it bears a name by which
/// one that is cut off can be told.
pub(super) fn events(bytes: ByteStream) -> SseByteStream<ByteStream> {
    let mut lines = Lines::default();
    let end = stream::once(std::future::ready(None));
    let bytes = bytes.map(Some).chain(end).map(move |piece| match piece {
        Some(piece) => piece.map(|piece| lines.repaired(&piece)),
        None => Ok(lines.end()),
    });
    SseByteStream::new(bytes.boxed())
}

/// Where the last piece has left off.
#[derive(Default)]
struct Lines {
    /// How the line begins, as long as it does not show which one it is.
    head: Vec<u8>,
    /// Whether the line had white space before that.
    is_indented: bool,
    /// Whether it shows, and all that follows in the line stays.
    is_known: bool,
    /// Whether a line was seen.
    has_begun: bool,
}

impl Lines {
    /// The piece with each line as a field of an event. A line that is none would be dropped without a
    /// word: it is made data, which is then read, or named as what it is.
    fn repaired(&mut self, piece: &[u8]) -> Bytes {
        let mut repaired = Vec::with_capacity(piece.len() + AS_EVENT.len());
        let mut rest = piece;
        while let Some((byte, after)) = rest.split_first() {
            let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
            if self.is_known {
                let end = rest.iter().position(is_end).unwrap_or(rest.len());
                let (line, after) = rest.split_at(end);
                repaired.extend_from_slice(line);
                self.is_known = after.is_empty();
                rest = after;
                continue;
            }
            rest = after;
            if is_end(byte) {
                self.end_line(&mut repaired);
                repaired.push(*byte);
            } else if self.head.is_empty() && matches!(byte, b' ' | b'\t') {
                self.is_indented = true;
            } else {
                self.head.push(*byte);
                self.look(&mut repaired);
            }
        }
        repaired.into()
    }

    /// Takes the line for what it is, as soon as it shows.
    fn look(&mut self, repaired: &mut Vec<u8>) {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        if !self.has_begun && MARK.starts_with(&self.head) {
            if self.head == MARK {
                self.head.clear();
                self.has_begun = true;
            }
            return;
        }
        self.has_begun = true;
        let colon = self.head.ends_with(b":");
        let head = self.head.trim_ascii_end();
        let name = head.strip_suffix(b":").unwrap_or(head).trim_ascii_end();
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let all = FIELDS.iter().chain([&ERROR]);
        if colon && (name.is_empty() || name == ERROR || FIELDS.contains(&name.as_str())) {
            match name.as_str() {
                ERROR => repaired.extend_from_slice(AS_EVENT),
                name => {
                    repaired.extend_from_slice(name.as_bytes());
                    repaired.push(b':');
                }
            }
            self.head.clear();
            self.is_indented = false;
            self.is_known = true;
            return;
        }
        let has_spaces = head.len() < self.head.len();
        let may_be = |field: &&str| match has_spaces {
            true => **field == name,
            false => field.starts_with(&name),
        };
        if colon || self.head.len() > LONGEST || !all.into_iter().any(may_be) {
            self.take_as_data(repaired);
            self.is_indented = false;
            self.is_known = true;
        }
    }

    fn take_as_data(&mut self, repaired: &mut Vec<u8>) {
        repaired.extend_from_slice(b"data:");
        repaired.append(&mut self.head);
    }

    /// The line has ended before it showed what it is.
    fn end_line(&mut self, repaired: &mut Vec<u8>) {
        let name = String::from_utf8_lossy(self.head.trim_ascii()).to_ascii_lowercase();
        match name.as_str() {
            // A line of white space is no empty one, which would end the event.
            "" if self.is_indented => repaired.push(b':'),
            "" => {}
            name if FIELDS.contains(&name) => repaired.extend_from_slice(name.as_bytes()),
            _ => self.take_as_data(repaired),
        }
        self.head.clear();
        self.is_indented = false;
        self.is_known = false;
        self.has_begun = true;
    }

    /// What ends an event that had no end of its own.
    fn end(&mut self) -> Bytes {
        let mut rest = Vec::new();
        if !self.is_known {
            self.end_line(&mut rest);
        }
        rest.extend_from_slice(format!("\nevent: {CUT}\n\n").as_bytes());
        rest.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name and data of each event of these pieces.
    async fn found(pieces: &[&str]) -> Vec<(String, String)> {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| Bytes::copy_from_slice(piece.as_bytes()))
            .collect();
        let bytes = stream::iter(pieces.into_iter().map(Ok::<_, Broken>)).boxed();
        let all: Vec<_> = events(bytes).map(Result::unwrap).collect().await;
        let each = all.into_iter().map(|event| {
            (
                event.event.unwrap_or_default(),
                event.data.unwrap_or_default(),
            )
        });
        each.filter(|(_, data)| !data.is_empty()).collect()
    }

    #[tokio::test]
    async fn a_line_of_llama_cpp_is_an_event_however_it_is_cut() {
        let text = "data: a\n\nerror: {\"e\":1}\n\nevent: e\r\ndata: error: b\r\n\r\n";
        let expected = [("", "a"), ("error", "{\"e\":1}"), ("e", "error: b")];
        let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
        assert_eq!(found(&[text]).await, expected);
        for (cut, _) in text.char_indices() {
            let (begin, rest) = text.split_at(cut);
            assert_eq!(found(&[begin, rest]).await, expected, "{begin:?}");
        }
        let bytes: Vec<_> = text.split("").collect();
        assert_eq!(found(&bytes).await, expected);
    }

    #[tokio::test]
    async fn the_last_event_needs_no_blank_line() {
        for (text, name) in [("data: a\n\ndata: b", CUT), ("data: a\n\ndata: b\n", "")] {
            let found = found(&[text]).await;
            let named = |name: &str, data: &str| (name.to_owned(), data.to_owned());
            assert_eq!(found, [named("", "a"), named(name, "b")]);
        }
        assert_eq!(found(&["data: a\n\n"]).await.len(), 1);
        let alone = (CUT.to_owned(), "err".to_owned());
        assert_eq!(found(&["err"]).await, [alone]);
    }

    #[tokio::test]
    async fn a_line_that_is_no_field_is_data() {
        let text = "\u{feff} data: a\n\nDATA: b\r\n\r\ndata : c\n\n{\"d\":1}\n\n\
            data: e\n \n{\"f\":1}\n\n<html>\n\n\t: no\n : no\nEvent: x\nid\nretry: 7\ndata:g\n\ndata\n\n\
            error code\n\ndat\n\nfield: h\n\n[DONE]";
        let expected = [
            ("", "a"),
            ("", "b"),
            ("", "c"),
            ("", "{\"d\":1}"),
            ("", "e\n{\"f\":1}"),
            ("", "<html>"),
            ("x", "g"),
            ("", "error code"),
            ("", "dat"),
            ("", "field: h"),
            (CUT, "[DONE]"),
        ];
        let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
        assert_eq!(found(&[text]).await, expected);
        for (cut, _) in text.char_indices() {
            let (begin, rest) = text.split_at(cut);
            assert_eq!(found(&[begin, rest]).await, expected, "{begin:?}");
        }
    }
}
