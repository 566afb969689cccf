//! Pages of lists: their size, beginning and order.

use crate::error::{Error, Result};

/// The most entries of a page: 1 to 100, default 20 (the specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    pub const MAX: u16 = 100;
    /// The longest page.
    pub const MOST: Self = Self(Self::MAX);
    /// A single entry.
    pub const ONE: Self = Self(1);

    pub fn parse(raw: Option<i64>) -> Result<Self> {
        Self::within(raw, 20, Self::MAX)
    }

    /// The limit for a page of a share link: 1 to 500, default 100.
    pub fn of_shared(raw: Option<i64>) -> Result<Self> {
        Self::within(raw, 100, 500)
    }

    fn within(raw: Option<i64>, default: u16, max: u16) -> Result<Self> {
        match raw {
            None => Ok(Self(default)),
            Some(raw) => u16::try_from(raw)
                .ok()
                .filter(|limit| (1..=max).contains(limit))
                .map(Self)
                .ok_or_else(|| Error::invalid("limit", format!("limit must be 1 to {max}."))),
        }
    }

    /// The lesser half, or `None` if it is zero, and the greater half.
    pub fn halves(self) -> (Option<Self>, Self) {
        let lesser = self.0 / 2;
        ((lesser > 0).then_some(Self(lesser)), Self(self.0 - lesser))
    }

    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

/// By time of creation for most lists, by sequence for items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// The most bytes of text in a page, independent of its limit: a list of large messages ends early
/// and says that more follow.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The most entries that are counted for the total of a list: counting reads each of them.
pub const COUNTED: u64 = 10_000;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Makes a page from rows. The adapter reads one row more than `limit`, to see whether more
    /// follow. Ends before the entry that would exceed [`PAGE_BYTES`], but has at least one entry.
    pub fn of(rows: Vec<T>, limit: Limit, size: impl Fn(&T) -> usize) -> Self {
        Self::within(rows, limit, PAGE_BYTES, size)
    }

    /// As [`Self::of`], with at most `most` bytes.
    pub fn within(rows: Vec<T>, limit: Limit, most: usize, size: impl Fn(&T) -> usize) -> Self {
        let found = rows.len();
        let mut bytes = 0;
        let mut data = Vec::with_capacity(found.min(limit.get()));
        for row in rows.into_iter().take(limit.get()) {
            bytes += size(&row);
            if bytes > most && !data.is_empty() {
                break;
            }
            data.push(row);
        }
        Self {
            has_more: data.len() < found,
            data,
        }
    }
}
