//! Compares the texts of candidates with a query, beside the threads that answer requests.

use super::matching::find;
use super::ports::CandidateText;
use super::service::SearchService;
use super::snippet::snippet;
use super::words::letters_of;
use super::{Hit, ParsedQuery};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use tokio::sync::oneshot;
use ulid::Ulid;

/// A text, and whether it is a hit.
pub(super) struct Compared {
    pub(super) place: Ulid,
    /// The letters that were compared, at most.
    pub(super) letters: usize,
    pub(super) hit: Option<Hit>,
}

impl SearchService {
    /// Compares texts, in order, up to the one with which `most` letters are reached.
    pub(super) async fn compare(
        &self,
        owner: OwnerId,
        query: &ParsedQuery,
        texts: Vec<CandidateText>,
        most: usize,
    ) -> Result<Vec<Compared>> {
        let size = |text: &CandidateText| text.message.as_ref().map_or(256, |(_, text)| text.len());
        let bytes = texts.iter().map(size).sum();
        let query = query.clone();
        let (done, compared) = oneshot::channel();
        let work = move || {
            let mut left = most;
            let each = texts.into_iter().map_while(|text| {
                (left > 0).then(|| {
                    let compared = compare(&query, text);
                    left = left.saturating_sub(compared.letters);
                    compared
                })
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

/// At most this many letters are compared of a text.
fn letters(text: &CandidateText) -> usize {
    match &text.message {
        Some((_, content)) => letters_of(content),
        None => 256,
    }
}

fn compare(query: &ParsedQuery, text: CandidateText) -> Compared {
    Compared {
        place: text.candidate.place,
        letters: letters(&text),
        hit: hit(query, text),
    }
}

fn hit(query: &ParsedQuery, text: CandidateText) -> Option<Hit> {
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
