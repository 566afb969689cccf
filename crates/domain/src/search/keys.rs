//! The keys under which the index has the words of a text: hashes that differ from owner to owner,
//! so that one index serves all of them apart.

use super::words::{Piece, Pieces};
use crate::id::OwnerId;

/// The version of the keys: a text that was indexed with another one is indexed again.
pub const MAKER: i16 = 2;

/// How many characters of the beginning of a word have a key.
pub(super) const PREFIX: usize = 3;

/// The kinds of keys.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Word = 1,
    /// The beginning of a word.
    Prefix = 2,
    /// A character of a script without spaces, alone or with the one before it.
    Dense = 3,
    /// That the text is a title.
    Title = 4,
}

/// Makes the keys of an owner.
#[derive(Clone, Copy)]
pub(super) struct Keys(u64);

impl Keys {
    pub(super) fn of(owner: OwnerId) -> Self {
        Self(fnv(FNV, &owner.ulid().0.to_be_bytes()))
    }

    pub(super) fn key(self, kind: Key, text: &str) -> i32 {
        let hash = fnv(fnv(self.0, &[kind as u8]), text.as_bytes());
        // The low bits of FNV-1a mix worst.
        let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 32) as u32 as i32
    }
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(hash, step)
}

/// The distinct keys of a message, for the index.
pub fn keys(owner: OwnerId, text: &str) -> Vec<i32> {
    let mut all = Vec::new();
    collect(Keys::of(owner), text, &mut all);
    distinct(all)
}

/// The distinct keys of a title: one more than those of a message, so that titles are found alone.
pub fn title_keys(owner: OwnerId, title: &str) -> Vec<i32> {
    let keys = Keys::of(owner);
    let mut all = vec![keys.key(Key::Title, "")];
    collect(keys, title, &mut all);
    distinct(all)
}

pub(super) fn distinct(mut all: Vec<i32>) -> Vec<i32> {
    all.sort_unstable();
    all.dedup();
    all
}

fn collect(keys: Keys, text: &str, all: &mut Vec<i32>) {
    /// More keys than this are made distinct at once: long texts repeat their words.
    const MANY: usize = 100_000;
    let mut pieces = Pieces::of(text, 2);
    let mut most = MANY;
    while let Some(Piece { words, new }) = pieces.next() {
        for (at, word) in words.all.iter().enumerate().take(new) {
            let plain = words.plain(word);
            if !word.is_dense {
                for part in std::iter::once(plain).chain(words.parts(word)) {
                    all.push(keys.key(Key::Word, part));
                    all.extend(beginning(part).map(|part| keys.key(Key::Prefix, part)));
                }
                continue;
            }
            all.push(keys.key(Key::Dense, plain));
            let next = words.all.get(at + 1);
            if let Some(next) = next.filter(|next| next.is_dense && next.is_joined) {
                all.push(keys.key(Key::Dense, &pair(plain, words.plain(next))));
            }
        }
        if all.len() > most {
            *all = distinct(std::mem::take(all));
            most = 2 * all.len() + MANY;
        }
    }
}

pub(super) fn pair(one: &str, other: &str) -> String {
    [one, other].concat()
}

/// The beginning of a word that has one.
pub(super) fn beginning(word: &str) -> Option<&str> {
    let (last, c) = word.char_indices().nth(PREFIX - 1)?;
    word.get(..last + c.len_utf8())
}
