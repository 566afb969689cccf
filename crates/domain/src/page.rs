//! Pages of lists: how much, from where, and in which order.

use crate::error::{Error, Result};

/// How many entries a page holds at the most: 1 to 100, 20 by default (the guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    pub const MAX: u16 = 100;
    /// A single entry.
    pub const ONE: Self = Self(1);

    pub fn parse(raw: Option<i64>) -> Result<Self> {
        Self::within(raw, 20, Self::MAX)
    }

    /// The limit of a page of what a share link shows: 1 to 500, 100 by default.
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

/// What a page may weigh in bytes of text, whatever its limit says: a list of large messages ends
/// early and says that there is more.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// A page from rows of which one more than `limit` was asked for, to see whether more follow.
    /// Ends before the entry that would take it over [`PAGE_BYTES`], but never before the first.
    pub fn of(rows: Vec<T>, limit: Limit, size: impl Fn(&T) -> usize) -> Self {
        let found = rows.len();
        let mut bytes = 0;
        let mut data = Vec::with_capacity(found.min(limit.get()));
        for row in rows.into_iter().take(limit.get()) {
            bytes += size(&row);
            if bytes > PAGE_BYTES && !data.is_empty() {
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
