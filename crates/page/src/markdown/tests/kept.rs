//! All text of a message is shown, and unchanged.

use super::*;

/// What is shown, without what a browser adds or hides.
fn shown(markdown: &str) -> String {
    text_of(&laid_out(markdown))
}

#[test]
fn single_tildes_are_tildes() {
    for text in [
        "Between ~1.34 and ~5.4; the first (~$1.50) and the second (~$10)",
        "~a~",
        "H~2~O",
        "~/a and ~/b",
        "~",
        "a ~ b",
    ] {
        assert_eq!(shown(text), text);
        assert!(!laid_out(text).contains("<del>"));
    }
    assert_eq!(
        laid_out("~5 is ~~not~~ 6 ~"),
        "<p dir=\"auto\">~5 is <del>not</del> 6 ~</p>"
    );
}

#[test]
fn emphasis_works_beside_any_script() {
    for (markdown, html) in [
        ("**强调**文字", "<strong>强调</strong>文字"),
        ("**「引用」**です", "<strong>「引用」</strong>です"),
        (
            "これは**「引用」**です",
            "これは<strong>「引用」</strong>です",
        ),
        ("他说**“你好”**然后走", "他说<strong>“你好”</strong>然后走"),
        ("**重要：**请注意", "<strong>重要：</strong>请注意"),
        ("**第一步。**然后", "<strong>第一步。</strong>然后"),
        ("第一。**重点**是", "第一。<strong>重点</strong>是"),
        ("这是**C++**语言", "这是<strong>C++</strong>语言"),
        ("增长**50%**左右", "增长<strong>50%</strong>左右"),
        ("使用**.NET**框架", "使用<strong>.NET</strong>框架"),
        (
            "使用**`foo()`**函数",
            "使用<strong><code>foo()</code></strong>函数",
        ),
        (
            "**（注）**文**（注）**文",
            "<strong>（注）</strong>文<strong>（注）</strong>文",
        ),
        ("*「引用」*です", "<em>「引用」</em>です"),
        (
            "***「引用」***です",
            "<em><strong>「引用」</strong></em>です",
        ),
        ("~~「引用」~~です", "<del>「引用」</del>です"),
        ("**단어(설명)**은", "<strong>단어(설명)</strong>은"),
        ("**“คำ”**ครับ", "<strong>“คำ”</strong>ครับ"),
        ("**Note:**text", "<strong>Note:</strong>text"),
        ("**„Wort“**s", "<strong>„Wort“</strong>s"),
        ("das**„Wort“**", "das<strong>„Wort“</strong>"),
        ("**«слово»**м", "<strong>«слово»</strong>м"),
        (
            "**(a)**b **(c)**d",
            "<strong>(a)</strong>b <strong>(c)</strong>d",
        ),
        (
            "**[a](https://b.c)**的",
            "<strong><a href=\"https://b.c\" rel=\"noopener noreferrer nofollow\">a</a></strong>的",
        ),
        (
            "**强调** 和 **重点**",
            "<strong>强调</strong> 和 <strong>重点</strong>",
        ),
    ] {
        assert_eq!(
            laid_out(markdown),
            format!("<p dir=\"auto\">{html}</p>"),
            "{markdown}"
        );
    }
}

#[test]
fn stars_that_are_no_emphasis_stay() {
    for text in [
        "2*3*4=24",
        "2**10 and 3**2",
        "f(**kwargs, **more)",
        "*.js or src.*min",
        "*p and (*q)",
        "5 * 3 * 2",
        "SELECT * FROM a",
        "a*",
        "snake_case_name",
        "__init__.py",
        "if __name__ == \"__main__\":",
        "_",
        "**",
        "文*字",
        "C:\\_new\\(1)\\*.txt",
        "\\\\server\\_share\\-a",
        "(C:\\[a\\]) b",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn marks_of_citations_are_not_shown() {
    let (open, close, next) = ('\u{E200}', '\u{E201}', '\u{E202}');
    for (markdown, text) in [
        (
            format!("Oslo {open}cite{next}turn0search3{close}."),
            "Oslo .",
        ),
        (
            format!("Oslo{open}cite{next}turn0search3{next}turn0news1{close} b"),
            "Oslo b",
        ),
        (
            format!("a {open}filecite{next}turn1file0{next}L1-L8{close}"),
            "a",
        ),
        (
            format!("a {open}navlist{next}News of today{next}turn0news1,turn0news2{close} b"),
            "a  b",
        ),
        (format!("a{open}cite{next}turn0search"), "a"),
        (format!("a{open}cite{next}turn0search3 b"), "a b"),
        (
            format!("{open}cite{next}a{close}{open}cite{next}b{close}c"),
            "c",
        ),
        (
            format!("\u{E203}said\u{E204}{open}cite{next}turn0search1{close}"),
            "said",
        ),
        (format!("|a|\n|-|\n|b{open}cite{next}c{close}|"), "ab"),
        ("text【4:0†source】.".to_owned(), "text."),
        (
            "text【12†L3-L8】 and 【4:1†a b.pdf】".to_owned(),
            "text and",
        ),
        // These are no citations.
        ("【重要】 and 【4】".to_owned(), "【重要】 and 【4】"),
        (
            format!("`{open}cite{next}a{close}`"),
            "\u{E200}cite\u{E202}a\u{E201}",
        ),
        ("`【4:0†source】`".to_owned(), "【4:0†source】"),
        (
            "icon \u{E200} and \u{E0A0}".to_owned(),
            "icon \u{E200} and \u{E0A0}",
        ),
        (
            "icon \u{E203} \u{E204}".to_owned(),
            "icon \u{E203} \u{E204}",
        ),
        ("【4:0†".to_owned(), "【4:0†"),
    ] {
        assert_eq!(shown(&markdown).trim(), text, "{markdown}");
    }
}

#[test]
fn a_row_keeps_all_of_its_cells() {
    let cells = |row: &str| {
        let html = laid_out(&format!("| a | b |\n|-|-|\n{row}"));
        let body = html.split_once("<tbody>").unwrap().1.to_owned();
        let cells = body.split("<td>").skip(1);
        cells
            .map(|cell| text_of(cell.split_once("</td>").unwrap().0))
            .collect::<Vec<_>>()
    };
    for (row, expected) in [
        ("| `a|b` | pipe |", vec!["a|b", "pipe"]),
        ("| `a\\|b` | pipe |", vec!["a|b", "pipe"]),
        ("| `a || b` | or |", vec!["a || b", "or"]),
        ("| ``a|`|b`` | x |", vec!["a|`|b", "x"]),
        ("| x | y | z |", vec!["x", "y", "z"]),
        ("| x | y | z | w", vec!["x", "y", "z", "w"]),
        ("| x | y | a\\|b |", vec!["x", "y", "a\\|b"]),
        ("| x |", vec!["x", ""]),
        (
            "| x | y | https://example.org/a |",
            vec!["x", "y", "https://example.org/a"],
        ),
        ("| $|x|$ | `y` |", vec!["|x|", "y"]),
    ] {
        let found: Vec<_> = cells(row)
            .into_iter()
            .map(|cell| cell.replace("|x||x|", "|x|"))
            .collect();
        assert_eq!(found, expected, "{row}");
    }
}

#[test]
fn numbers_of_lists_stay() {
    for (markdown, numbers) in [
        ("1. a\n2. b\n3. c", vec![]),
        ("1. a\n3. b\n4. c\n7. d", vec!["3", "7"]),
        ("10. a\n9. b\n8. c", vec!["9", "8"]),
        ("1. a\n1. b\n1. c", vec![]),
        ("5. a\n   1. b\n   3. c\n6. d", vec!["3"]),
        ("- a\n- b", vec![]),
    ] {
        let html = laid_out(markdown);
        let found: Vec<_> = html
            .split("value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(found, numbers, "{markdown}");
    }
}

#[test]
fn what_others_would_drop_is_shown() {
    for (markdown, text) in [
        (
            "[1]: https://a.b \"A title\"\n[2]: https://c.d",
            "[1]: https://a.b \"A title\"[2]: https://c.d",
        ),
        (
            "text [a]\n\n[a]: https://a.b\n[c]: https://d.e",
            "text a[c]: https://d.e",
        ),
        (
            "As [Smith] says.\n\n[Smith]: 2020",
            "As [Smith] says.[Smith]: 2020",
        ),
        (
            "[alice]: hi\n\n[alice] said so",
            "[alice]: hi[alice] said so",
        ),
        (
            "see [1].\n\n[1]: docs/readme.md",
            "see [1].[1]: docs/readme.md",
        ),
        ("[^1] note\n\n[^1]: foot", "[^1] note[^1]: foot"),
        (
            "a [b]\n\n[b]: https://c.d\n[b]: https://e.f \"G\"\n\n> [b]: https://h.i",
            "a bb: https://e.f \"G\"b: https://h.i",
        ),
        ("[b]: c\n[b]: https://e.f", "[b]: c[b]: https://e.f"),
        ("```\n[a]: b\n[a]: c\n```", "[a]: b[a]: c"),
        ("[](https://a.b/lost)", "[](https://a.b/lost)"),
        ("[**](https://a.b/lost)", "**"),
        (
            "```python title=\"a.py\" {1,3}\nx\n```",
            "python title=\"a.py\" {1,3}x",
        ),
        ("<!-- a -->", "<!-- a -->"),
        ("a <br> b", "a <br> b"),
        (
            "\u{2e00}\u{2000}\u{fdd0} **「a」**b $x",
            "\u{2e00}\u{2000}\u{fdd0} 「a」b $x",
        ),
        (
            "\u{fdd0}0\u{fdd0} https://a.b",
            "\u{fdd0}0\u{fdd0} https://a.b",
        ),
    ] {
        assert_eq!(shown(markdown), text, "{markdown}");
    }
    // A message that has every character that could stand for something else is left as it is.
    let all: String = ('\u{FDD0}'..='\u{FDEF}').collect();
    assert_eq!(shown(&format!("{all} $x$")), format!("{all} $x$"));
}
