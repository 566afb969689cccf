//! The preview that a chat or a site shows of a pasted link: text and one picture, always the same one (ogp.me; Twitter's cards).

use super::PageLink;
use super::assets::PREVIEW;
use super::markdown::without_citations;
use domain::shares::{Speaker, View};
use domain::text::first_line;
use maud::{Markup, html};

const LONGEST: usize = 200;

/// More of a text than this is not looked at.
const LOOKED_AT: usize = 1_000;

pub(super) fn preview(title: &str, view: &View, link: &PageLink) -> Markup {
    let title = tame(title);
    let description = description(view);
    let picture = format!("{}/assets/{}", link.base, PREVIEW.name);
    html! {
        meta name="description" content=(description);
        meta property="og:type" content="article";
        meta property="og:site_name" content="jan-conversations";
        meta property="og:title" content=(title);
        meta property="og:description" content=(description);
        meta property="og:url" content={ (link.base) (link.path) };
        meta property="og:image" content=(picture);
        meta property="og:image:type" content=(PREVIEW.content_type);
        meta property="og:image:width" content="1200";
        meta property="og:image:height" content="630";
        meta property="og:image:alt" content="Shared conversation";
        meta name="twitter:card" content="summary_large_image";
        meta name="twitter:title" content=(title);
        meta name="twitter:description" content=(description);
        meta name="twitter:image" content=(picture);
        meta name="twitter:image:alt" content="Shared conversation";
    }
}

/// The beginning of the first question, or of the first message if the page has no question.
fn description(view: &View) -> String {
    let mut items = view.items.iter();
    let question = items.find(|item| item.role == Speaker::User);
    let first = question.or(view.items.first());
    let text = first.map(|first| tame(first.content.as_str()));
    text.and_then(|text| first_line(&text, LONGEST))
        .unwrap_or_else(|| "A conversation with an AI model.".to_owned())
}

/// One line without the marks of citations, and without characters that would turn the direction of
/// the foreign text around it.
fn tame(text: &str) -> String {
    let is_direction_mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let characters = text
        .chars()
        .take(LOOKED_AT)
        .filter(|c| !is_direction_mark(*c));
    let text: String = characters.collect();
    let text = without_citations(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn the_preview_is_one_line_without_marks_of_direction() {
        assert_eq!(tame(" a\n\n\tb\u{202e}c\u{2067} "), "a bc");
        assert_eq!(tame(&"x".repeat(5_000)).len(), 1_000);
        let cited = "Oslo is nice【4:0†source】, in \u{e203}summer\u{e204}\u{e200}cite\u{e202}turn0search1\u{e201}.";
        assert_eq!(tame(cited), "Oslo is nice, in summer.");
    }
}
