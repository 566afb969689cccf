//! The contents of a long page: the questions, each with a link to its message.

use domain::shares::{SharedItem, Speaker};
use domain::text::first_line;
use maud::{Markup, html};

/// A page with fewer questions is seen at a glance.
const FEWEST: usize = 4;
const LONGEST: usize = 90;

/// The questions of a page, folded; empty where there are few.
pub(super) fn contents(items: &[SharedItem]) -> Markup {
    let questions = items.iter().filter(|item| item.role == Speaker::User);
    let questions: Vec<_> = questions.collect();
    if questions.len() < FEWEST {
        return html! {};
    }
    html! {
        nav.contents aria-label="Questions on this page" {
            details {
                summary { (questions.len()) " questions on this page" }
                ol {
                    @for item in questions {
                        li {
                            a href={ "#" (item.id.to_string()) } lang="" dir="auto" {
                                @match first_line(item.content.as_str(), LONGEST) {
                                    Some(line) => (line),
                                    None => "A question without words",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
