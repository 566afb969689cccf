//! Server-sent events, with what some servers do to them.

use super::bytes::Broken;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use sse_stream::SseByteStream;

/// The bytes of an answer.
pub(super) type ByteStream = BoxStream<'static, Result<Bytes, Broken>>;

/// The name of an event that had no end of its own.
pub(super) const CUT: &str = "cut off";

/// What servers write in place of an event's name and data: llama.cpp, for many versions.
const ERROR: &[u8] = b"error:";

/// The same as an event.
const AS_EVENT: &[u8] = b"event: error\ndata:";

/// The events that the bytes are. The last one needs no blank line to end it: it bears a name by which
/// one that is cut off can be told.
pub(super) fn events(bytes: ByteStream) -> SseByteStream<ByteStream> {
    let end = format!("\nevent: {CUT}\n\n");
    let end = stream::once(std::future::ready(Ok(Bytes::from(end))));
    let mut lines = Lines::default();
    let bytes = bytes.map_ok(move |piece| lines.repaired(piece));
    SseByteStream::new(bytes.chain(end).boxed())
}

/// Where the last piece has left off.
struct Lines {
    /// How much of [`ERROR`] the line has so far; `None`: it is another line.
    begun: Option<usize>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { begun: Some(0) }
    }
}

impl Lines {
    /// The piece with each line that begins with [`ERROR`] made an event. What of the word is in one
    /// piece and what in the next does not matter: the beginning waits for the rest.
    fn repaired(&mut self, piece: Bytes) -> Bytes {
        let suspicious = self.begun.is_some_and(|begun| begun > 0);
        if !suspicious && !piece.contains(&b'e') {
            let ends_a_line = piece.last().map(|last| matches!(last, b'\n' | b'\r'));
            self.begun = match ends_a_line {
                None => self.begun,
                Some(true) => Some(0),
                Some(false) => None,
            };
            return piece;
        }
        let mut repaired = Vec::with_capacity(piece.len() + AS_EVENT.len());
        for byte in piece {
            let Some(begun) = self.begun else {
                repaired.push(byte);
                if matches!(byte, b'\n' | b'\r') {
                    self.begun = Some(0);
                }
                continue;
            };
            if ERROR.get(begun) == Some(&byte) {
                self.begun = Some(begun + 1).filter(|begun| *begun < ERROR.len());
                if self.begun.is_none() {
                    repaired.extend_from_slice(AS_EVENT);
                }
                continue;
            }
            repaired.extend_from_slice(ERROR.get(..begun).unwrap_or_default());
            repaired.push(byte);
            self.begun = matches!(byte, b'\n' | b'\r').then_some(0);
        }
        repaired.into()
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
        assert_eq!(found(&["err"]).await, []);
    }
}
