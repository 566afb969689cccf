//! The limits of the work for a message.

use super::*;
use std::time::{Duration, Instant};

#[test]
fn what_is_too_large_is_shown_as_it_was_written() {
    let large = "**a** ".repeat(50_000);
    let html = laid_out(&large);
    assert!(html.starts_with("<p class=\"aside\">") && html.contains("**a** **a**"));
    // A page's budget is shared by its messages.
    let mut budget = PageCost::of_a_page();
    let message = "A **word** and others.\n\n".repeat(10_000);
    let strong = |budget: &mut PageCost, message: &str| {
        render(message, Speaker::User, budget)
            .into_string()
            .contains("<strong>")
    };
    let laid_out: Vec<_> = (0..6).map(|_| strong(&mut budget, &message)).collect();
    assert_eq!(laid_out, [true, true, true, true, false, false]);
    // Marks cost the parser memory, and the elements of a block the sanitiser.
    for (message, is_laid_out) in [
        ("**a** ".repeat(16_000), true),
        ("**a** ".repeat(17_000), false),
        (format!("**a**\n\n{}", "|a".repeat(20_000)), true),
        (
            format!("**a**\n\n|a|\n|-|\n{}", "|a|\n".repeat(9_900)),
            true,
        ),
        (
            format!("**a**\n\n|a|\n|-|\n{}", "|a|\n".repeat(10_100)),
            false,
        ),
        (format!("**a**\n\n{}", "$a+b+c+d+e+f+g$ ".repeat(800)), true),
        (
            format!("**a**\n\n{}", "$a+b+c+d+e+f+g$ ".repeat(3_000)),
            false,
        ),
    ] {
        let is = strong(&mut PageCost::of_a_page(), &message);
        assert_eq!(is, is_laid_out, "{}", &message[..40]);
    }
}

#[test]
fn blocks_are_cleaned_apart_and_none_is_lost() {
    let blocks = "A **word**.\n\n- one\n- two\n\n> said\n\n```rust\nlet a = 1;\n```\n\n|a|\n|-|\n|b|\n\n***\n\n";
    let one = laid_out(blocks);
    let many = laid_out(&blocks.repeat(400));
    assert!(
        many == one.repeat(400),
        "{} of {}",
        many.len(),
        400 * one.len()
    );
}

/// The most elements that are open at the same time.
fn depth(html: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for tag in html.split('<').skip(1) {
        let alone = ["br", "hr"].iter().any(|name| tag.starts_with(name));
        match tag.strip_prefix('/') {
            Some(_) => depth -= 1,
            None if alone => {}
            None => depth += 1,
        }
        deepest = deepest.max(depth);
    }
    assert_eq!(depth, 0, "every element is closed");
    deepest
}

#[test]
fn elements_are_nested_forty_deep_at_the_most_and_what_is_deeper_keeps_its_text() {
    for (markdown, expected) in [
        (format!("{}the end", "> ".repeat(20)), 21),
        (format!("{}the end", "> ".repeat(500)), 40),
        (format!("{}the end", "- ".repeat(500)), 40),
        // A link is opened in addition to the elements, and whole addresses are found in any text.
        (format!("{}https://the.end", "> ".repeat(500)), 41),
        (format!("{}the `end`", "> ".repeat(500)), 41),
        (
            format!("{}the end{}", "*a **b ".repeat(200), " b** a*".repeat(200)),
            40,
        ),
    ] {
        let html = laid_out(&markdown);
        assert!(depth(&html) == expected, "{} of {markdown}", depth(&html));
        assert!(html.contains("the"), "{html}");
        assert!(html.contains("end"), "{html}");
    }
}

/// Texts that are known to keep parsers of Markdown or HTML busy.
fn hostile() -> Vec<(&'static str, String)> {
    [parsers(), formulas_and_addresses()].concat()
}

/// Where formulas and addresses are looked for.
fn formulas_and_addresses() -> Vec<(&'static str, String)> {
    let n = 100_000;
    vec![
        ("dollars with blanks", "$ a*b $ c ".repeat(n / 10)),
        ("dollars with commands", "$ \\{ ".repeat(n / 5)),
        ("formulas on one line", "\\(a\\) ".repeat(n / 6)),
        ("open formulas", "\\[ \\alpha ".repeat(n / 10)),
        ("tags", format!("\\[ x \\]{}", "\\tag{1".repeat(n / 6))),
        ("tagged", "\\[x\\]\\tag{1}".repeat(n / 12)),
        ("slashes", format!("https://a{}", "/的".repeat(n / 4))),
        ("addresses with slashes", "https://a/的".repeat(n / 14)),
        (
            "names in addresses",
            format!("https://a/wiki/{}", "数".repeat(n / 3)),
        ),
        ("symbols", "**😀**好".repeat(n / 11)),
    ]
}

fn parsers() -> Vec<(&'static str, String)> {
    let n = 100_000;
    let row = "|a".repeat(1_000);
    let table = format!(
        "{row}|\n{}|\n{}",
        "|-".repeat(1_000),
        "|b|\n".repeat(12_000)
    );
    let backticks: String = (1..600)
        .map(|length| format!("e{}", "`".repeat(length)))
        .collect();
    vec![
        (">", ">".repeat(n)),
        (
            "> with lines",
            format!("{}a\n", ">".repeat(300)).repeat(300),
        ),
        ("[", "[".repeat(n)),
        ("![", "![".repeat(n / 2)),
        ("[a](", "[a](".repeat(n / 4)),
        ("[a](<b", "[a](<b".repeat(n / 6)),
        ("*", "*".repeat(n)),
        ("*a ", "*a ".repeat(n / 3)),
        ("*a **a ", "*a **a ".repeat(n / 7)),
        ("*a_ ", "*a_ ".repeat(n / 4)),
        (
            "nested emphasis",
            format!("{}a{}", "*a **b ".repeat(9_000), "c** d*".repeat(9_000)),
        ),
        ("- ", "- ".repeat(n / 2)),
        (
            "nested list",
            (0..300)
                .map(|depth| format!("{}- a\n", "  ".repeat(depth)))
                .collect(),
        ),
        ("backticks", backticks),
        ("table", table),
        ("pipes", "|".repeat(n)),
        ("<", "<".repeat(n)),
        ("<!--", "<!--".repeat(n / 4)),
        ("<a ", "<a ".repeat(n / 3)),
        ("<?", "<?".repeat(n / 2)),
        ("<!A", "<!A ".repeat(n / 4)),
        ("<![CDATA[", "<![CDATA[".repeat(n / 9)),
        ("&", "&".repeat(n)),
        ("~", "~".repeat(n)),
        ("~~a", "~~a ".repeat(n / 4)),
        (
            "references",
            format!(
                "[a]: https://example.org/{}\n\n{}",
                "b".repeat(50_000),
                "[a] ".repeat(30_000)
            ),
        ),
        (
            "definitions",
            (0..20_000)
                .map(|number| format!("[{number}]: b\n"))
                .collect(),
        ),
        ("addresses", "http://a.b ".repeat(n / 11)),
        ("http", "http".repeat(n / 4)),
        ("http://", "http://".repeat(n / 7)),
        ("parentheses", format!("http://a{}", ")".repeat(n))),
        ("hard breaks", "\\\n".repeat(n / 2)),
        ("rules", "***\n".repeat(n / 4)),
        ("fences", "```\n".repeat(n / 4)),
        ("code", format!("```rust\n{}\n```", "'\"`/*#".repeat(5_000))),
        (
            "apostrophes",
            format!("```rust\n{}\n```", "'\\".repeat(15_000)),
        ),
        ("digits", format!("```python\n{}\n```", "1 ".repeat(15_000))),
        ("markup", format!("```html\n{}\n```", "<a '".repeat(7_000))),
    ]
}

#[test]
fn hostile_text_is_laid_out_in_time() {
    let plain = "A **word**, and `another` one.\n\n".repeat(3_000);
    let started = Instant::now();
    render(&plain, Speaker::User, &mut PageCost::of_a_page());
    let plain_byte = started.elapsed().max(Duration::from_millis(100)) / 100_000;
    for (name, text) in hostile() {
        let started = Instant::now();
        let html = render(&text, Speaker::User, &mut PageCost::of_a_page()).into_string();
        let took = started.elapsed();
        println!(
            "{:>6} ms {:>9} bytes from {:>7}: {name}",
            took.as_millis(),
            html.len(),
            text.len()
        );
        // What is quadratic would take thousands of times as long as plain text of the same length.
        let limit = plain_byte * u32::try_from(text.len()).unwrap() * 100;
        assert!(took < limit, "{name} took {took:?} of {limit:?}");
        assert!(
            html.len() < 4 * 1024 * 1024,
            "{name} became {} bytes",
            html.len()
        );
    }
}
