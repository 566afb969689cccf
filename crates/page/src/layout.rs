use super::assets;
use maud::{DOCTYPE, Markup, html};

/// What every page has around its content. Addresses are relative, so that the service may stand
/// behind any path of a proxy.
pub(super) fn document(title: &str, head: &Markup, body: &Markup) -> String {
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
                link rel="stylesheet" href={ "../../assets/" (assets::STYLE.name) };
                script src={ "../../assets/" (assets::SCRIPT.name) } defer {}
                link rel="icon" type="image/svg+xml" href={ "../../assets/" (assets::ICON.name) };
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
