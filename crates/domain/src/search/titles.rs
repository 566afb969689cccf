//! A list of conversations: only those whose titles match.

use super::matching::find;
use super::words::letters_of;
use super::{ParsedQuery, SearchService};
use crate::conversations::{Conversation, ConversationList};
use crate::error::{Resource, Result};
use crate::id::OwnerId;
use crate::page::Page;

/// A page of conversations whose titles match.
#[derive(Clone, Debug)]
pub struct TitlePage {
    pub conversations: Vec<Conversation>,
    /// The next page begins after this conversation; `None`: there are no more.
    pub last: Option<Conversation>,
}

impl SearchService {
    /// How many titles a request compares at once, and how often. If these do not fill the page, it
    /// ends early, and its cursor says where to continue.
    const TITLES: usize = 200;
    const TIMES: usize = 10;
    /// How many letters of titles it compares before it ends early.
    const LETTERS: usize = 1024 * 1024;

    /// A page of a list, only of conversations whose titles match.
    pub async fn titles(
        &self,
        owner: OwnerId,
        query: &ParsedQuery,
        mut list: ConversationList,
    ) -> Result<TitlePage> {
        let keys = query.title_keys(owner);
        let (mut found, mut last) = (Vec::new(), None);
        let (mut most, mut compared) = (list.limit.get() + 1, 0);
        for _ in 0..Self::TIMES {
            let candidates = self.store.titled(owner, &keys, &list, most).await?;
            let candidates = candidates.ok_or_else(|| Resource::Project.absent())?;
            let is_all = candidates.len() < most;
            compared += candidates.iter().map(letters).sum::<usize>();
            let matching = candidates.iter().filter(|one| matches(query, one));
            found.extend(matching.cloned());
            last = candidates.into_iter().next_back();
            if is_all {
                last = None;
            }
            let Some(last) = last.as_ref().filter(|_| found.len() <= list.limit.get()) else {
                break;
            };
            if compared >= Self::LETTERS {
                break;
            }
            list.sort = list.sort.after(last);
            most = Self::TITLES;
        }
        let count = found.len();
        let page = Page::of(found, list.limit, Conversation::text_bytes);
        if page.data.len() < count {
            last = page.data.last().cloned();
        }
        Ok(TitlePage {
            conversations: page.data,
            last,
        })
    }
}

fn letters(conversation: &Conversation) -> usize {
    let title = conversation.title.as_ref();
    title.map_or(0, |title| letters_of(title.as_str()))
}

fn matches(query: &ParsedQuery, conversation: &Conversation) -> bool {
    let title = conversation.title.as_ref();
    title.is_some_and(|title| find(query, title.as_str()).is_some())
}
