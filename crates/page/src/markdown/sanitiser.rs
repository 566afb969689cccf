//! The last wall: the output of the writer is parsed as a browser would, and written again with only the
//! elements, attributes and values of these lists.

use super::mathml::{self, ATTRIBUTES, ELEMENTS, LENGTHS};
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
    (&["div", "pre", "span"], "tabindex", &["0"]),
    (&["div", "pre"], "role", &["group"]),
    (&["div", "pre"], "aria-label", &["Code", "Table"]),
    (&["th"], "scope", &["col"]),
];

const CLASSES: [(&str, &[&str]); 8] = [
    ("a", &["bare", "image"]),
    ("code", &["formula"]),
    ("div", &["scroll"]),
    ("figure", &["code"]),
    ("p", &["plain"]),
    (
        "span",
        &[
            "c", "s", "n", "k", "f", "t", "p", "ins", "del", "task", "done", "formula", "block",
            "wide",
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
    span.insert("role", HashSet::from(["group", "img"]));
    span.insert("aria-label", HashSet::from(["Done", "Formula", "To do"]));
    for tag in ELEMENTS {
        let of_tag = values.entry(tag).or_default();
        for (attribute, allowed) in ATTRIBUTES {
            of_tag.insert(attribute, allowed.iter().copied().collect());
        }
    }
    let classes = CLASSES.into_iter().chain(mathml::CLASSES);
    let classes = classes.map(|(tag, classes)| (tag, classes.iter().copied().collect()));
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(["ul"]).chain(ELEMENTS).collect())
        .tag_attributes(attributes())
        .attribute_filter(|_, attribute, value| {
            let apt = !LENGTHS.contains(&attribute) || mathml::is_length(value);
            apt.then_some(value.into())
        })
        .tag_attribute_values(values)
        .allowed_classes(classes.collect())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

fn attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let mut attributes = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("li", HashSet::from(["value"])),
        ("ol", HashSet::from(["start"])),
    ]);
    for tag in ["mfrac", "mo", "mspace"] {
        attributes.insert(tag, LENGTHS.into_iter().collect());
    }
    attributes
}

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
                "<img src=x onerror=y><svg><set/></svg><iframe></iframe>",
                "",
            ),
            (
                "<math href=javascript:x onclick=y style=z><mi>a</mi><script>b</script></math>",
                "<math><mi>a</mi></math>",
            ),
            (
                "<math><mtext><img src=x onerror=y>a</mtext><mglyph src=x></mglyph></math>",
                "<math><mtext>a</mtext></math>",
            ),
            (
                "<math><annotation-xml encoding=text/html><img src=x><style>b</style></annotation-xml></math>",
                "<math></math>",
            ),
            (
                "<math><maction xlink:href=javascript:x><mi>a</mi></maction></math>",
                "<math><mi>a</mi></math>",
            ),
            (
                "<math><mspace width=99999999cm /><mspace width=calc(1em) /><mspace width=1em /></math>",
                "<math><mspace></mspace><mspace></mspace><mspace width=\"1em\"></mspace></math>",
            ),
            (
                "<math><annotation encoding=application/x-tex>a&lt;b</annotation></math><mi>c</mi>",
                "<math><annotation encoding=\"application/x-tex\">a&lt;b</annotation></math>",
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
