use super::matching::find;
use super::ports::{Candidate, CandidateQuery, Comparing, SearchStore, Text};
use super::snippet::snippet;
use super::{Filter, Hit, Query, Search, SearchPage, Sort};
use crate::clock::Clock;
use crate::error::{Error, Resource, Result};
use crate::id::OwnerId;
use crate::jobs::{Job, Portion, Step, Work};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::oneshot;
use ulid::Ulid;

/// The use cases of search.
#[derive(Clone)]
pub struct SearchService {
    pub store: Arc<dyn SearchStore>,
    pub comparing: Arc<dyn Comparing>,
    pub clock: Arc<dyn Clock>,
}

/// The newest hits of a query.
struct Newest {
    hits: Vec<Hit>,
    /// How many are wanted.
    most: usize,
    /// The bytes of texts that were compared.
    compared: usize,
    /// The place up to which was searched; `None`: to the end.
    reached: Option<Ulid>,
    indexed_through: Option<DateTime<Utc>>,
}

impl SearchService {
    /// How many bytes of text a request compares. Where these do not fill the page, it ends early
    /// and says where to go on.
    const COMPARED: usize = 8 * 1024 * 1024;
    /// How often a request asks for candidates, and for how many blocks of them.
    const ROUNDS: usize = 16;
    const MOST: usize = 1_024;
    /// The texts of so many candidates are asked for at once.
    const AT_ONCE: usize = 2_048;

    pub async fn search(&self, owner: OwnerId, search: &Search) -> Result<SearchPage> {
        let page = self.page(owner, search).await?;
        // Where there are hits, so are their project and their conversation.
        if page.hits.is_empty() {
            self.check(owner, &search.filter).await?;
        }
        Ok(page)
    }

    async fn check(&self, owner: OwnerId, filter: &Filter) -> Result<()> {
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
            Sort::Relevance { after } => {
                let newest = self.newest(owner, &search.query, &search.filter, None, Sort::RANKED);
                let newest = newest.await?;
                let mut hits = newest.hits;
                hits.sort_by(|one, other| {
                    let by_score = other.score.total_cmp(&one.score);
                    by_score.then(other.place.cmp(&one.place))
                });
                let end = after + search.limit.get();
                let has_more = hits.len() > end;
                let page = hits.into_iter().skip(after).take(search.limit.get());
                Ok(SearchPage {
                    hits: page.collect(),
                    next: has_more.then_some(Sort::Relevance { after: end }),
                    indexed_through: newest.indexed_through,
                })
            }
        }
    }

    /// The newest hits before a place, at most so many.
    async fn newest(
        &self,
        owner: OwnerId,
        query: &Query,
        filter: &Filter,
        after: Option<Ulid>,
        most: usize,
    ) -> Result<Newest> {
        let mut wanted = CandidateQuery {
            keys: query.keys(owner),
            filter: filter.clone(),
            before: after.unwrap_or(Ulid(u128::MAX)),
            most: most + 12,
            unindexed: true,
            is_rare: false,
        };
        let mut newest = Newest {
            hits: Vec::new(),
            most,
            compared: 0,
            reached: None,
            indexed_through: None,
        };
        for round in 0..Self::ROUNDS {
            let candidates = self.store.candidates(owner, &wanted).await?;
            if round == 0 {
                newest.indexed_through = candidates.indexed_through;
                if candidates.is_behind {
                    // The answer does not depend on it.
                    let left = self.store.leave_job(owner, self.clock.now()).await;
                    drop(left);
                }
            }
            let data = candidates.data.as_slice();
            if self.add(owner, query, data, &mut newest).await? {
                return Ok(newest);
            }
            let Some(reached) = candidates.reached else {
                return Ok(newest);
            };
            wanted.before = reached;
            wanted.most = (4 * wanted.most).min(Self::MOST);
            // A text that was in the index at first is there until the answer is made.
            wanted.unindexed = candidates.has_unindexed;
            wanted.is_rare = candidates.is_rare;
        }
        newest.reached = Some(wanted.before);
        Ok(newest)
    }

    /// Adds the hits among candidates. `true`: the page ends before the last of them.
    async fn add(
        &self,
        owner: OwnerId,
        query: &Query,
        candidates: &[Candidate],
        newest: &mut Newest,
    ) -> Result<bool> {
        let mut rest = candidates;
        let mut count = 2 * newest.most;
        while !rest.is_empty() {
            let (some, later) = rest.split_at(rest.len().min(count));
            let found = self.store.texts(owner, some).await?;
            rest = match found.texts.last() {
                Some(last) if !found.is_all => after_place(rest, last.candidate.place),
                _ => later,
            };
            for compared in self.compare(owner, query, found.texts).await? {
                if newest.has_ended(compared) {
                    return Ok(true);
                }
            }
            count = (4 * count).min(Self::AT_ONCE);
        }
        Ok(false)
    }

    async fn compare(
        &self,
        owner: OwnerId,
        query: &Query,
        texts: Vec<Text>,
    ) -> Result<Vec<Compared>> {
        let size = |text: &Text| text.message.as_ref().map_or(256, |(_, text)| text.len());
        let bytes = texts.iter().map(size).sum();
        let query = query.clone();
        let (done, compared) = oneshot::channel();
        let work = move || {
            let each = texts.into_iter().map(|text| Compared {
                place: text.candidate.place,
                bytes: size(&text),
                hit: hit(&query, text),
            });
            // The client may have disconnected.
            drop(done.send(each.collect::<Vec<_>>()));
        };
        self.comparing.run(owner, bytes, Box::new(work)).await?;
        compared
            .await
            .map_err(|_| Error::Internal("texts were not compared".into()))
    }
}

/// The candidates after this place.
fn after_place(candidates: &[Candidate], place: Ulid) -> &[Candidate] {
    let until = candidates.partition_point(|one| one.place >= place);
    candidates.get(until..).unwrap_or_default()
}

impl Newest {
    /// Adds a text. `true`: the page ends with it.
    fn has_ended(&mut self, Compared { place, bytes, hit }: Compared) -> bool {
        self.compared += bytes;
        if let Some(hit) = hit {
            if self.hits.len() == self.most {
                self.reached = self.hits.last().map(|last| last.place);
                return true;
            }
            self.hits.push(hit);
        }
        if self.compared >= SearchService::COMPARED {
            self.reached = Some(place);
            return true;
        }
        false
    }
}

/// A text, and whether it is a hit.
struct Compared {
    place: Ulid,
    bytes: usize,
    hit: Option<Hit>,
}

fn hit(query: &Query, text: Text) -> Option<Hit> {
    let (item, content) = match text.message {
        Some((role, content)) => (text.candidate.item().map(|id| (id, role)), content),
        None => (None, text.title.as_ref()?.as_str().to_owned()),
    };
    let found = find(query, &content)?;
    let (snippet, matches) = snippet(&content, &found.places);
    // A title says what the whole conversation is about.
    let bonus = if item.is_none() { 1.0 } else { 0.0 };
    Some(Hit {
        place: text.candidate.place,
        conversation: text.candidate.conversation,
        title: text.title,
        item,
        created_at: text.created_at,
        snippet,
        matches,
        score: found.score + bonus,
    })
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
