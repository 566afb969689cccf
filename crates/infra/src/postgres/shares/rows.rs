use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::item_rows::texts::apart;
use crate::postgres::row::{Sql, row};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId};
use domain::items::Content;
use domain::shares::{Share, ShareId, SharedItem, Speaker};
use domain::title::Title;
use uuid::Uuid;

row!(
    /// A link, for its owner.
    ShareRow of shares {
        conversation_id: Uuid,
        share_id: String,
        item_id: Option<Uuid>,
        title: Option<String>,
        read_only: bool,
        live: bool,
        include_context: bool,
        view_count: i64,
        created_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
        revoked_at: Option<DateTime<Utc>>,
    }
);

impl TryFrom<ShareRow> for Share {
    type Error = Error;

    fn try_from(row: ShareRow) -> Result<Self> {
        Ok(Self {
            share_id: ShareId::stored(row.share_id),
            conversation_id: ConversationId::new(ids::read(row.conversation_id)),
            item_id: row.item_id.map(|id| ItemId::new(ids::read(id))),
            title: title(row.title)?,
            read_only: row.read_only,
            live: row.live,
            include_context: row.include_context,
            view_count: row.view_count.unsigned_abs(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }
}

row!(
    /// A link, for a visitor.
    LinkRow of shares {
        owner_id: Uuid,
        conversation_id: Uuid,
        id: Uuid,
        title: Option<String>,
        read_only: bool,
        live: bool,
        expires_at: Option<DateTime<Utc>>,
        revoked_at: Option<DateTime<Utc>>,
    }
);

row!(
    /// A message, for a visitor.
    SharedItemRow {
        id: Uuid => SqlUuid,
        role: i16 => SmallInt,
        content: String => Text,
        created_at: DateTime<Utc> => Timestamptz,
        /// Whether the content may contain thoughts; visitors do not see them.
        unparted: bool => Bool,
    }
);

row!(
    /// The time of a tombstone, the link, whether it can show anything, and one of its messages.
    Joined {
        tombstone: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        link: Option<LinkRow> => Nullable<Sql<LinkRow>>,
        present: bool => Bool,
        item: Option<SharedItemRow> => Nullable<Sql<SharedItemRow>>,
    }
);

impl SharedItemRow {
    pub(super) fn bytes(&self) -> usize {
        self.content.len()
    }
}

impl TryFrom<SharedItemRow> for SharedItem {
    type Error = Error;

    fn try_from(row: SharedItemRow) -> Result<Self> {
        let (content, _) = apart(row.content, None, row.unparted);
        Ok(Self {
            id: ItemId::new(ids::read(row.id)),
            role: match row.role {
                2 => Speaker::User,
                3 => Speaker::Assistant,
                other => {
                    let problem = format!("a message of role {other} is not for links");
                    return Err(Error::Internal(problem.into()));
                }
            },
            content: Content::parse(content).map_err(inconsistent)?,
            created_at: row.created_at,
        })
    }
}

pub(super) fn title(stored: Option<String>) -> Result<Option<Title>> {
    stored
        .map(|title| Title::stored(&title))
        .transpose()
        .map_err(inconsistent)
}

/// The sequence number of an item id. Larger numbers than the database's integer were never
/// assigned.
pub(super) fn sequence(item: ItemId) -> i32 {
    i32::try_from(item.sequence().0).unwrap_or_default()
}
