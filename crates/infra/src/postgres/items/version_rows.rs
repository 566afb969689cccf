//! Versions of items, and items within an export.

use crate::postgres::item_rows::rows::{Head, ItemRow};
use crate::postgres::item_rows::texts::{Bytes, TextRow};
use crate::postgres::row::{Sql, row};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::error::{Error, Result};
use domain::items::Version;
use uuid::Uuid;

row!(
    VersionRow {
        number: i32 => Integer,
        model: Option<String> => Nullable<Text>,
        created_at: DateTime<Utc> => Timestamptz,
        current: bool => Bool,
        text: TextRow => Sql<TextRow>,
    }
);

/// The names of a [`VersionRow`]'s columns: of the current version in `items`, of an earlier one in
/// `item_versions`, or of either in a query around them.
macro_rules! version {
    () => {
        "version, model, created_at, current, content, reasoning, unparted, item_type, parts"
    };
    (current $row:literal) => {
        concat!(
            $row,
            "version, ",
            $row,
            "model, ",
            $row,
            "updated_at as created_at, true as current, ",
            $crate::postgres::item_rows::texts::text!($row)
        )
    };
    (earlier $row:literal) => {
        concat!(
            $row,
            "version, ",
            $row,
            "model, ",
            $row,
            "created_at, false as current, ",
            $crate::postgres::item_rows::texts::text!($row)
        )
    };
}
pub(super) use version;

impl Bytes for VersionRow {
    fn bytes(&self) -> usize {
        self.text.bytes()
    }
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self> {
        let (content, reasoning) = row.text.apart()?;
        Ok(Self {
            number: u32::try_from(row.number).map_err(|error| Error::Internal(error.into()))?,
            content,
            reasoning,
            model: row.model,
            created_at: row.created_at,
            current: row.current,
        })
    }
}

row!(
    /// The columns of an item that its versions do not have.
    HeadRow {
        id: Uuid => SqlUuid,
        created_at: DateTime<Utc> => Timestamptz,
        role: i16 => SmallInt,
        author_id: Option<Uuid> => Nullable<SqlUuid>,
        call_id: Option<String> => Nullable<Text>,
    }
);

impl HeadRow {
    pub(super) fn with(self, current: VersionRow) -> ItemRow {
        ItemRow {
            head: Head {
                id: self.id,
                created_at: self.created_at,
                updated_at: current.created_at,
                version: current.number,
                role: self.role,
                author_id: self.author_id,
                call_id: self.call_id,
                model: current.model,
            },
            text: current.text,
        }
    }
}
