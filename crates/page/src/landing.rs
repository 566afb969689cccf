//! The first page of a server: a description, and the first steps.

use super::layout::{Depth, document};
use maud::{Markup, html};

/// An address, its name, and its description.
type Door = (&'static str, &'static str, &'static str);

const STEPS: [Door; 4] = [
    (
        "docs/#/auth/guest_login",
        "Get a token",
        "Press Try it out, then Execute, and copy the access_token of the answer.",
    ),
    (
        "docs/",
        "Authorize",
        "Press Authorize, paste the token, and close the dialog. It stays in this tab.",
    ),
    (
        "docs/#/conversations/create_conversation",
        "Begin a conversation",
        "Try it out, Execute: the answer has its id.",
    ),
    (
        "docs/#/shares/share_conversation",
        "Share it",
        "With that id you get a link that opens in any browser.",
    ),
];

const DOORS: [Door; 7] = [
    ("docs/", "The API", "every operation, to read and to try"),
    (
        "docs/errors",
        "Errors",
        "what each code means, and what to do",
    ),
    ("openapi.json", "OpenAPI 3.1", "for making clients"),
    (
        "openapi-3.0.json",
        "OpenAPI 3.0",
        "for tools that stop there",
    ),
    ("readyz", "Readiness", "is the database there?"),
    ("healthz", "Health", "does the program run?"),
    ("version", "Version", "which one is it?"),
];

/// The page at the root of a server of this version.
#[must_use]
pub fn landing(version: &str) -> String {
    let body = html! {
        header.top {
            p.kind { "jan-conversations " (version) }
            h1 { "Conversations with AI models, kept" }
            p.lead {
                "This server keeps what people and models say to each other: every message with its earlier "
                "versions, projects that organise them, and links that share them. It speaks JSON; programs "
                "for people talk to it."
            }
        }
        main.landing #content tabindex="-1" {
            h2 { "A first conversation" }
            ol.steps {
                @for (address, name, words) in STEPS {
                    li { a href=(address) { (name) } p { (words) } }
                }
            }
            h2 { "What is here" }
            ul.doors { @for door in DOORS { (listed(door)) } }
        }
    };
    document("jan-conversations", Depth::Root, &html! {}, &body)
}

fn listed((address, name, words): Door) -> Markup {
    html! { li { a href=(address) { (name) } " " span { (words) } } }
}

#[cfg(test)]
mod tests {
    use super::landing;

    #[test]
    fn it_leads_to_the_first_steps_and_loads_nothing_from_elsewhere() {
        let page = landing("1.2.3");
        for part in [
            "jan-conversations 1.2.3",
            "href=\"docs/#/auth/guest_login\"",
            "href=\"assets/share-",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("../"));
    }
}
