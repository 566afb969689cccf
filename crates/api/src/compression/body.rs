use super::accepted::Encoding;
use super::encoder::Encoder;
use crate::outgoing::PIECE;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How many bytes are compressed before the task yields to other connections of the worker: about a
/// millisecond.
const MOST_IN_ONE_POLL: usize = 64 * 1024;

/// A body that is compressed while it is sent: not ahead, since the client may not read it.
pub(super) struct Compressed {
    text: BoxBody,
    /// The part of the text that is still to be compressed.
    rest: Bytes,
    encoding: Encoding,
    encoder: Option<Encoder>,
    /// How many bytes were compressed since the task last yielded.
    since_yield: usize,
    is_done: bool,
}

impl Compressed {
    pub(super) fn new(encoding: Encoding, text: BoxBody) -> Self {
        Self {
            text,
            rest: Bytes::new(),
            encoding,
            encoder: None,
            since_yield: 0,
            is_done: false,
        }
    }

    /// Compresses the next piece of the text. `Some`: enough to be sent.
    fn write(&mut self) -> std::io::Result<Option<Bytes>> {
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(Encoder::new(self.encoding)?),
        };
        let length = self.rest.len().min(PIECE);
        self.since_yield += length;
        encoder.write(&self.rest.split_to(length))?;
        let written = encoder.written();
        let is_enough = written.len() >= PIECE;
        Ok(is_enough.then(|| Bytes::from(std::mem::take(written))))
    }
}

impl MessageBody for Compressed {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        loop {
            while !this.rest.is_empty() {
                if this.since_yield >= MOST_IN_ONE_POLL {
                    this.since_yield = 0;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if let Some(piece) = this.write()? {
                    return Poll::Ready(Some(Ok(piece)));
                }
            }
            if this.is_done {
                let end = match this.encoder.take() {
                    Some(encoder) => encoder.finish()?,
                    None => return Poll::Ready(None),
                };
                return Poll::Ready(Some(Ok(Bytes::from(end))));
            }
            match ready!(Pin::new(&mut this.text).poll_next(context)) {
                Some(Ok(rest)) => this.rest = rest,
                // The text breaks off, so the compressed form also breaks off.
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.is_done = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::BodyStream;
    use futures_util::stream;
    use std::io::Read as _;
    use std::task::Waker;

    /// The pieces of a body, and how often it was polled.
    fn taken(mut body: Compressed) -> (Result<Vec<u8>, Box<dyn Error>>, usize) {
        let mut context = Context::from_waker(Waker::noop());
        let (mut sent, mut polls) = (Vec::new(), 1);
        loop {
            match Pin::new(&mut body).poll_next(&mut context) {
                Poll::Pending => polls += 1,
                Poll::Ready(None) => return (Ok(sent), polls),
                Poll::Ready(Some(Ok(piece))) => sent.extend_from_slice(&piece),
                Poll::Ready(Some(Err(error))) => return (Err(error), polls),
            }
        }
    }

    #[test]
    fn a_long_text_takes_many_polls() {
        let text = b"to be, or not to be; ".repeat(50_000);
        for encoding in [Encoding::Zstd, Encoding::Gzip] {
            let body = BoxBody::new(Bytes::from(text.clone()));
            let (sent, polls) = taken(Compressed::new(encoding, body));
            let sent = sent.unwrap();
            assert!(sent.len() < text.len() / 20, "{encoding:?}: {}", sent.len());
            assert_eq!(polls, text.len().div_ceil(MOST_IN_ONE_POLL), "{encoding:?}");
            assert!(decoded(encoding, &sent).unwrap() == text, "{encoding:?}");
        }
    }

    #[test]
    fn a_text_that_breaks_off_has_no_end() {
        for encoding in [Encoding::Zstd, Encoding::Gzip] {
            let pieces = [
                Ok(Bytes::from_static(b"{")),
                Err(std::io::Error::other("gone")),
            ];
            let text = BoxBody::new(BodyStream::new(stream::iter(pieces)));
            let (sent, _) = taken(Compressed::new(encoding, text));
            assert!(sent.is_err(), "{encoding:?}");
        }
    }

    fn decoded(encoding: Encoding, sent: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut text = Vec::new();
        match encoding {
            Encoding::Zstd => return zstd::decode_all(sent),
            Encoding::Gzip => flate2::read::GzDecoder::new(sent).read_to_end(&mut text)?,
        };
        Ok(text)
    }
}
