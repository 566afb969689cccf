use super::STALE;
use crate::postgres::conversation_rows::page::ConversationPage;
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::row::{Sql, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Integer, SmallInt};
use domain::conversations::ConversationList;
use domain::id::OwnerId;
use domain::search::WantedKeys;

/// The first conversations of a list whose titles may match: the index of words has them under all
/// these keys, or does not have them as they are now. The materialized table is read first: one that
/// could be anywhere in the list would be waited for along all of it.
#[derive(Clone)]
pub(super) struct Titled<'a> {
    page: ConversationPage,
    words: &'a WantedKeys,
    maker: i16,
}

impl<'a> Titled<'a> {
    pub(super) fn of(
        owner: OwnerId,
        list: &ConversationList,
        words: &'a WantedKeys,
        maker: i16,
        most: usize,
    ) -> Self {
        Self {
            page: ConversationPage::with(owner, list, most),
            words,
            maker,
        }
    }
}

impl Query for Titled<'_> {
    type SqlType = Sql<ConversationRow>;
}

impl QueryId for Titled<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Titled<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with parameters as (select ");
        self.page.push_owner(out.reborrow())?;
        out.push_sql("::uuid, ");
        out.push_bind_param::<Array<Integer>, _>(&self.words.all)?;
        out.push_sql("::int[], ");
        out.push_bind_param::<SmallInt, _>(&self.maker)?;
        out.push_sql("::smallint, ");
        out.push_bind_param::<Array<Integer>, _>(&self.words.any)?;
        out.push_sql(sql!(
            "::int[]), ",
            STALE,
            ", titled as materialized (
                select conversation_id as id from search_blocks
                where owner_id = $1 and words @> $2 and first_sequence = 0
                    and ($4 = '{}' or words && $4)
                union select id from stale where title is not null
            )"
        ));
        self.page
            .selected(out, " and id in (select id from titled)")
    }
}
