//! Formulas keep every character, and amounts of money are none.

use super::*;
use std::time::{Duration, Instant};

/// The sources of the formulas that are set.
pub(super) fn set(markdown: &str) -> Vec<String> {
    let html = render(markdown, Speaker::Assistant, &mut PageCost::of_a_page()).into_string();
    let sources = html
        .split("<annotation encoding=\"application/x-tex\">")
        .skip(1);
    let sources = sources.map(|rest| rest.split_once("</annotation>").unwrap().0);
    sources.map(text_of).collect()
}

const FORMULAS: &[(&str, &[&str])] = &[
    ("\\( a_1 \\)", &["a_1"]),
    (
        "\\[ x = \\frac{-b \\pm c}{2a} \\]",
        &["x = \\frac{-b \\pm c}{2a}"],
    ),
    (
        "$$\\mathbb{Z}_{+} \\to \\mathbb{Z}_{+}$$",
        &["\\mathbb{Z}_{+} \\to \\mathbb{Z}_{+}"],
    ),
    (
        "$$\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n$$",
        &["\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}"],
    ),
    ("$f*g*h$", &["f*g*h"]),
    ("$\\{x \\mid x>0\\}$", &["\\{x \\mid x>0\\}"]),
    ("$\\int x\\,dx$", &["\\int x\\,dx"]),
    ("$a_1$ and $a_2$", &["a_1", "a_2"]),
    ("设$x$为实数，$y^2$也是", &["x", "y^2"]),
    (
        "$n$, $f(x)$, $2x$, $5$, $ABC$, $(a, b)$",
        &["n", "f(x)", "2x", "5", "ABC", "(a, b)"],
    ),
    ("**$x$**", &["x"]),
    ("- \\(x\\)\n- $y$", &["x", "y"]),
    ("1. a\n   \\[\n   x\n   \\]", &["x"]),
    ("> $$\n> a\n> - b\n> $$", &["a\n - b"]),
    ("\\[\na\n= b\n- c\n+ d\n\\]", &["a\n= b\n- c\n+ d"]),
    ("$$\na\n=\nb\n$$", &["a\n=\nb"]),
    ("$$\na\n\nb\n$$", &["a\n\nb"]),
    ("|a|b|\n|-|-|\n|$|x|$|\\(y|z\\)|", &["|x|", "y|z"]),
    ("# The $n$th", &[]),
    ("# Let $n$ be", &["n"]),
    (
        "\\begin{align}\na &= b \\\\\n&= c\n\\end{align}",
        &["\\begin{align}\na &= b \\\\\n&= c\n\\end{align}"],
    ),
    ("$$ a &= b \\\\ &= c $$", &["a &= b \\\\ &= c"]),
    ("$100\\%$ of \\(50% x\\)", &["100\\%", "50% x"]),
    ("\\(\\boxed{42}\\)", &["\\boxed{42}"]),
    (
        "\\(\\text{if $x$ is 50\\%}\\)",
        &["\\text{if $x$ is 50\\%}"],
    ),
    (
        "\\(\\operatorname*{arg\\,min}_x f\\)",
        &["\\operatorname*{arg\\,min}_x f"],
    ),
    ("\\(a<b>c\\)", &["a<b>c"]),
    (
        "$\\mathcal{L}_{\\text{a_b}}$",
        &["\\mathcal{L}_{\\text{a_b}}"],
    ),
    ("$E=mc^2$。", &["E=mc^2"]),
    ("\\[a\\] and \\[b=c\\]", &["b=c"]),
    ("The \\[ v \\] is, and \\[ A \\]", &["v", "A"]),
    (
        "A = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
        &["\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}"],
    ),
    (
        "**Matrix:** \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
        &["\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}"],
    ),
    ("text \\[\na\n\\] text", &["a"]),
    ("$x$-axis", &["x"]),
    ("($x$)", &["x"]),
    ("[see $x$](https://example.org)", &["x"]),
    ("\\(价格 = 5\\)", &["价格 = 5"]),
    ("a \\$5 and $x$", &["x"]),
];

#[test]
fn formulas_are_set_and_keep_every_character() {
    for (markdown, formulas) in FORMULAS {
        assert_eq!(set(markdown), *formulas, "{markdown}");
    }
}

#[test]
fn amounts_of_money_are_no_formulas() {
    for text in [
        "$5 and $10",
        "It costs $5, or $10 with tax.",
        "($5) or ($6)",
        "$5-$10",
        "$5–$10",
        "$5/month to $35–$50/psf",
        "US$5 and US$6",
        "R$ 10 e R$ 20",
        "(~$1.50) and (~$10)",
        "$148+ → $19",
        "5$ and 10$",
        "$1,000.50 is $1k",
        "$HOME and $PATH",
        "$HOME/$USER",
        "a $ b $ c",
        "$",
        "$$",
        "$$$",
        "$$ and $$$",
        "cheap ($), fair ($$), dear ($$$)",
        "from $50M to $72M",
        "$5 + tax (or 10$)",
        "${a} and ${b}",
        "${a}-${b}",
        "$20 = about €19, not £19$",
        "$foo$",
        "costs $5.",
        "€5 and $5",
        "$x and then $y$z",
    ] {
        assert_eq!(set(text), [""; 0], "{text}");
        let html = laid_out(text);
        assert!(!html.contains("<code"), "{html}");
        assert_eq!(text_of(&html), text);
    }
}

#[test]
fn code_and_escapes_are_no_formulas() {
    for (markdown, text) in [
        ("`$x$` and `\\(y\\)`", "$x$ and \\(y\\)"),
        ("`` a ` $x$ ``", "a ` $x$"),
        (
            "```\n$x$ \\(y\\) **「a」**b https://a.b 2*3*4\n```",
            "$x$ \\(y\\) **「a」**b https://a.b 2*3*4",
        ),
        ("    $x$ \\[y\\]", "$x$ \\[y\\]"),
        ("- a\n\n  ```\n  $x$\n  ```", "a$x$"),
        ("\\$x\\$", "$x$"),
        ("\\[1\\]", "[1]"),
        ("- \\[ x \\] done", "[ x ] done"),
        ("see \\[1\\] and \\(see below\\)", "see [1] and (see below)"),
        ("\\\\(x\\\\)", "\\(x\\)"),
        ("$x `$` y", "$x $ y"),
    ] {
        assert_eq!(set(markdown), [""; 0], "{markdown}");
        assert_eq!(text_of(&laid_out(markdown)), text, "{markdown}");
    }
}

#[test]
fn what_cannot_be_set_is_shown_as_it_was_written() {
    for formula in [
        "\\(\\ce{H2O_4*a*}\\)",
        "$\\unknown_a*b*$",
        "\\[ \\frac{a \\]",
        "$$\\def\\a{\\a\\a}\\a$$",
        "\\(\\href{javascript:alert(1)}{x}\\)",
        "$$ {a $$",
        "\\(\\htmlClass{a}{b}\\)",
        "\\(\\text{a \\textbf{b}}\\)",
    ] {
        let html = laid_out(formula);
        assert!(
            html.contains("<code class=\"formula\">") && !html.contains("<math"),
            "{html}"
        );
        assert_eq!(text_of(&html), formula);
    }
    let long = format!("\\[ {} \\]", "a_1 + b_1*c*".repeat(1_000));
    assert_eq!(text_of(&laid_out(&long)), long);
    let html = laid_out("\\(\\operatorname{<img src=x onerror=alert(1)>}\\)");
    assert!(
        !html.contains("<img") && html.contains("<mo>&lt;</mo>"),
        "{html}"
    );
    assert_eq!(
        text_of(&laid_out("a \\(b without an end *c*")),
        "a (b without an end c"
    );
}

#[test]
fn hostile_formulas_cost_little_and_stay_text() {
    let n = 1_000;
    let started = Instant::now();
    laid_out(&format!("$${}$$", "x^2+y_1 ".repeat(500)));
    let plain = started.elapsed().max(Duration::from_millis(20));
    for formula in [
        format!("{}{}", "{".repeat(n), "}".repeat(n)),
        "\\frac".repeat(n),
        "\\frac{1}{".repeat(400) + &"}".repeat(400),
        "\\sqrt".repeat(n),
        "\\hat ".repeat(800),
        "\\mathbb ".repeat(500),
        "\\not".repeat(n),
        "x^{".repeat(n) + &"}".repeat(n),
        "\\left(".repeat(300) + &"\\right)".repeat(300),
        "\\begin{matrix}".repeat(100) + &"\\end{matrix}".repeat(100),
        "[".repeat(4_000),
        "\\text{".repeat(600) + &"}".repeat(600),
        "\\boxed{".repeat(400) + &"}".repeat(400),
        "\\norm{".repeat(31) + &"}".repeat(31),
        "'".repeat(4_000),
        "\\hspace{99999cm}".to_owned(),
        "\\mathstrut x".to_owned(),
        "a\\\\[99999cm]b".to_owned(),
        "\\text{$".repeat(500) + &"$}".repeat(500),
        "_".repeat(n),
        "\\sqrt[".repeat(600),
        "\\operatorname{\\mathop{".repeat(20) + &"}}".repeat(20),
        "\\sqrt{}\\hat{}".repeat(300),
    ] {
        let started = Instant::now();
        let html = laid_out(&format!("$${formula}$$"));
        let took = started.elapsed();
        println!("{:>9} bytes in {took:?}: {formula:.20}", html.len());
        // A plain one of about this length, and what is quadratic would take a thousand times as long.
        assert!(
            took < plain * 50,
            "{formula:.40} took {took:?}, a plain one {plain:?}"
        );
        assert!(
            !html.contains("99999cm\"") && !html.contains("style="),
            "{html}"
        );
    }
}

#[test]
fn a_page_sets_so_many_formulas_and_no_more() {
    let mut budget = PageCost::of_a_page();
    let message = format!("${}$\n\n", "x+".repeat(400) + "x").repeat(100);
    let count = |budget: &mut PageCost| {
        render(&message, Speaker::User, budget)
            .into_string()
            .matches("<math")
            .count()
    };
    assert_eq!(count(&mut budget), 100);
    assert!(count(&mut budget) < 100);
}
