//! Where bare addresses end.

use super::*;

/// Where the links lead, in order.
pub(super) fn links(markdown: &str) -> Vec<String> {
    let html = laid_out(markdown);
    let addresses = html.split("href=\"").skip(1);
    let ends = addresses.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    ends.collect()
}

const ADDRESSES: &[(&str, &str)] = &[
    (
        "访问 https://example.com/docs（中文说明）了解更多",
        "https://example.com/docs",
    ),
    (
        "https://example.com/guide，详见第二章",
        "https://example.com/guide",
    ),
    (
        "https://example.com/docs了解更多",
        "https://example.com/docs",
    ),
    ("见https://example.com。", "https://example.com"),
    ("https://example.com、続き", "https://example.com"),
    ("「https://example.com/a」です", "https://example.com/a"),
    ("『https://example.com/a』", "https://example.com/a"),
    ("【https://example.com/a】", "https://example.com/a"),
    ("《https://example.com/a》", "https://example.com/a"),
    ("（https://example.com/a）です", "https://example.com/a"),
    ("https://example.com/a？はい", "https://example.com/a"),
    ("https://example.com/a！", "https://example.com/a"),
    ("https://example.com/a：说明", "https://example.com/a"),
    ("https://example.com/a；下一个", "https://example.com/a"),
    ("https://example.com/a“引”", "https://example.com/a"),
    ("https://example.com/a를 보세요", "https://example.com/a"),
    ("https://example.com/aครับ", "https://example.com/a"),
    ("https://example.com/a。https", "https://example.com/a"),
    (
        "https://zh.wikipedia.org/wiki/数学",
        "https://zh.wikipedia.org/wiki/数学",
    ),
    (
        "https://example.com/?q=数学&l=zh，见",
        "https://example.com/?q=数学&l=zh",
    ),
    ("https://例え.jp/道", "https://例え.jp/道"),
    (
        "https://ru.wikipedia.org/wiki/Москва",
        "https://ru.wikipedia.org/wiki/Москва",
    ),
    (
        "https://de.wikipedia.org/wiki/Köln",
        "https://de.wikipedia.org/wiki/Köln",
    ),
    ("https://example.org/a.", "https://example.org/a"),
    ("https://example.org/a...", "https://example.org/a"),
    ("https://example.org/a…", "https://example.org/a"),
    ("https://example.org/a, b", "https://example.org/a"),
    ("https://example.org/a?", "https://example.org/a"),
    ("https://example.org/a!\"", "https://example.org/a"),
    ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
    ("(see https://example.org/a).", "https://example.org/a"),
    ("https://example.org/a)b", "https://example.org/a"),
    ("[https://example.org/a]", "https://example.org/a"),
    ("{https://example.org/a}", "https://example.org/a"),
    (
        "https://example.org/?a[]=1&b[]=2",
        "https://example.org/?a[]=1&b[]=2",
    ),
    ("\"https://example.org/a\"", "https://example.org/a"),
    ("'https://example.org/a'", "https://example.org/a"),
    ("https://example.org's page", "https://example.org"),
    ("“https://example.org/a”", "https://example.org/a"),
    ("«https://example.org/a»", "https://example.org/a"),
    ("https://example.org/a—b", "https://example.org/a"),
    (
        "https://en.wikipedia.org/wiki/A–B_c",
        "https://en.wikipedia.org/wiki/A–B_c",
    ),
    ("**https://example.org/a**", "https://example.org/a"),
    ("**https://example.org/a**，做", "https://example.org/a"),
    ("*https://example.org/a*", "https://example.org/a"),
    ("~~https://example.org/a~~", "https://example.org/a"),
    ("https://example.org/_a_/*b*", "https://example.org/_a_/*b"),
    ("https://example.org/a__b__c", "https://example.org/a__b__c"),
    ("https://example.org/~a/b~c", "https://example.org/~a/b~c"),
    ("https://example.org/$a$/b", "https://example.org/$a$/b"),
    ("https://example.org/a\\_b", "https://example.org/a_b"),
    (
        "https://example.org/?a=1&amp;b=2",
        "https://example.org/?a=1&b=2",
    ),
    ("https://example.org/a\u{200b}b", "https://example.org/a"),
    ("HTTPS://Example.org/a", "HTTPS://Example.org/a"),
    ("|a|\n|-|\n|https://example.org/a|", "https://example.org/a"),
    ("https://example.org/a\nb", "https://example.org/a"),
    (
        "https://example.org:8080/a#b",
        "https://example.org:8080/a#b",
    ),
    (
        "https://example.org/a%20b;c=d",
        "https://example.org/a%20b;c=d",
    ),
    ("https://example.org/a،", "https://example.org/a"),
    ("# https://example.org/a", "https://example.org/a"),
];

#[test]
fn a_bare_address_ends_where_a_person_would_end_it() {
    for (text, address) in ADDRESSES {
        assert_eq!(links(text), [*address], "{text}");
        assert!(!text_of(&laid_out(text)).contains("&amp;"), "{text}");
    }
    for none in [
        "xhttps://a.b",
        "https://",
        "http:/a.b",
        "http",
        "shttp://a",
        "https://)",
        "https://。",
        "`https://a.b`",
        "http://\\",
        "https://-",
    ] {
        assert!(links(none).is_empty(), "{none}");
    }
}

#[test]
fn links_that_were_written_stay_as_they_are() {
    for (text, addresses) in [
        (
            "[a](https://example.org/（b）)",
            vec!["https://example.org/（b）"],
        ),
        (
            "[a](https://example.org/$x$?a=$b$)",
            vec!["https://example.org/$x$?a=$b$"],
        ),
        (
            "[https://a.b](https://example.org/_c_)",
            vec!["https://example.org/_c_"],
        ),
        (
            "<https://example.org/a，b>",
            vec!["https://example.org/a，b"],
        ),
        (
            "[a]\n\n[a]: https://example.org/_b_",
            vec!["https://example.org/_b_"],
        ),
        (
            "[a](https://x.org?$b=1) and [c](https://y.org?$d=2)",
            vec!["https://x.org?$b=1", "https://y.org?$d=2"],
        ),
        ("[1]: https://example.org", vec!["https://example.org"]),
    ] {
        assert_eq!(links(text), addresses, "{text}");
    }
}
