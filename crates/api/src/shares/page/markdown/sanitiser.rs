//! The last wall: what the writer made, parsed as a browser would and written anew with nothing in it
//! that is not on this list.

use ammonia::{Builder, UrlRelative};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const TAGS: [&str; 26] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figcaption",
    "figure",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];

/// Elements, an attribute, and the only values it may have.
const VALUES: [(&[&str], &str, &[&str]); 6] = [
    (
        &[
            "p",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "ol",
            "ul",
            "table",
        ],
        "dir",
        &["auto"],
    ),
    (&["pre"], "dir", &["ltr"]),
    (&["div", "pre"], "tabindex", &["0"]),
    (&["div", "pre"], "role", &["group"]),
    (&["div", "pre"], "aria-label", &["Code", "Table"]),
    (&["th"], "scope", &["col"]),
];

const CLASSES: [(&str, &[&str]); 7] = [
    ("a", &["image"]),
    ("div", &["scroll"]),
    ("figure", &["code"]),
    ("p", &["plain"]),
    (
        "span",
        &[
            "c", "s", "n", "k", "f", "t", "p", "ins", "del", "task", "done",
        ],
    ),
    ("td", &["center", "end"]),
    ("th", &["center", "end"]),
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut values: HashMap<_, HashMap<_, HashSet<_>>> = HashMap::new();
    for (tags, attribute, allowed) in VALUES {
        for tag in tags {
            let of_tag = values.entry(*tag).or_default();
            of_tag.insert(attribute, allowed.iter().copied().collect());
        }
    }
    let span = values.entry("span").or_default();
    span.insert("role", HashSet::from(["img"]));
    span.insert("aria-label", HashSet::from(["Done", "To do"]));
    let classes = CLASSES.map(|(tag, classes)| (tag, classes.iter().copied().collect()));
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(["ul"]).collect())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .tag_attribute_values(values)
        .allowed_classes(HashMap::from(classes))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_is_not_on_the_list_is_taken_out() {
        for (html, cleaned) in [
            ("<p>a<script>b</script></p>", "<p>a</p>"),
            (
                "<p onclick=x id=y style=z class=w>a</p>",
                "<p class=\"\">a</p>",
            ),
            (
                "<a href=javascript:x>a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href=/v1 target=_top>a</a>",
                "<a rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<img src=x onerror=y><svg><set/></svg><math></math><iframe></iframe>",
                "",
            ),
            (
                "<div tabindex=5 role=main aria-label=x>a</div>",
                "<div>a</div>",
            ),
            (
                "<!-- a --><style>b</style><base href=x><form><input></form>",
                "",
            ),
        ] {
            assert_eq!(clean(html), cleaned);
        }
    }
}
