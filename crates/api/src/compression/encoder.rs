use super::accepted::Encoding;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write as _};
use zstd::stream::raw::CParameter;
use zstd::stream::write::Encoder as ZstdEncoder;

/// The memory of an encoder, with its output that is not sent yet.
pub(super) const MEMORY: u64 = 512 * 1024;

/// Fast, since the processor is shared; higher levels make JSON a tenth smaller and take twice the time.
const GZIP: u32 = 3;
const ZSTD: i32 = 1;

/// The levels for documents, which are compressed once for each address under which the service is
/// called.
const SMALL_GZIP: u32 = 6;
const SMALL_ZSTD: i32 = 9;

/// How far back texts are compared: 128 KiB, as a power of two, and 32 KiB in gzip. More takes memory.
const WINDOW: u32 = 17;

pub(super) enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(ZstdEncoder<'static, Vec<u8>>),
}

impl Encoder {
    pub(super) fn new(encoding: Encoding) -> io::Result<Self> {
        Ok(match encoding {
            Encoding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(GZIP))),
            Encoding::Zstd => {
                let mut encoder = ZstdEncoder::new(Vec::new(), ZSTD)?;
                encoder.set_parameter(CParameter::WindowLog(WINDOW))?;
                Self::Zstd(encoder)
            }
        })
    }

    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(text),
            Self::Zstd(encoder) => encoder.write_all(text),
        }
    }

    /// The output that is not sent yet.
    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
        }
    }

    /// The rest.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

/// A whole text, fast.
pub(super) fn whole(encoding: Encoding, text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(encoding)?;
    encoder.written().reserve(text.len() / 3);
    encoder.write(text)?;
    encoder.finish()
}

/// A whole document.
pub(super) fn small(encoding: Encoding, text: &[u8]) -> io::Result<Vec<u8>> {
    match encoding {
        Encoding::Zstd => zstd::bulk::compress(text, SMALL_ZSTD),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(SMALL_GZIP));
            encoder.write_all(text)?;
            encoder.finish()
        }
    }
}
