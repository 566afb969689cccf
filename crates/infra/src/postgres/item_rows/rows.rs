use super::texts::{Bytes, TextRow};
use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::roles::role;
use crate::postgres::row::{Sql, row};
use chrono::{DateTime, Utc};
use domain::error::{Error, Result};
use domain::id::{ItemId, OwnerId};
use domain::items::{Author, CallId, Item, ItemLookup};
use domain::state::Tag;
use uuid::Uuid;

row!(
    /// An item without its text.
    Head of items {
        id: Uuid,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        version: i32,
        role: i16,
        author_id: Option<Uuid>,
        call_id: Option<String>,
        model: Option<String>,
    }
);

/// The beginning of a statement that adds items. The names of further columns follow.
pub(in crate::postgres) const ADD_ITEMS: &str = "insert into items (owner_id, conversation_id, id, \
     created_at, updated_at, sequence, role";

/// [`domain::items::MAX_ITEMS`] for statements that add items.
pub(in crate::postgres) const MAX_ITEMS: &str = "10000";
const _: () = assert!(domain::items::MAX_ITEMS == 10_000);

row!(ItemRow { head: Head => Sql<Head>, text: TextRow => Sql<TextRow> });

/// The names of a [`ItemRow`]'s columns, of the item with this alias.
macro_rules! columns {
    ($item:literal) => {
        $crate::postgres::row::sql!(
            $crate::postgres::row::names!($crate::postgres::item_rows::rows::Head, $item),
            ", ",
            $crate::postgres::item_rows::texts::text!($item),
        )
    };
}
pub(in crate::postgres) use columns;

impl Bytes for ItemRow {
    fn bytes(&self) -> usize {
        self.text.bytes()
    }
}

impl ItemRow {
    pub(in crate::postgres) fn id(&self) -> ItemId {
        ItemId::new(ids::read(self.head.id))
    }

    /// The item's place in its conversation.
    pub(in crate::postgres) fn sequence(&self) -> i32 {
        self.id().sequence().0.cast_signed()
    }

    pub(in crate::postgres) fn version(&self) -> i32 {
        self.head.version
    }

    pub(in crate::postgres) fn tag(&self) -> Tag {
        Tag::number(self.head.version.cast_unsigned())
    }
}

impl TryFrom<ItemRow> for Item {
    type Error = Error;

    fn try_from(row: ItemRow) -> Result<Self> {
        let ItemRow { head: row, text } = row;
        let call_id = row.call_id.map(CallId::parse).transpose();
        let (content, reasoning) = text.apart()?;
        Ok(Self {
            id: ItemId::new(ids::read(row.id)),
            role: role(row.role)?,
            content,
            reasoning,
            call_id: call_id.map_err(inconsistent)?,
            model: row.model,
            version: u32::try_from(row.version).map_err(|error| Error::Internal(error.into()))?,
            author: match row.author_id {
                None => Author::Owner,
                Some(user) => Author::Link {
                    user_id: OwnerId::new(ids::read(user)),
                },
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The item of a row, if there is one.
pub(in crate::postgres) fn item(row: Option<ItemRow>) -> Result<Option<Item>> {
    row.map(Item::try_from).transpose()
}

/// The result of a look-up: a row if the conversation exists, and in it the item's row if that exists.
pub(in crate::postgres) fn lookup(found: Option<Option<ItemRow>>) -> Result<ItemLookup> {
    Ok(match found {
        None => ItemLookup::NoConversation,
        Some(None) => ItemLookup::NoItem,
        Some(Some(row)) => ItemLookup::Found(Item::try_from(row)?),
    })
}

/// The items of the rows.
pub(in crate::postgres) fn items(rows: Vec<ItemRow>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}
