//! Server-sent events, with the deviations of some servers.

mod lines;

use super::bytes::Broken;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
pub(super) use lines::CUT;
use lines::Lines;
use sse_stream::SseByteStream;

/// The bytes of an answer.
pub(super) type ByteStream = BoxStream<'static, Result<Bytes, Broken>>;

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
            error code\n\ndat\n\nfield: h\n\nx-foo: bar\r\nevent: e\r\nx_1:\r\ndata: {\"i\":1}\r\nx-foo: bar\r\n\r\n\
            x-first: i\n: no\n\ndata: j\ndata: x-last: k\n\n[DONE]";
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
            ("e", "{\"i\":1}"),
            ("", "x-first: i"),
            ("", "j\nx-last: k"),
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
