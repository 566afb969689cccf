//! A request does a bounded amount of work, whatever is asked and however much there is.

use super::super::matching::find;
use super::super::words::{WordPieces, letters_of};
use super::super::{
    Candidate, CandidateQuery, CandidateText, Candidates, Comparing, FoundTexts, Frequency,
    ParsedQuery, Search, SearchFilter, SearchService, SearchStore, Sort, UnindexedTexts,
    WantedKeys,
};
use crate::clock::Clock;
use crate::conversations::{Conversation, ConversationList};
use crate::error::{Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::items::Role;
use crate::jobs::{Job, Portion, Step};
use crate::page::Limit;
use chrono::{DateTime, Utc};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use ulid::Ulid;

const MEBIBYTE: usize = 1_024 * 1_024;
const CONVERSATION: ConversationId = ConversationId::new(Ulid(0));

/// An owner's endless messages, all of one text; of each block that is looked at, so many may match. If none is
/// in the index, that many times as many are unindexed as were asked for.
struct Endless {
    text: String,
    /// One in so many has the text, the others have another.
    one_in: u128,
    of_block: usize,
    is_indexed: bool,
    asked: AtomicUsize,
    bytes: AtomicUsize,
}

impl Endless {
    fn new(text: String, of_block: usize, is_indexed: bool) -> Self {
        Self {
            text,
            one_in: 1,
            of_block,
            is_indexed,
            asked: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }
}

#[async_trait::async_trait]
impl SearchStore for Endless {
    async fn candidates(&self, _: OwnerId, wanted: &CandidateQuery) -> Result<Candidates> {
        self.asked.fetch_add(1, Relaxed);
        let most = match self.is_indexed {
            true => wanted.most,
            false => wanted.unindexed,
        };
        let count = self.of_block * most;
        let data = (1..=count).map(|number| Candidate {
            place: Ulid(wanted.before.0 - number as u128),
            conversation: CONVERSATION,
        });
        let (data, reached) = (data.collect(), Ulid(wanted.before.0 - count.max(1) as u128));
        let reached = Some(reached);
        Ok(match self.is_indexed {
            true => Candidates {
                data,
                reached,
                unindexed: None,
                frequency: Frequency::Rare,
            },
            false => Candidates {
                data: Vec::new(),
                reached: None,
                unindexed: (most > 0).then_some(UnindexedTexts {
                    data,
                    reached,
                    through: None,
                }),
                frequency: Frequency::Rare,
            },
        })
    }

    async fn texts(&self, _: OwnerId, candidates: &[Candidate]) -> Result<FoundTexts> {
        let fit = candidates.len().min(MEBIBYTE / self.text.len() + 1);
        self.bytes.fetch_add(fit * self.text.len(), Relaxed);
        let texts = candidates.iter().take(fit).map(|candidate| CandidateText {
            candidate: *candidate,
            title: None,
            message: Some((
                Role::User,
                match candidate.place.0.is_multiple_of(self.one_in) {
                    true => self.text.clone(),
                    false => "other".to_owned(),
                },
            )),
            created_at: DateTime::UNIX_EPOCH,
        });
        Ok(FoundTexts {
            texts: texts.collect(),
            is_all: fit == candidates.len(),
        })
    }

    async fn absent(&self, _: OwnerId, _: &SearchFilter) -> Result<Option<Resource>> {
        Ok(None)
    }

    async fn titled(
        &self,
        _: OwnerId,
        _: &WantedKeys,
        _: &ConversationList,
        _: usize,
    ) -> Result<Option<Vec<Conversation>>> {
        Ok(None)
    }

    async fn leave_jobs(&self, _: OwnerId, _: usize, _: DateTime<Utc>) -> Result<Option<OwnerId>> {
        Ok(None)
    }

    async fn leave_job(&self, _: OwnerId, _: DateTime<Utc>) -> Result<()> {
        Ok(())
    }

    async fn index(&self, _: &Job, _: Portion, _: DateTime<Utc>) -> Result<Step> {
        Ok(Step::Done)
    }
}

struct Here;

#[async_trait::async_trait]
impl Comparing for Here {
    async fn run(&self, _: OwnerId, _: usize, work: Box<dyn FnOnce() + Send>) -> Result<()> {
        work();
        Ok(())
    }
}

impl Clock for Here {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

/// The hits of a request, whether there may be more, how often candidates were asked for, and the bytes of
/// the texts that were read.
fn work(raw: &str, text: &str, of_block: usize, sort: Sort) -> (usize, bool, usize, usize) {
    let text = text.to_owned();
    work_on(raw, text, of_block, true, sort)
}

fn work_on(
    raw: &str,
    text: String,
    of_block: usize,
    is_indexed: bool,
    sort: Sort,
) -> (usize, bool, usize, usize) {
    ask(Endless::new(text, of_block, is_indexed), raw, sort)
}

fn ask(store: Endless, raw: &str, sort: Sort) -> (usize, bool, usize, usize) {
    ask_with(store, Arc::new(Here), Arc::new(Here), raw, sort)
}

fn ask_with(
    store: Endless,
    comparing: Arc<dyn Comparing>,
    clock: Arc<dyn Clock>,
    raw: &str,
    sort: Sort,
) -> (usize, bool, usize, usize) {
    let store = Arc::new(store);
    let service = SearchService {
        store: store.clone(),
        comparing,
        clock,
    };
    let search = Search {
        query: ParsedQuery::parse(raw).unwrap(),
        filter: SearchFilter::default(),
        sort,
        limit: Limit::parse(None).unwrap(),
    };
    let mut searching = pin!(service.search(super::owner(), &search));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(page) = searching.as_mut().poll(&mut context) else {
        panic!("it waits for something");
    };
    let page = page.unwrap();
    let (asked, bytes) = (store.asked.load(Relaxed), store.bytes.load(Relaxed));
    (page.hits.len(), page.next.is_some(), asked, bytes)
}

#[test]
fn a_request_reads_a_bounded_number_of_texts_whatever_is_asked() {
    let each = "a b c d e f g h ".repeat(40);
    let many = (0..32).map(|n| format!("w{n} ")).collect::<String>();
    let last = "\"h b\"";
    let nearly_all = "a -b -c -d -e -f -g -h";
    let recent = Sort::Recent { after: None };
    let relevance = Sort::Relevance {
        before: None,
        after: 0,
    };
    let queries = [
        last,
        nearly_all,
        &many,
        "z*",
        "\"a b c d e f g i\"",
        "a b -\"h a\"",
    ];
    let ways = [(7, recent), (0, recent), (16, relevance)];
    for (raw, (of_block, sort)) in queries.into_iter().zip(ways.into_iter().cycle()) {
        is_bounded(raw, &each, work(raw, &each, of_block, sort));
    }
    for (of_block, sort) in ways {
        is_bounded(last, &each, work(last, &each, of_block, sort));
    }
    for raw in [last, "z*"] {
        is_bounded(raw, &each, work_on(raw, each.clone(), 1, false, recent));
    }
    let long = each.repeat(2_000);
    is_bounded(nearly_all, &long, work(nearly_all, &long, 7, recent));
    is_bounded(last, "short", work(last, "short", 2, recent));
}

fn is_bounded(raw: &str, text: &str, (hits, has_more, asked, bytes): (usize, bool, usize, usize)) {
    assert_eq!(hits, 0, "{raw}");
    // The best of the newest hits are a page without another.
    assert!(has_more || bytes > 0, "{raw}");
    assert!(asked <= 16, "{raw}: {asked}");
    assert!(
        bytes <= 8 * MEBIBYTE + 2 * (MEBIBYTE + text.len()),
        "{raw}: {bytes}"
    );
}

#[test]
fn a_page_of_common_words_reads_few_texts() {
    let text = "a b c d e f g h ".repeat(40);
    let recent = Sort::Recent { after: None };
    let (hits, has_more, asked, bytes) = work("a h*", &text, 7, recent);
    assert_eq!((hits, has_more, asked), (20, true, 1));
    assert!(bytes <= 2 * hits * text.len(), "{bytes}");
}

/// Each time, the index of words reads all blocks that have the words.
#[test]
fn the_index_of_words_is_asked_again_for_as_many_blocks_as_fill_the_page() {
    for one_in in [4, 10, 40] {
        let store = Endless {
            one_in,
            ..Endless::new("a b".to_owned(), 1, true)
        };
        let recent = Sort::Recent { after: None };
        let (hits, has_more, asked, _) = ask(store, "a b", recent);
        assert_eq!((hits, has_more, asked), (20, true, 2), "one in {one_in}");
    }
}

/// One character that stands for eighteen.
const LONG: &str = "\u{fdfa}";

/// How many words a text has, and how many letters these have.
fn made_of(text: &str) -> (usize, usize) {
    let mut pieces = WordPieces::of(text, 1);
    let (mut words, mut letters) = (0, 0);
    while let Some(piece) = pieces.next() {
        let new = piece.words.all.iter().take(piece.new);
        letters += new
            .map(|word| piece.words.plain(word).chars().count())
            .sum::<usize>();
        words += piece.new;
    }
    (words, letters)
}

#[test]
fn a_long_text_has_about_as_many_letters_as_bytes_whatever_its_characters_stand_for() {
    for unit in [
        LONG,
        "\u{fdfb}",
        "\u{3316}",
        "\u{1fb7}",
        "\u{390}",
        "x\u{fdfa}y ",
        "㈱",
        "\u{301}",
    ] {
        let text = unit.repeat(30_000);
        let (words, letters) = made_of(&text);
        assert!(letters <= 2 * text.len() + 160_000, "{unit}: {letters}");
        assert!(letters <= 2 * letters_of(&text), "{unit}: {letters}");
        assert!(words <= 30_000 * 3 + 40_000, "{unit}: {words}");
    }
}

#[test]
fn a_text_of_characters_that_stand_for_many_is_found_by_its_words() {
    let text = format!(
        "first {} middle{LONG}{LONG} last",
        format!("{LONG} ").repeat(20_000)
    );
    for raw in [
        "first",
        "middle",
        "last",
        "صلى",
        "\"الله عليه\"",
        LONG,
        "mid*",
        "last -absent",
    ] {
        assert!(find(&super::query(raw), &text).is_some(), "{raw}");
    }
    for raw in ["middlelast", "\"middle last\"", "first -last"] {
        assert!(find(&super::query(raw), &text).is_none(), "{raw}");
    }
}

#[test]
fn a_request_compares_a_bounded_number_of_letters() {
    let text = format!("{LONG} ").repeat(3_000);
    let recent = Sort::Recent { after: None };
    let (hits, has_more, _, bytes) = work("z* -y", &text, 7, recent);
    assert_eq!((hits, has_more), (0, true));
    assert!(bytes <= 3 * MEBIBYTE, "{bytes}");
}

/// Comparing waits three seconds for its turn each time.
struct Slow(AtomicUsize);

#[async_trait::async_trait]
impl Comparing for Slow {
    async fn run(&self, _: OwnerId, _: usize, work: Box<dyn FnOnce() + Send>) -> Result<()> {
        self.0.fetch_add(3, Relaxed);
        work();
        Ok(())
    }
}

impl Clock for Slow {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Relaxed) as u64)
    }
}

#[test]
fn a_request_that_waits_long_ends_its_page() {
    let slow = Arc::new(Slow(AtomicUsize::new(0)));
    let store = Endless::new("a b ".repeat(1_000), 7, true);
    let recent = Sort::Recent { after: None };
    let (hits, has_more, _, _) = ask_with(store, slow.clone(), slow.clone(), "\"b b\"", recent);
    assert_eq!((hits, has_more), (0, true));
    assert!(slow.0.load(Relaxed) <= 6, "{}", slow.0.load(Relaxed));
}
