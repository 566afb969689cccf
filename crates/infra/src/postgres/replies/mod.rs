mod statements;
mod steps;
mod store;

use super::database::Database;
use super::error::{inconsistent, storage};
use super::ids;
use super::item_rows::rows::ItemRow;
use super::items::statements::Preceding;
use super::roles::{role, stored_role};
use super::row_keys::{ItemKey, key};
use super::work::{WorkRequest, reading};
use crate::postgres::execute::Execute as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::{Item, ItemLookup, Role};
use domain::projects::Instruction;
use domain::replies::{
    BATCH, Neighbour, PromptContext, Reply, ReplyStore, ReplyTarget, StoredReply,
};
use domain::turns::Leaving;
use statements::PromptRow;

/// The store of replies, in PostgreSQL.
pub struct PgReplies(pub Database);

#[async_trait::async_trait]
impl ReplyStore for PgReplies {
    async fn prompt_context(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: ItemId,
    ) -> Result<ItemLookup<PromptContext>> {
        let ItemKey {
            owner_id,
            conversation_id,
            sequence,
            id,
        } = ItemKey::new(owner, conversation, item);
        let query = statements::Around {
            sequence,
            id,
            owner_id,
            conversation_id,
        };
        let found: Option<PromptRow> = self
            .0
            .run(reading(owner), async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        let Some(found) = found else {
            return Ok(ItemLookup::NoConversation);
        };
        match found.read() {
            Some(context) => Ok(ItemLookup::Found(context?)),
            None => Ok(ItemLookup::NoItem),
        }
    }

    async fn preceding(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
        bytes: usize,
    ) -> Result<Vec<Item>> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = Preceding {
            owner_id,
            conversation_id,
            after: before.0.cast_signed(),
            limit: BATCH as i64,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        };
        let rows: Vec<ItemRow> = self
            .0
            .run(reading(owner), async |connection| {
                query.fetch_all(connection).await
            })
            .await?;
        rows.into_iter().map(Item::try_from).collect()
    }

    async fn question(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
    ) -> Result<Option<Item>> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::LastOfRole {
            owner_id,
            conversation_id,
            before: before.0.cast_signed(),
            role: stored_role(Role::User),
        };
        let row: Option<ItemRow> = self
            .0
            .run(reading(owner), async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        row.map(Item::try_from).transpose()
    }

    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        target: ReplyTarget,
        reply: &Reply,
        leaving: Leaving,
    ) -> Result<StoredReply> {
        let item = match target {
            ReplyTarget::Instead(item) | ReplyTarget::After(item) => item,
        };
        let key = ItemKey::new(owner, conversation, item);
        let is_divided = self.0.is_divided();
        let work = async |connection: &mut AsyncPgConnection| {
            store::store(connection, key, target, reply, (leaving, is_divided)).await
        };
        let thoughts = reply.reasoning.as_ref().map_or(0, String::len);
        let request = WorkRequest::from(owner).writing(reply.content.bytes() + thoughts);
        let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
        let made = |outcome: &store::StoreOutcome| outcome.made(conversation);
        let outcome = self.0.effect(request, work, made).await?;
        outcome.map_err(storage)?.try_into()
    }
}

impl PromptRow {
    /// `None` where the conversation has no such item.
    fn read(self) -> Option<Result<PromptContext>> {
        let own = self.role?;
        let context = || {
            let neighbour = |(id, stored)| -> Result<Neighbour> {
                Ok(Neighbour {
                    id: ItemId::new(ids::read(id)),
                    role: role(stored)?,
                    is_message: self.next_is_message,
                })
            };
            let next = self.next_id.zip(self.next_role).map(neighbour);
            let instruction = self.instruction.as_deref().map(Instruction::parse);
            Ok(PromptContext {
                role: role(own)?,
                is_message: self.is_message,
                next: next.transpose()?,
                instruction: instruction.transpose().map_err(inconsistent)?,
                is_full: self.is_full,
            })
        };
        Some(context())
    }
}
