use super::ports::{Comparing, SearchStore};
use super::{Search, SearchFilter, SearchPage, Sort};
use crate::clock::Clock;
use crate::error::{Resource, Result};
use crate::id::OwnerId;
use crate::jobs::{Job, Portion, Step, Work};
use std::sync::Arc;
use ulid::Ulid;

/// The use cases of search.
#[derive(Clone)]
pub struct SearchService {
    pub store: Arc<dyn SearchStore>,
    pub comparing: Arc<dyn Comparing>,
    pub clock: Arc<dyn Clock>,
}

impl SearchService {
    pub async fn search(&self, owner: OwnerId, search: &Search) -> Result<SearchPage> {
        let page = self.page(owner, search).await?;
        // Where there are hits, so are their project and their conversation.
        if page.hits.is_empty() {
            self.check(owner, &search.filter).await?;
        }
        Ok(page)
    }

    async fn check(&self, owner: OwnerId, filter: &SearchFilter) -> Result<()> {
        if filter.project.is_none() && filter.conversation.is_none() {
            return Ok(());
        }
        match self.store.absent(owner, filter).await? {
            None => Ok(()),
            Some(Resource::Project) => Err(Resource::Project.absent().named_by("project_id")),
            Some(other) => Err(other.absent().named_by("conversation_id")),
        }
    }

    async fn page(&self, owner: OwnerId, search: &Search) -> Result<SearchPage> {
        match search.sort {
            Sort::Recent { after } => {
                let wanted = search.limit.get();
                let newest = self.newest(owner, &search.query, &search.filter, after, wanted);
                let newest = newest.await?;
                Ok(SearchPage {
                    hits: newest.hits,
                    next: newest
                        .reached
                        .map(|place| Sort::Recent { after: Some(place) }),
                    indexed_through: newest.indexed_through,
                })
            }
            Sort::Relevance { before, after } => {
                let most = Sort::RANKED;
                let newest = self.newest(owner, &search.query, &search.filter, before, most);
                let newest = newest.await?;
                let mut hits = newest.hits;
                let cut = newest.reached.filter(|_| hits.len() < most);
                // The next page is of the same hits, without those that are stored meanwhile.
                let newest_place = hits.first().map(|hit| hit.place.0.saturating_add(1));
                let before = before.or(newest_place.map(Ulid));
                hits.sort_by(|one, other| {
                    let by_score = other.score.total_cmp(&one.score);
                    by_score.then(other.place.cmp(&one.place))
                });
                let end = after + search.limit.get();
                let next = match hits.len() > end {
                    true => Some(Sort::Relevance { before, after: end }),
                    false => cut.map(|place| Sort::Relevance {
                        before: Some(place),
                        after: 0,
                    }),
                };
                let page = hits.into_iter().skip(after).take(search.limit.get());
                Ok(SearchPage {
                    hits: page.collect(),
                    next,
                    indexed_through: newest.indexed_through,
                })
            }
        }
    }
}

/// Keeps the index up to date, as a job.
pub struct Indexing {
    pub store: Arc<dyn SearchStore>,
    pub clock: Arc<dyn Clock>,
}

#[async_trait::async_trait]
impl Work for Indexing {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        self.store.index(job, portion, self.clock.now()).await
    }
}
