//! Identifiers: a prefix for the kind, an underscore, and a ULID.

use crate::error::{Error, Resource};
use chrono::{DateTime, Utc};
use std::time::Duration;
use ulid::Ulid;

/// Reads the ULID of a public id, in either case. Strict otherwise: 26 characters of Crockford's
/// alphabet, the first at most 7, since a larger one does not fit into 128 bits (the ULID
/// specification) and would give two spellings of one id.
fn parse(prefix: &str, raw: &str) -> Option<Ulid> {
    let (kind, digits) = raw.split_at_checked(prefix.len())?;
    let fits = digits.starts_with(|first: char| ('0'..='7').contains(&first));
    let crockford = |c: char| {
        c.is_ascii_alphanumeric() && !matches!(c.to_ascii_uppercase(), 'I' | 'L' | 'O' | 'U')
    };
    if !kind.eq_ignore_ascii_case(prefix) || !fits || !digits.chars().all(crockford) {
        return None;
    }
    Ulid::from_string(digits).ok()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $resource:expr) => {
        id!($(#[$doc])* $name, $prefix);

        impl $name {
            /// Reads a public id. A malformed id counts as unknown, so the error says that the
            /// object is absent.
            pub fn parse(raw: &str) -> Result<Self, Error> {
                Self::read(raw).ok_or_else(|| $resource.absent_as(raw))
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            pub const fn new(ulid: Ulid) -> Self {
                Self(ulid)
            }

            pub const fn ulid(self) -> Ulid {
                self.0
            }

            /// Reads a public id; `None` when it is malformed.
            pub fn read(raw: &str) -> Option<Self> {
                parse($prefix, raw).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($prefix)?;
                f.write_str(self.0.array_to_str(&mut [0; ulid::ULID_LEN]))
            }
        }
    };
}

id!(
    /// A conversation: `conv_…`.
    ConversationId, "conv_", Resource::Conversation
);
id!(
    /// A message of a conversation: `item_…`. Its last 32 bits are the item's sequence number, so
    /// the conversation's primary key finds the item and no other index is needed.
    ItemId, "item_", Resource::Item
);
id!(
    /// A project: `proj_…`.
    ProjectId, "proj_", Resource::Project
);
id!(
    /// A person or program that owns data: `user_…`.
    OwnerId, "user_"
);

id!(
    /// The public id of an API key: `key_…`. It is not secret.
    KeyId, "key_", Resource::ApiKey
);

id!(
    /// A session: all refresh tokens that descend from one sign-in, and their access tokens:
    /// `sess_…`.
    SessionId, "sess_", Resource::Session
);

id!(
    /// A response of a model, with its own input and output: `resp_…`.
    ResponseId, "resp_", Resource::Response
);

impl ResponseId {
    /// The id of the response's item at `sequence`: it begins like the response's own, so the item
    /// leads to its response.
    pub fn item(self, sequence: Sequence) -> ItemId {
        ItemId::at(self.0, sequence)
    }

    /// The first and the last id of responses that may have this item.
    pub fn range_of(item: ItemId) -> (Self, Self) {
        let Ulid(bits) = item.ulid();
        (
            Self(Ulid(bits & !SEQUENCE_BITS)),
            Self(Ulid(bits | SEQUENCE_BITS)),
        )
    }
}

impl SessionId {
    /// When the session began, to the millisecond.
    pub fn began_at(self) -> DateTime<Utc> {
        let milliseconds = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        DateTime::from_timestamp_millis(milliseconds).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// How far the clocks of instances may differ.
pub const CLOCKS: Duration = Duration::from_secs(24 * 60 * 60);

/// The low bits of an item id that hold its sequence number.
const SEQUENCE_BITS: u128 = 0xFFFF_FFFF;

impl ItemId {
    /// The id of the item at `sequence`; time and randomness come from `seed`: 48 random bits. The
    /// items of one request have the same seed, so that their ids are in the order of their numbers.
    pub fn at(seed: Ulid, sequence: Sequence) -> Self {
        Self(Ulid((seed.0 & !SEQUENCE_BITS) | u128::from(sequence.0)))
    }

    /// The sequence number this id carries.
    pub fn sequence(self) -> Sequence {
        // The mask leaves 32 bits, so the cast is exact.
        Sequence((self.0.0 & SEQUENCE_BITS) as u32)
    }

    /// Whether an item of this conversation may have the id, by the time in it.
    pub fn may_be_of(self, conversation: ConversationId, now: DateTime<Utc>) -> bool {
        let margin = u64::try_from(CLOCKS.as_millis()).unwrap_or_default();
        let now = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let first = conversation.ulid().timestamp_ms().saturating_sub(margin);
        (first..=now.saturating_add(margin)).contains(&self.0.timestamp_ms())
    }
}

/// The number of an item in its conversation: 1, 2, 3, … in the order of acceptance. Numbers are
/// never reused, so a deletion leaves a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(pub u32);

impl Sequence {
    /// The next number.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_either_case_and_written_in_upper() {
        let id = ConversationId::parse("conv_01arz3ndektsv4rrffq69g5fav").unwrap();
        assert_eq!(id.to_string(), "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert_eq!(
            ConversationId::parse("CONV_01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            id
        );
    }

    #[test]
    fn what_is_not_an_id_is_an_unknown_id() {
        for raw in [
            "",
            "conv_",
            "conv",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "item_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "conv_81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5FAI",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5FAU",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5FA",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5FAVV",
            "conv_01ARZ3NDEKTSV4RRFFQ69G5F\u{e9}",
            "conv\u{e9}01ARZ3NDEKTSV4RRFFQ69G5FAV",
        ] {
            assert!(
                matches!(
                    ConversationId::parse(raw),
                    Err(Error::NotFound {
                        resource: Resource::Conversation,
                        ..
                    })
                ),
                "{raw}"
            );
        }
    }

    #[test]
    fn an_item_id_carries_its_sequence() {
        let id = ItemId::at(Ulid(u128::MAX >> 1), Sequence(10_000));
        assert_eq!(id.sequence(), Sequence(10_000));
        assert_eq!(ItemId::parse(&id.to_string()).unwrap(), id);
    }

    #[test]
    fn items_are_not_older_than_their_conversation_and_not_of_the_future() {
        let day = 24 * 60 * 60 * 1_000;
        let (begun, now) = (100 * day, 200 * day);
        let conversation = ConversationId::new(Ulid::from_parts(begun, 5));
        let time = DateTime::from_timestamp_millis(now.cast_signed()).unwrap();
        for (made, may_be) in [
            (0, false),
            (begun - day - 1, false),
            (begun - day, true),
            (now + day, true),
            (now + day + 1, false),
        ] {
            let id = ItemId::at(Ulid::from_parts(made, 0), Sequence(1));
            assert_eq!(id.may_be_of(conversation, time), may_be, "{made}");
        }
    }
}
