//! Pages that were laid out a moment ago, each with everything that it was made of.

use super::View;
use actix_web::web::Bytes;
use page::PageContext;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many bytes of pages and their texts are kept, and about the number of pages.
const MOST: u64 = 4 * 1024 * 1024;
const PAGES: usize = 64;

/// How long a page is kept at least, unless others need its space. A later layout may replace it.
const LIFETIME: Duration = Duration::from_secs(60);

/// Saves laying out a page again that has not changed. Each request reads the link and its messages from
/// the store, and a kept page is shown only where it was made of exactly these. So it cannot show what was
/// deleted, edited or revoked.
#[derive(Clone)]
pub(super) struct KeptPages {
    pages: Arc<Cache<u64, Arc<KeptPage>, Size>>,
    hasher: RandomState,
}

struct KeptPage {
    view: View,
    around: PageContext,
    html: Bytes,
    since: Instant,
}

#[derive(Clone)]
struct Size;

impl Weighter<u64, Arc<KeptPage>> for Size {
    fn weight(&self, _: &u64, page: &Arc<KeptPage>) -> u64 {
        let texts = page.view.items.iter();
        let texts: usize = texts
            .map(|item| item.content.as_str().len() + size_of_val(item))
            .sum();
        (page.html.len() + texts + size_of::<KeptPage>()) as u64
    }
}

impl Default for KeptPages {
    fn default() -> Self {
        Self {
            pages: Arc::new(Cache::with_weighter(PAGES, MOST, Size)),
            hasher: RandomState::new(),
        }
    }
}

impl KeptPages {
    /// The page of this view: the kept one, or a new one, which is kept.
    pub(super) fn page(&self, view: View, around: PageContext) -> Bytes {
        let key = self.key(&around);
        let kept = self.pages.get(&key);
        if let Some(page) = kept.filter(|page| page.view == view && page.around == around) {
            return page.html.clone();
        }
        let html = Bytes::from(page::conversation(&view, &around));
        self.pages.retain(|_, page| page.since.elapsed() < LIFETIME);
        let page = KeptPage {
            view,
            around,
            html: html.clone(),
            since: Instant::now(),
        };
        self.pages.insert(key, Arc::new(page));
        html
    }

    /// The key of a page. Two pages of one key replace each other.
    fn key(&self, around: &PageContext) -> u64 {
        let PageContext {
            link, neighbours, ..
        } = around;
        self.hasher
            .hash_one((&link.base, &link.path, &neighbours.here))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::ItemId;
    use domain::items::Content;
    use domain::shares::{SharedItem, Speaker};

    fn view(texts: &[&str]) -> View {
        let item = |text: &&str| SharedItem {
            id: ItemId::parse("item_01JFQ2M9A4B5C6D7E8F9G0H1JK").unwrap(),
            role: Speaker::User,
            content: Content::parse((*text).to_owned()).unwrap(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        View {
            title: None,
            read_only: true,
            live: false,
            expires_at: None,
            items: texts.iter().map(item).collect(),
            has_more: false,
            has_before: false,
        }
    }

    fn text(page: &Bytes) -> &str {
        std::str::from_utf8(page).unwrap()
    }

    #[test]
    fn a_page_is_laid_out_again_only_where_something_has_changed() {
        let kept = KeptPages::default();
        let page = |texts: &[&str]| kept.page(view(texts), PageContext::default());
        let first = page(&["**a**", "b"]);
        assert_eq!(first.as_ptr(), page(&["**a**", "b"]).as_ptr());
        let without = page(&["**a**"]);
        assert!(text(&first).contains("<p dir=\"auto\">b</p>"));
        assert!(!text(&without).contains("<p dir=\"auto\">b</p>"));
        let standing = page::PageStanding {
            first: 1,
            last: 1,
            total: 9,
            page: None,
        };
        let around = PageContext {
            standing: Some(standing),
            ..PageContext::default()
        };
        let other = kept.page(view(&["**a**"]), around);
        assert!(text(&other).contains("of 9"));
    }

    #[test]
    fn pages_beyond_the_limit_are_not_kept() {
        let kept = KeptPages::default();
        let large = "a".repeat(16 * 1024);
        for number in 0..400 {
            let link = page::PageLink {
                path: number.to_string(),
                ..page::PageLink::default()
            };
            let around = PageContext {
                link,
                ..PageContext::default()
            };
            kept.page(view(&[&large]), around);
        }
        assert!(kept.pages.len() > 10);
        assert!(kept.pages.weight() <= MOST);
    }
}
