use super::assets::{ICON, SCRIPT, STYLE};
use maud::{DOCTYPE, Markup, html};

/// Where a page is, as seen from the files it loads.
#[derive(Clone, Copy)]
pub(super) enum Depth {
    /// At the root of the server.
    Root,
    /// Where links are. Their pages have a script.
    Link,
}

/// The document around the content of a page. Addresses are relative, so that the service may stand
/// behind any path of a proxy.
pub(super) fn document(title: &str, depth: Depth, head: &Markup, body: &Markup) -> String {
    let assets = match depth {
        Depth::Root => "assets/",
        Depth::Link => "../../assets/",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="stylesheet" href={ (assets) (STYLE.name) };
                @if let Depth::Link = depth {
                    script src={ (assets) (SCRIPT.name) } defer {}
                }
                link rel="icon" type="image/svg+xml" href={ (assets) (ICON.name) };
                (head)
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                (body)
            }
        }
    };
    page.into_string()
}
