mod addresses;
mod emphasis;
mod formulas;
mod kept;
mod limits;
mod loose;
mod slashes;

use super::*;

fn laid_out(content: &str) -> String {
    let html = render(content, Speaker::Assistant, &mut PageCost::of_a_page());
    html.into_string().replace('\n', "")
}

#[test]
fn markdown_is_laid_out_below_the_headings_of_the_page() {
    for (markdown, html) in [
        (
            "# a\n## b\n### c\n##### d",
            "<h3 dir=\"auto\">a</h3><h4 dir=\"auto\">b</h4><h5 dir=\"auto\">c</h5><h6 dir=\"auto\">d</h6>",
        ),
        (
            "### a\n# b\n### c",
            "<h3 dir=\"auto\">a</h3><h3 dir=\"auto\">b</h3><h4 dir=\"auto\">c</h4>",
        ),
        (
            "**a** *b* ~~c~~ `d`",
            "<p dir=\"auto\"><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>",
        ),
        (
            "3. a\n4. b",
            "<ol dir=\"auto\" start=\"3\"><li>a</li><li>b</li></ol>",
        ),
        (
            "- [x] a\n- [ ] b",
            "<ul dir=\"auto\"><li><span class=\"task done\" role=\"img\" aria-label=\"Done\"></span>a</li><li><span class=\"task\" role=\"img\" aria-label=\"To do\"></span>b</li></ul>",
        ),
        (
            "> a\n>\n> b",
            "<blockquote dir=\"auto\"><p>a</p><p>b</p></blockquote>",
        ),
        (
            "|a|b|\n|-|-:|\n|c|d|",
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table dir=\"auto\"><thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"end\">b</th></tr></thead><tbody><tr><td>c</td><td class=\"end\">d</td></tr></tbody></table></div>",
        ),
        (
            "a[^1]\n\n[^1]: b c",
            "<p dir=\"auto\">a[^1]</p><p dir=\"auto\">[^1]: b c</p>",
        ),
    ] {
        let expected: Vec<_> = sorted(html);
        assert_eq!(sorted(&laid_out(markdown)), expected, "{markdown}");
    }
}

/// The sanitiser writes attributes in an order of its own.
fn sorted(html: &str) -> Vec<String> {
    html.split('<')
        .map(|tag| {
            let (tag, text) = tag.split_once('>').unwrap_or((tag, ""));
            let mut parts: Vec<_> = tag
                .split("\" ")
                .map(|part| part.trim_end_matches('"'))
                .collect();
            if let Some((name, first)) = parts.first().and_then(|first| first.split_once(' ')) {
                parts.splice(0..1, [name, first]);
            }
            parts[1..].sort_unstable();
            format!("{parts:?} {text}")
        })
        .collect()
}

#[test]
fn a_person_s_line_breaks_are_kept() {
    let said = |speaker| {
        let html = render("a\nb", speaker, &mut PageCost::of_a_page());
        html.into_string()
    };
    assert_eq!(said(Speaker::User), "<p dir=\"auto\">a<br>\nb</p>\n");
    assert_eq!(said(Speaker::Assistant), "<p dir=\"auto\">a\nb</p>\n");
}

#[test]
fn links_are_to_the_web_and_send_no_referrer() {
    let link = |href: &str, text: &str| {
        format!("<p dir=\"auto\"><a {href}\" rel=\"noopener noreferrer nofollow\">{text}</a></p>")
    };
    for (markdown, href, text) in [
        (
            "[a](https://example.org/?b&c)",
            "href=\"https://example.org/?b&amp;c",
            "a",
        ),
        (
            "[a](https://example.org \"b & c\")",
            "href=\"https://example.org\" title=\"b &amp; c",
            "a",
        ),
        (
            "<https://example.org>",
            "class=\"bare\" href=\"https://example.org",
            "https://example.org",
        ),
        (
            "[https://example.org/?a&b](https://example.org/?a&b)",
            "class=\"bare\" href=\"https://example.org/?a&amp;b",
            "https://example.org/?a&amp;b",
        ),
        (
            "https://example.org/x",
            "class=\"bare\" href=\"https://example.org/x",
            "https://example.org/x",
        ),
        (
            "[a][b]\n\n[b]: mailto:c@example.org",
            "href=\"mailto:c@example.org",
            "a",
        ),
    ] {
        assert_eq!(laid_out(markdown), link(href, text), "{markdown}");
    }
    for refused in [
        "[a](javascript:alert%281%29)",
        "[a](/v1/conversations)",
        "[a](data:text/html,b)",
        "[a](#b)",
        "[a](&#x6A;avascript:b)",
        "<javascript:b>",
        "![a](data:image/png;base64,b)",
        "![a](b.png)",
    ] {
        let html = laid_out(refused);
        assert!(!html.contains("<a") && !html.contains("<img"), "{html}");
        assert_eq!(text_of(&html), refused);
    }
}

#[test]
fn images_become_links() {
    let html = laid_out("![a *b*](https://example.org/c.png)");
    assert!(
        html.contains("class=\"image\"") && html.contains(">Image: a b</a>"),
        "{html}"
    );
    let html = laid_out("[![a](https://example.org/b.png)](https://example.org/c)");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert!(
        html.contains("href=\"https://example.org/c\"") && html.contains("Image: a"),
        "{html}"
    );
}

#[test]
fn raw_html_is_text() {
    for html in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=x>b</b>",
        "<!-- a -->",
        "<svg onload=x>",
        "<![CDATA[ a ]]>",
        "<?php a ?>",
        "<style>*{}</style>",
        "</div></article>",
        "&lt;script&gt;",
    ] {
        let shown = laid_out(html).replace("<br>", "");
        let inside = shown
            .strip_prefix("<p dir=\"auto\">")
            .and_then(|rest| rest.strip_suffix("</p>"));
        let inside = inside.unwrap_or_else(|| panic!("{shown}"));
        assert!(!inside.contains('<'), "{inside}");
        assert_eq!(
            text_of(inside),
            html.replace("&lt;", "<").replace("&gt;", ">")
        );
    }
}

/// The text of HTML without its tags.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    for (at, part) in html.split('<').enumerate() {
        text.push_str(if at == 0 {
            part
        } else {
            part.split_once('>').unwrap().1
        });
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn text_without_markup_is_shown_whole() {
    for text in [
        "😀👩‍👩‍👧‍👦 مرحبا بالعالم 你好，世界",
        "a & b < c > d \" e ' f",
        "\u{202e}abc\u{2066}",
    ] {
        assert_eq!(text_of(&laid_out(text)), text);
    }
}
