use memmap2::MmapMut;
use std::ops::Deref;

/// Bodies from this size on have pages of their own.
const LARGE: usize = 256 * 1024;

/// When the buffer of a small body is full, it reserves this many times its size, so that it is
/// hardly ever copied. The system gives memory only where it is written.
const AHEAD: usize = 16;

/// The bytes of a body so far. Those of a large one are pages that the system has back as soon as
/// this is dropped. The allocator keeps freed memory for a second, and in this time callers who send
/// large bodies and hang up would take several times what may be held.
pub(in crate::extract) enum BodyBuffer {
    Small(Vec<u8>),
    Large { pages: MmapMut, length: usize },
}

impl BodyBuffer {
    pub(super) const fn new() -> Self {
        Self::Small(Vec::new())
    }

    /// Adds bytes to a body that is expected to have `expected` bytes at the most.
    pub(super) fn extend(&mut self, more: &[u8], expected: usize) {
        let needed = self.len() + more.len();
        if needed > LARGE && needed > self.room_in_pages() {
            self.move_to_pages(expected.max(needed));
        }
        match self {
            Self::Large { pages, length } => {
                if let Some(free) = pages.get_mut(*length..needed) {
                    free.copy_from_slice(more);
                    *length = needed;
                }
            }
            Self::Small(bytes) => {
                if needed > bytes.capacity() {
                    let ahead = needed.saturating_mul(AHEAD).min(expected).min(LARGE);
                    bytes.reserve_exact(ahead.max(needed) - bytes.len());
                }
                bytes.extend_from_slice(more);
            }
        }
    }

    fn room_in_pages(&self) -> usize {
        match self {
            Self::Small(_) => 0,
            Self::Large { pages, .. } => pages.len(),
        }
    }

    /// Moves the bytes to pages with room for so many, where the system gives them. It may count
    /// those that are never written, too.
    fn move_to_pages(&mut self, room: usize) {
        let length = self.len();
        match mapped(room) {
            Some(mut pages) => {
                let (begun, _) = pages.split_at_mut(length);
                begun.copy_from_slice(self);
                *self = Self::Large { pages, length };
            }
            None if matches!(self, Self::Small(_)) => {}
            None => *self = Self::Small(self.to_vec()),
        }
    }
}

impl Deref for BodyBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::Large { pages, length } => pages.get(..*length).unwrap_or_default(),
        }
    }
}

/// New pages, if the system gives them.
fn mapped(bytes: usize) -> Option<MmapMut> {
    let pages = MmapMut::map_anon(bytes).ok()?;
    // Otherwise the system may give two MiB where a few bytes are written.
    #[cfg(target_os = "linux")]
    let _ = pages.advise(memmap2::Advice::NoHugePage);
    Some(pages)
}
