//! Server-sent events, with the deviations of some servers.

use super::bytes::Broken;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use sse_stream::SseByteStream;

/// The bytes of an answer.
pub(super) type ByteStream = BoxStream<'static, Result<Bytes, Broken>>;

/// The name that is given to an event without an end.
pub(super) const CUT: &str = "cut off";

/// The fields of an event. Some servers write them with spaces around the name, or in capitals.
const FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

/// A field that llama.cpp has written in place of an event's name and data, in many versions.
const ERROR: &str = "error";

/// The beginning of the same error as an event.
const AS_EVENT: &[u8] = b"event: error\ndata:";

/// The greatest length of a field name, with spaces. A longer text is not a field.
const LONGEST: usize = 64;

/// The events in the bytes. The last event needs no blank line at its end; it then gets a name, so
/// that a cut-off event can be recognised.
pub(super) fn events(bytes: ByteStream) -> SseByteStream<ByteStream> {
    let mut lines = Lines::default();
    let end = stream::once(std::future::ready(None));
    let bytes = bytes.map(Some).chain(end).map(move |piece| match piece {
        Some(piece) => piece.map(|piece| lines.repaired(&piece)),
        None => Ok(lines.end()),
    });
    SseByteStream::new(bytes.boxed())
}

/// The state after the last piece.
#[derive(Default)]
struct Lines {
    /// The beginning of the line, until the kind of line is known.
    head: Vec<u8>,
    /// Whether the line began with white space.
    is_indented: bool,
    /// Whether the kind of line is known; the rest of the line then stays unchanged.
    is_known: bool,
    /// Whether a line was seen.
    has_begun: bool,
}

impl Lines {
    /// The piece with each line as a field of an event. The parser would silently drop a line that
    /// is not a field: such a line becomes data, which is then read or reported.
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

    /// Determines the kind of line, as soon as the beginning shows it.
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

    /// Ends a line whose kind is not known yet.
    fn end_line(&mut self, repaired: &mut Vec<u8>) {
        let name = String::from_utf8_lossy(self.head.trim_ascii()).to_ascii_lowercase();
        match name.as_str() {
            // A line of white space is not an empty line, which would end the event.
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

    /// The end for an event that had none.
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
