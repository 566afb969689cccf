//! Documents that are compressed once.

use super::accepted::Encoding;
use super::encoder;
use actix_web::rt::task::spawn_blocking;
use actix_web::web::Bytes;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A document with its compressed forms, each of which is made when it is first asked for.
pub(crate) struct Packed {
    pub(crate) text: Bytes,
    zstd: Form,
    gzip: Form,
}

#[derive(Default)]
struct Form {
    is_begun: AtomicBool,
    written: OnceLock<Bytes>,
}

impl Packed {
    pub(crate) fn new(text: Bytes) -> Arc<Self> {
        Arc::new(Self {
            text,
            zstd: Form::default(),
            gzip: Form::default(),
        })
    }

    /// `None` while it is being made, on another thread.
    pub(super) fn form(self: &Arc<Self>, encoding: Encoding) -> Option<Bytes> {
        let form = self.of(encoding);
        if !form.is_begun.swap(true, Ordering::Relaxed) {
            let this = Arc::clone(self);
            spawn_blocking(move || {
                if let Ok(written) = encoder::small(encoding, &this.text) {
                    let _ = this.of(encoding).written.set(Bytes::from(written));
                }
            });
        }
        form.written.get().cloned()
    }

    fn of(&self, encoding: Encoding) -> &Form {
        match encoding {
            Encoding::Zstd => &self.zstd,
            Encoding::Gzip => &self.gzip,
        }
    }
}
