use super::rows::{ConversationRow, stored_key};
use crate::postgres::ids;
use crate::postgres::row::{Sql, names, sql};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::conversations::{ConversationList, ListSort};
use domain::id::OwnerId;
use domain::page::Order;
use uuid::Uuid;

/// How many archived conversations there may be within a page that is read by one statement.
const ARCHIVED: i64 = 8;

/// The limits of usual pages are part of the text. With a limit in a parameter PostgreSQL does not keep
/// the plan, and planning takes twice as long as the page.
const WRITTEN: [(i64, &str); 2] = [(21, "21"), (21 + ARCHIVED, "29")];

/// A page of conversations. Its text depends on what is listed, so that each list is read through
/// the index that holds its conversations in its order: a condition in a parameter could not name
/// an index. Each text is prepared once per connection.
#[derive(Clone)]
pub(in crate::postgres) struct ConversationPage {
    owner_id: Uuid,
    project_id: Option<Uuid>,
    archived: Option<bool>,
    pinned: Option<bool>,
    metadata: Vec<(String, String)>,
    tags: Vec<String>,
    is_descending: bool,
    /// The end of the page before, by activity. `None`: the list is by creation.
    after_time: Option<DateTime<Utc>>,
    after: Uuid,
    limit: i64,
}

impl ConversationPage {
    pub(in crate::postgres) fn of(owner: OwnerId, list: &ConversationList) -> Self {
        Self::with(owner, list, list.limit.get() + 1)
    }

    /// A page of so many.
    pub(in crate::postgres) fn with(owner: OwnerId, list: &ConversationList, most: usize) -> Self {
        let beginning = beginning(list.order);
        let (after_time, after) = match list.sort {
            ListSort::Created { after } => (None, after),
            ListSort::Updated { after } => {
                let (time, after) = after.unzip();
                (Some(time.unwrap_or_else(|| first_time(list.order))), after)
            }
        };
        Self {
            owner_id: ids::stored(owner.ulid()),
            project_id: list.project_id.map(|project| ids::stored(project.ulid())),
            archived: list.flags.archived,
            pinned: list.flags.pinned,
            metadata: list.metadata.clone(),
            tags: list
                .tags
                .iter()
                .map(|tag| stored_key(tag.as_str()))
                .collect(),
            is_descending: matches!(list.order, Order::Descending),
            after_time,
            after: after.map_or(beginning, |after| ids::stored(after.ulid())),
            limit: i64::try_from(most).unwrap_or(i64::MAX),
        }
    }
}

impl ConversationPage {
    /// The conditions of the list, without its place.
    pub(in crate::postgres) fn listed<'b>(
        &'b self,
        mut out: AstPass<'_, 'b, Pg>,
    ) -> QueryResult<()> {
        out.push_sql(" where owner_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.owner_id)?;
        if let Some(project) = &self.project_id {
            out.push_sql(" and project_id = ");
            out.push_bind_param::<SqlUuid, _>(project)?;
        }
        for (key, value) in &self.metadata {
            out.push_sql(" and metadata ->> ");
            match key.as_str() {
                // In these words it is in an index.
                "referrer" => out.push_sql("'referrer'"),
                _ => out.push_bind_param::<Text, _>(key)?,
            }
            out.push_sql(" = ");
            out.push_bind_param::<Text, _>(value)?;
        }
        if !self.tags.is_empty() {
            // In these words the conversations with tags are in an index.
            out.push_sql(" and tags <> '{}' and tags @> ");
            out.push_bind_param::<Array<Text>, _>(&self.tags)?;
        }
        out.push_sql(match self.archived {
            None => "",
            Some(true) => " and archived",
            Some(false) => " and not archived",
        });
        out.push_sql(match self.pinned {
            None => "",
            Some(true) => " and pinned",
            Some(false) => " and not pinned",
        });
        Ok(())
    }
}

impl Query for ConversationPage {
    type SqlType = Sql<ConversationRow>;
}

impl QueryId for ConversationPage {
    type QueryId = ();
    // The text is the key in the cache of prepared statements.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for ConversationPage {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.may_be_sparse() {
            return self.selected(out, "");
        }
        out.push_sql("with few as materialized (select id from conversations where owner_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.owner_id)?;
        out.push_sql(" and not archived limit 201) select * from ((");
        self.selected(out.reborrow(), " and (select count(*) from few) > 200")?;
        out.push_sql(") union all (");
        let few = " and (select count(*) from few) <= 200 and id in (select id from few)";
        self.selected(out.reborrow(), few)?;
        out.push_sql(")) either");
        self.ordered(out)
    }
}

impl ConversationPage {
    /// Whether the index of this order also holds archived conversations, which may be nearly all.
    /// An index for each such list would cost every append an entry. So where few conversations are
    /// in use, these are read and sorted; otherwise the others are skipped on the way.
    fn may_be_sparse(&self) -> bool {
        self.archived == Some(false) && (self.after_time.is_some() || self.project_id.is_some())
    }

    /// Whether an index has all of the list, and archived conversations, in the order of the page.
    pub(in crate::postgres) fn is_in_order_with_archived(&self) -> bool {
        let is_sifted = self.pinned.is_some() || !self.metadata.is_empty() || !self.tags.is_empty();
        let is_of_one_index = self.after_time.is_some() != self.project_id.is_some();
        self.archived == Some(false) && is_of_one_index && !is_sifted
    }

    /// The most rows.
    pub(in crate::postgres) fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// A longer page that includes archived conversations.
    pub(in crate::postgres) fn with_archived(&self) -> Self {
        Self {
            archived: None,
            limit: self.limit + ARCHIVED,
            ..self.clone()
        }
    }

    pub(in crate::postgres) fn push_owner<'b>(
        &'b self,
        mut out: AstPass<'_, 'b, Pg>,
    ) -> QueryResult<()> {
        out.push_bind_param::<SqlUuid, _>(&self.owner_id)
    }

    /// The page, of conversations with one more condition.
    pub(in crate::postgres) fn selected<'b>(
        &'b self,
        mut out: AstPass<'_, 'b, Pg>,
        and: &'b str,
    ) -> QueryResult<()> {
        out.push_sql(sql!(
            "select ",
            names!(ConversationRow, ""),
            " from conversations"
        ));
        self.listed(out.reborrow())?;
        out.push_sql(and);
        let follows = if self.is_descending { "<" } else { ">" };
        match &self.after_time {
            None => {
                out.push_sql(" and id ");
                out.push_sql(follows);
                out.push_bind_param::<SqlUuid, _>(&self.after)?;
            }
            Some(time) => {
                out.push_sql(" and (updated_at, id) ");
                out.push_sql(follows);
                out.push_sql(" (");
                out.push_bind_param::<Timestamptz, _>(time)?;
                out.push_sql(", ");
                out.push_bind_param::<SqlUuid, _>(&self.after)?;
                out.push_sql(")");
            }
        }
        self.ordered(out)
    }

    fn ordered<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(match (self.after_time.is_some(), self.is_descending) {
            (false, true) => " order by id desc limit ",
            (false, false) => " order by id limit ",
            (true, true) => " order by updated_at desc, id desc limit ",
            (true, false) => " order by updated_at, id limit ",
        });
        match WRITTEN.iter().find(|(limit, _)| *limit == self.limit) {
            Some((_, text)) => {
                out.push_sql(text);
                Ok(())
            }
            None => out.push_bind_param::<BigInt, _>(&self.limit),
        }
    }
}

/// The id before all others in this direction.
fn beginning(order: Order) -> Uuid {
    match order {
        Order::Ascending => Uuid::nil(),
        Order::Descending => Uuid::max(),
    }
}

/// A time before all others in this direction; the latest is the end of the year 9999.
fn first_time(order: Order) -> DateTime<Utc> {
    match order {
        Order::Ascending => DateTime::UNIX_EPOCH,
        Order::Descending => {
            DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
        }
    }
}
