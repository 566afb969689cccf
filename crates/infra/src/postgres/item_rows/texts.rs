//! The text of an item or of a version, and the thoughts of the model that wrote it.

use super::parts;
use crate::postgres::error::inconsistent;
use crate::postgres::row::row;
use diesel::sql_types::{Bool, Nullable, Text};
use domain::error::Result;
use domain::items::Content;
use domain::thoughts::{self, Extent, Split};

row!(
    /// A text as it is stored.
    TextRow {
        content: String => Text,
        /// Empty: thoughts within the text are not for its owner.
        reasoning: Option<String> => Nullable<Text>,
        /// Whether the content may contain thoughts.
        unparted: bool => Bool,
        /// Null: a message.
        item_type: Option<String> => Nullable<Text>,
        parts: Option<String> => Nullable<Text>,
    }
);

/// The columns of a [`TextRow`], of the row with this alias.
macro_rules! text {
    ($row:expr) => {
        concat!(
            $row,
            "content, ",
            $crate::postgres::item_rows::texts::reasoning!($row),
            " as reasoning, ",
            $crate::postgres::item_rows::texts::unparted!($row),
            " as unparted, ",
            $crate::postgres::item_rows::texts::typed!($row, "item_type"),
            " as item_type, ",
            $crate::postgres::item_rows::texts::typed!($row, "parts"),
            " as parts"
        )
    };
}
pub(in crate::postgres) use text;

/// A column that belongs to the parts. An instance of an earlier version that writes another text
/// does not know them: then they are not those of the text.
macro_rules! typed {
    ($row:expr, $column:literal) => {
        concat!(
            "case ",
            $row,
            "parts_version when ",
            $row,
            "version then ",
            $row,
            $column,
            " end"
        )
    };
}
pub(in crate::postgres) use typed;

/// The thoughts that are stored with a text.
macro_rules! reasoning {
    ($row:expr) => {
        concat!(
            "case ",
            $row,
            "reasoning_version when ",
            $row,
            "version then ",
            $row,
            "reasoning when 0 then '' end"
        )
    };
}
pub(in crate::postgres) use reasoning;

/// Whether a text may contain thoughts.
macro_rules! unparted {
    ($row:expr) => {
        concat!(
            "(",
            $row,
            "model is not null and ",
            $row,
            "reasoning_version is distinct from ",
            $row,
            "version or ",
            $row,
            "reasoning_version is not distinct from 0)"
        )
    };
}
pub(in crate::postgres) use unparted;

/// The size of a row's texts and parts in bytes.
macro_rules! size {
    ($row:expr) => {
        concat!(
            "octet_length(",
            $row,
            "content) + coalesce(octet_length(",
            $row,
            "reasoning), 0) + coalesce(octet_length(",
            $row,
            "parts), 0)"
        )
    };
}
pub(in crate::postgres) use size;

impl TextRow {
    pub(in crate::postgres) fn bytes(&self) -> usize {
        let beside = [&self.reasoning, &self.parts];
        let beside = beside.into_iter().flatten().map(String::len);
        self.content.len() + beside.sum::<usize>()
    }

    /// The content as it is shown, and the thoughts.
    pub(in crate::postgres) fn apart(self) -> Result<(Content, Option<String>)> {
        let unparted = self.unparted && self.parts.is_none();
        let (text, reasoning) = apart(self.content, self.reasoning, unparted);
        let parts = parts::stored(self.item_type, self.parts);
        let content = Content::stored(text, parts).map_err(inconsistent)?;
        Ok((content, reasoning))
    }
}

/// Separates a text from its thoughts, for texts that were stored before these were kept apart.
pub(in crate::postgres) fn apart(
    content: String,
    reasoning: Option<String>,
    unparted: bool,
) -> (String, Option<String>) {
    if unparted {
        let Split { text, thoughts } = thoughts::apart(&content, Extent::Whole);
        // If the text consists only of thoughts, it is shown as it is.
        if !text.trim().is_empty() {
            let thoughts = thoughts.filter(|_| reasoning.is_none());
            return (text, thoughts);
        }
    }
    let reasoning = reasoning.filter(|reasoning| !reasoning.is_empty());
    (content, reasoning)
}

/// A row that may be large.
pub(in crate::postgres) trait Bytes {
    fn bytes(&self) -> usize;

    /// The bytes of the largest row.
    fn largest<'a>(rows: impl IntoIterator<Item = &'a Self>) -> usize
    where
        Self: 'a,
    {
        rows.into_iter().map(Self::bytes).max().unwrap_or(0)
    }
}
