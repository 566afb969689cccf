//! Responses in PostgreSQL.

mod finish;
mod list;
mod older;
mod purge;
mod rows;
mod statements;
mod tend;
mod write;
mod written;

use super::database::Database;
use super::error::storage;
use super::ids;
use super::titles::NewTitles;
use super::work::{WorkRequest, reading};
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::Result;
use domain::id::{ItemId, OwnerId, ResponseId};
use domain::page::Page;
use domain::repeats::{Made, Outcome};
use domain::responses::{
    CancelResult, ChainEntry, Ended, Failed, InsertedResponse, ItemEntry, Response, ResponseItems,
    ResponseList, ResponseStore, Status, StoredResponse,
};
pub(super) use purge::{ERASE_ITEM, purge_conversation, purge_owner};
use rows::with_input;
use statements::{
    Abandon, AbandonExpired, AbandonOnNodes, Cancel, Chain, Delete, Find, FindWithInput,
    FoundResponse, FoundWithInput, InRange, LinkRow,
};
use uuid::Uuid;
use write::Values;

/// Responses in PostgreSQL.
pub struct PgResponses {
    database: Database,
    new_titles: NewTitles,
}

impl PgResponses {
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        Self {
            database,
            new_titles,
        }
    }

    /// Ends a response whose writer has died.
    async fn abandon(&self, owner: OwnerId, id: ResponseId) -> Result<()> {
        let failed = Failed::abandoned();
        let (owner_id, id) = key(owner, id);
        let abandon = Abandon {
            owner_id,
            id,
            code: &failed.code,
            message: &failed.message,
        };
        let work = async |connection: &mut AsyncPgConnection| abandon.write(connection).await;
        self.database.run(owner, work).await?;
        Ok(())
    }

    async fn found(&self, owner: OwnerId, id: ResponseId) -> Result<Option<FoundResponse>> {
        let (owner_id, id) = key(owner, id);
        let find = Find { owner_id, id };
        let work = async |connection: &mut AsyncPgConnection| find.fetch_optional(connection).await;
        self.database.run(reading(owner), work).await
    }
}

fn key(owner: OwnerId, id: ResponseId) -> (Uuid, Uuid) {
    (ids::stored(owner.ulid()), ids::stored(id.ulid()))
}

#[async_trait::async_trait]
impl ResponseStore for PgResponses {
    async fn insert(
        &self,
        owner: OwnerId,
        response: &Response,
        input: &[ItemEntry],
    ) -> Result<InsertedResponse> {
        let values = Values::of(owner, response, input);
        let request = WorkRequest::from(owner).writing(values.bytes());
        let work =
            async |connection: &mut AsyncPgConnection| values.insert().write(connection).await;
        let made =
            |written: &usize| (*written > 0).then(|| Outcome::done(Made::Response(response.id)));
        match self
            .database
            .effect(request, work, made)
            .await?
            .map_err(storage)?
        {
            0 if response.conversation.is_some() => Ok(InsertedResponse::NoConversation),
            0 => Ok(InsertedResponse::NoOwner),
            _ => Ok(InsertedResponse::Done),
        }
    }

    async fn finish(&self, owner: OwnerId, ended: &Ended<'_>) -> Result<StoredResponse> {
        finish::finish(&self.database, self.new_titles, owner, ended).await
    }

    async fn keep(&self, owner: OwnerId, response: &Response, input: &[ItemEntry]) -> Result<()> {
        let values = Values::of(owner, response, input);
        let request = WorkRequest::from(owner).writing(values.bytes());
        let work = async |connection: &mut AsyncPgConnection| values.keep().write(connection).await;
        self.database.run(request, work).await?;
        Ok(())
    }

    async fn find(&self, owner: OwnerId, id: ResponseId) -> Result<Option<Response>> {
        let mut found = self.found(owner, id).await?;
        if found.as_ref().is_some_and(|found| found.is_expired) {
            self.abandon(owner, id).await?;
            found = self.found(owner, id).await?;
        }
        found.map(|found| Response::try_from(found.row)).transpose()
    }

    async fn list(&self, owner: OwnerId, list: ResponseList) -> Result<Page<Response>> {
        list::list(&self.database, owner, list).await
    }

    async fn find_with_input(
        &self,
        owner: OwnerId,
        id: ResponseId,
    ) -> Result<Option<ResponseItems>> {
        let (owner_id, id_of) = key(owner, id);
        let find = FindWithInput {
            owner_id,
            id: id_of,
        };
        let work = async |connection: &mut AsyncPgConnection| find.fetch_optional(connection).await;
        let mut found: Option<FoundWithInput> =
            self.database.run(reading(owner), work.clone()).await?;
        if found.as_ref().is_some_and(|found| found.is_expired) {
            self.abandon(owner, id).await?;
            found = self.database.run(reading(owner), work).await?;
        }
        let items = found.map(|found| with_input(found.row, &found.input));
        items.transpose()
    }

    async fn find_by_item(&self, owner: OwnerId, item: ItemId) -> Result<Option<ResponseItems>> {
        let (first, last) = ResponseId::range_of(item);
        let find = InRange {
            owner_id: ids::stored(owner.ulid()),
            first: ids::stored(first.ulid()),
            last: ids::stored(last.ulid()),
        };
        let work = async |connection: &mut AsyncPgConnection| find.fetch_optional(connection).await;
        let id: Option<Uuid> = self.database.run(reading(owner), work).await?;
        match id {
            None => Ok(None),
            Some(id) => {
                let id = ResponseId::new(ids::read(id));
                self.find_with_input(owner, id).await
            }
        }
    }

    async fn chain(&self, owner: OwnerId, id: ResponseId, bytes: usize) -> Result<Vec<ChainEntry>> {
        let (owner_id, id) = key(owner, id);
        let chain = Chain {
            owner_id,
            id,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        };
        let work = async |connection: &mut AsyncPgConnection| chain.fetch_all(connection).await;
        let links: Vec<LinkRow> = self.database.run(reading(owner), work).await?;
        let links = links.into_iter().map(|link| {
            let items = with_input(link.row, &link.input)?;
            Ok(ChainEntry { items })
        });
        links.collect()
    }

    async fn delete(&self, owner: OwnerId, id: ResponseId) -> Result<bool> {
        let (owner_id, id) = key(owner, id);
        let delete = Delete { owner_id, id };
        let work = async |connection: &mut AsyncPgConnection| delete.fetch_one(connection).await;
        let gone: i64 = self.database.run(owner, work).await?;
        Ok(gone > 0)
    }

    async fn cancel(
        &self,
        owner: OwnerId,
        id: ResponseId,
        now: DateTime<Utc>,
    ) -> Result<Option<CancelResult>> {
        let (owner_id, stored) = key(owner, id);
        let cancel = Cancel {
            owner_id,
            id: stored,
            now,
        };
        if self.find(owner, id).await?.is_none() {
            return Ok(None);
        }
        let work = async |connection: &mut AsyncPgConnection| cancel.write(connection).await;
        self.database.run(owner, work).await?;
        let found = self.find(owner, id).await?;
        Ok(found.map(|response| match response.status {
            _ if !response.is_background => CancelResult::NotBackground,
            Status::Cancelled => CancelResult::Done(Box::new(response)),
            _ => CancelResult::HasEnded(Box::new(response)),
        }))
    }

    async fn abandon_expired(&self, most: u64) -> Result<usize> {
        let failed = Failed::abandoned();
        let abandon = AbandonExpired {
            code: &failed.code,
            message: &failed.message,
            most: i64::try_from(most).unwrap_or(i64::MAX),
        };
        let on_nodes = AbandonOnNodes {
            code: abandon.code,
            message: abandon.message,
        };
        let is_divided = self.database.is_divided();
        let work = async |connection: &mut AsyncPgConnection| match is_divided {
            false => abandon.write(connection).await,
            true => on_nodes.write(connection).await,
        };
        self.database.run(Caller::Service, work).await
    }

    async fn delete_older(&self, before: DateTime<Utc>, most: u64, bytes: u64) -> Result<bool> {
        older::delete(&self.database, before, most, bytes).await
    }

    async fn tend(
        &self,
        responses: &[(OwnerId, ResponseId)],
        renews: bool,
    ) -> Result<Vec<(OwnerId, ResponseId)>> {
        tend::tend(&self.database, responses, renews).await
    }
}
