//! The keys under which the index has the words of a text: hashes that differ from owner to owner,
//! so that one index serves all of them apart.
//!
//! A key has a root and a branch. The root is of the first letters of a word, the branch of those
//! after them. So one key serves for the word and for its beginnings: a beginning is looked for under
//! all branches of its root. Characters of scripts without spaces are roots, and those that follow
//! them are branches.

use super::words::{WordPiece, WordPieces};
use crate::id::OwnerId;

/// The version of the keys and of the marks: a text that was indexed with another one is indexed again.
pub const MAKER: i16 = 6;

/// How many characters the root of a word has.
const ROOT: usize = 3;
/// How many branches a root has; the first is of the root alone.
const BRANCHES: u32 = 256;
/// How many branches words with the same character after the root have.
const TWIGS: u32 = 16;
/// How many branches a character of a script without spaces has: each pair of them that a text has would
/// take more of the index otherwise.
const FOLLOWERS: u32 = 64;

/// The kinds of keys.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Word = 1,
    /// A character of a script without spaces.
    Dense = 3,
    /// That the text is a title.
    Title = 4,
    Mark = 5,
}

/// The keys that the index has of each text that matches: all of `all`, and one of `any`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedKeys {
    pub all: Vec<i32>,
    /// `[]`: any text may match.
    pub any: Vec<i32>,
    /// The places at which the marks of its block have its bit (see `marks.rs`).
    pub marks: Vec<i32>,
}

impl WantedKeys {
    /// Whether every text has them.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty()
    }
}

/// Makes the keys of an owner.
#[derive(Clone, Copy)]
pub(super) struct OwnerKeys(u64);

impl OwnerKeys {
    pub(super) fn of(owner: OwnerId) -> Self {
        Self(fnv(FNV, &owner.ulid().0.to_be_bytes()))
    }

    /// The key of a word.
    pub(super) fn word(self, word: &str) -> i32 {
        let (root, rest) = split(word);
        match rest.chars().next() {
            None => self.key(Key::Word, root, 0),
            Some(next) => {
                let twig = hash(FNV, stem(word).as_bytes()) % TWIGS;
                self.key(Key::Word, root, bough(next) * TWIGS + twig)
            }
        }
    }

    /// The keys of words that begin so: a word has one of them. `None`: there are too many.
    pub(super) fn beginning(self, beginning: &str) -> Option<Vec<i32>> {
        let (root, rest) = split(beginning);
        if root.chars().count() < ROOT {
            return None;
        }
        let branches = match rest.chars().next() {
            None => 0..BRANCHES,
            Some(next) => bough(next) * TWIGS..(bough(next) + 1) * TWIGS,
        };
        Some(self.branches(Key::Word, root, branches))
    }

    /// The key of a character of a script without spaces, and of the one that follows it.
    pub(super) fn dense(self, one: &str, next: Option<&str>) -> i32 {
        let branch = next.map_or(0, |next| hash(FNV, next.as_bytes()) % FOLLOWERS);
        self.key(Key::Dense, one, branch)
    }

    /// The keys of such a character, whatever follows it.
    pub(super) fn alone(self, one: &str) -> Vec<i32> {
        self.branches(Key::Dense, one, 0..FOLLOWERS)
    }

    /// The bits of a word, or of two words that follow each other, in the marks of a block.
    pub(super) fn marks(self, one: &str, next: Option<&str>) -> [i32; 2] {
        let hash = fnv(fnv(self.0, &[Key::Mark as u8]), one.as_bytes());
        // No text has this byte.
        let hash = next.map_or(hash, |next| fnv(fnv(hash, &[0xff]), next.as_bytes()));
        let hash = mixed(hash);
        let hash = hash ^ (hash >> 32);
        [(hash >> 33) as i32, (hash & 0x7fff_ffff) as i32]
    }

    pub(super) fn title(self) -> i32 {
        self.key(Key::Title, "", 0)
    }

    fn branches(self, kind: Key, root: &str, branches: std::ops::Range<u32>) -> Vec<i32> {
        branches
            .map(|branch| self.key(kind, root, branch))
            .collect()
    }

    fn key(self, kind: Key, root: &str, branch: u32) -> i32 {
        let root = hash(fnv(self.0, &[kind as u8]), root.as_bytes());
        (root / BRANCHES * BRANCHES + branch).cast_signed()
    }
}

fn split(word: &str) -> (&str, &str) {
    let end = word
        .char_indices()
        .nth(ROOT)
        .map_or(word.len(), |(at, _)| at);
    word.split_at(end)
}

/// What a word has before its first digit, if it goes beyond the root: so `http2` and `http`, which is a word in it,
/// have one key.
fn stem(word: &str) -> &str {
    let end = word.find(|c: char| c.is_ascii_digit());
    let stem = end.and_then(|end| word.get(..end));
    stem.filter(|stem| !split(stem).1.is_empty())
        .unwrap_or(word)
}

/// The first of the branches of words with this character after the root, in [`TWIGS`].
fn bough(next: char) -> u32 {
    hash(FNV, next.encode_utf8(&mut [0; 4]).as_bytes()) % (BRANCHES / TWIGS)
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(hash, step)
}

fn hash(before: u64, bytes: &[u8]) -> u32 {
    (mixed(fnv(before, bytes)) >> 32) as u32
}

/// The low bits of FNV-1a mix worst.
fn mixed(hash: u64) -> u64 {
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The distinct keys of messages, for the index.
pub fn keys<'a>(owner: OwnerId, texts: impl IntoIterator<Item = &'a str>) -> Vec<i32> {
    let mut all = Vec::new();
    for text in texts {
        collect(OwnerKeys::of(owner), text, &mut all);
    }
    distinct(all)
}

/// The distinct keys of a title: one more than those of a message, so that titles are found alone.
pub fn title_keys(owner: OwnerId, title: &str) -> Vec<i32> {
    let keys = OwnerKeys::of(owner);
    let mut all = vec![keys.title()];
    collect(keys, title, &mut all);
    distinct(all)
}

pub(super) fn distinct(mut all: Vec<i32>) -> Vec<i32> {
    all.sort_unstable();
    all.dedup();
    all
}

fn collect(keys: OwnerKeys, text: &str, all: &mut Vec<i32>) {
    /// More keys than this are made distinct at once: long texts repeat their words.
    const MANY: usize = 100_000;
    let mut pieces = WordPieces::of(text, 2);
    let mut most = all.len() + MANY;
    while let Some(WordPiece { words, new }) = pieces.next() {
        for (at, word) in words.all.iter().enumerate().take(new) {
            if !word.is_dense {
                all.extend(words.forms(word).map(|form| keys.word(form.plain)));
                continue;
            }
            let next = words.all.get(at + 1);
            let next = next.filter(|next| next.is_dense && next.is_joined);
            all.push(keys.dense(words.plain(word), next.map(|next| words.plain(next))));
        }
        if all.len() > most {
            *all = distinct(std::mem::take(all));
            most = 2 * all.len() + MANY;
        }
    }
}
