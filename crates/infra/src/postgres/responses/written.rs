//! The statements that write a response, from one list of its columns.

use crate::postgres::row::{joined, parameters, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

/// Declares the columns that change while a response is written, and the statements that store all of them.
macro_rules! written {
    ($($field:ident: $rust:ty => $sql:ty),+ $(,)?) => {
        /// The columns that change while a response is written.
        pub(super) struct WrittenColumns<'a> {
            $(pub(super) $field: $rust),+
        }

        const COLUMNS: &[&str] = &[$(stringify!($field)),+];

        statement!(
            /// Stores a response, unless its owner was removed or its conversation does not exist.
            Insert<'a> {
                owner_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
                status: i16 => SmallInt,
                created_at: DateTime<Utc> => Timestamptz,
                conversation_id: Option<Uuid> => Nullable<SqlUuid>,
                previous_id: Option<Uuid> => Nullable<SqlUuid>,
                is_background: bool => Bool,
                settings: &'a str => Text,
                $($field: $rust => $sql),+
            } -> (),
            sql!(
                "insert into responses (owner_id, id, status, created_at, conversation_id, previous_id,
                    is_background, settings, ", joined!(COLUMNS, "", ", "), ", parent_id, leased_until)
                select $1, $2, $3, $4, $5, $6, $7, $8, ", parameters!(9, COLUMNS.len()), ", $6,
                    now() + case when $3 = 1 then interval '30 seconds' end
                where not exists (select from removed_owners where owner_id = $1)
                    and ($5 is null
                        or exists (select from conversations where owner_id = $1 and id = $5))"
            )
        );

        statement!(
            /// Stores the end of a response, unless it has ended in another way.
            Finish<'a> {
                status: i16 => SmallInt,
                $($field: $rust => $sql),+,
                owner_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
            } -> (),
            sql!(
                "update responses set leased_until = null, status = $1, (", joined!(COLUMNS, "", ", "), ")
                    = (", parameters!(2, COLUMNS.len()), ")
                where owner_id = ", parameters!(2 + COLUMNS.len(), 1), "
                    and id = ", parameters!(3 + COLUMNS.len(), 1), "
                    and status = 1"
            )
        );

        impl<'a> WrittenColumns<'a> {
            pub(super) fn insert(self, new: NewColumns<'a>) -> Insert<'a> {
                Insert {
                    owner_id: new.owner_id,
                    id: new.id,
                    status: new.status,
                    created_at: new.created_at,
                    conversation_id: new.conversation_id,
                    previous_id: new.previous_id,
                    is_background: new.is_background,
                    settings: new.settings,
                    $($field: self.$field),+
                }
            }

            pub(super) fn finish(self, (owner_id, id): (Uuid, Uuid), status: i16) -> Finish<'a> {
                Finish { status, $($field: self.$field),+, owner_id, id }
            }
        }
    };
}

/// The columns that are known when a response is made.
pub(super) struct NewColumns<'a> {
    pub(super) owner_id: Uuid,
    pub(super) id: Uuid,
    pub(super) status: i16,
    pub(super) created_at: DateTime<Utc>,
    pub(super) conversation_id: Option<Uuid>,
    pub(super) previous_id: Option<Uuid>,
    pub(super) is_background: bool,
    pub(super) settings: &'a str,
}

written! {
    ended_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    first_number: i32 => Integer,
    input_count: i32 => Integer,
    cut_by: Option<i16> => Nullable<SmallInt>,
    model: Option<&'a str> => Nullable<Text>,
    input: &'a str => Text,
    output: &'a str => Text,
    cuts: &'a [i32] => Array<Integer>,
    usage: Option<&'a [i32]> => Nullable<Array<Integer>>,
    failure_code: Option<&'a str> => Nullable<Text>,
    failure_message: Option<&'a str> => Nullable<Text>,
}
