//! Formulas with blanks inside of their dollars, with a tag behind them, and without an end.

use super::formulas::set;
use super::*;

#[test]
fn blanks_inside_of_dollars_do_not_matter() {
    for (markdown, formulas) in [
        ("$ a*b $ and $ c*d $", vec!["a*b", "c*d"]),
        ("The set $ \\{x\\} $", vec!["\\{x\\}"]),
        ("$ \\frac{1}{a} $", vec!["\\frac{1}{a}"]),
        ("$ x = 5 $.", vec!["x = 5"]),
        ("where $ a_1 $ is, and $ a_2 $.", vec!["a_1", "a_2"]),
        ("$ x^2 + y^2 = z^2 $", vec!["x^2 + y^2 = z^2"]),
        ("设 $ x_1 $ 为，$ \\alpha $ 也", vec!["x_1", "\\alpha"]),
        ("$ \\text{if } n > 0 $", vec!["\\text{if } n > 0"]),
        ("$ \\sin x $ or $ \\log_2 n $", vec!["\\sin x", "\\log_2 n"]),
        ("$ f(x) = 2x $", vec!["f(x) = 2x"]),
        ("$ O(n^2) $", vec!["O(n^2)"]),
        ("**Area:** $ \\pi r^2 $", vec!["\\pi r^2"]),
        ("- $ p < q $", vec!["p < q"]),
        ("| a |\n|-|\n| $ a_1*b $ |", vec!["a_1*b"]),
        ("$ \\{a\\}$ and $\\{b\\} $", vec!["\\{a\\}", "\\{b\\}"]),
        ("$ 2x + 3 = 7 $", vec!["2x + 3 = 7"]),
        ("$\\{a_n\\}$s, $2^n$th", vec!["\\{a_n\\}", "2^n"]),
    ] {
        assert_eq!(set(markdown), formulas, "{markdown}");
    }
}

#[test]
fn amounts_and_prompts_with_blanks_are_no_formulas() {
    for text in [
        "$ 5 and $ 10",
        "$ 5 or $ 10 or $ 15",
        "a $ b $ c",
        "$ 5 + $ 10 = $ 15",
        "$ 20 -> $ 30 -> $ 40",
        "5 $ + 3 $ = 8 $",
        "10 $ < x < 20 $ (about)",
        "$ 10 (= $ 20)",
        "$ 5 × 2 = $ 10",
        "共 $ 5 元和 $ 10 元",
        "price=$ 5, total=$ 10",
        "USD $ 5 = EUR $ 4",
        "$ 1,000 - $ 2,000",
        "$ ls -la | grep a_b $ cd x_y",
        "$ echo a_b; echo $ c",
        "$ export A=b\n$ echo $A",
        "$ cd /tmp\n$ ls = 5",
        "$ is = a dollar $",
        "$ 5 = 5 $",
    ] {
        assert_eq!(set(text), [""; 0], "{text}");
        assert_eq!(text_of(&laid_out(text)), text.replace('\n', ""));
    }
    for (code, text) in [
        ("`$ a*b $`", "$ a*b $"),
        ("```\n$ a*b $\n```", "$ a*b $"),
        ("$ a `*b $` $ c", "$ a *b $ $ c"),
    ] {
        assert_eq!(set(code), [""; 0], "{code}");
        assert_eq!(text_of(&laid_out(code)), text);
    }
}

#[test]
fn a_tag_behind_a_formula_belongs_to_it() {
    for (markdown, formula) in [
        ("\\[ x \\] \\tag{1}", "x \\tag{1}"),
        ("\\[ E = mc^2 \\]\\tag{2.1}", "E = mc^2 \\tag{2.1}"),
        ("$$ a_1 $$ \\tag{*}", "a_1 \\tag{*}"),
        ("$$\na*b\n$$ \\tag*{A}", "a*b \\tag*{A}"),
        ("\\[\nx\n\\]\n\\tag{3}", "x \\tag{3}"),
        ("\\[ x \\] \\label{eq:1}", "x \\label{eq:1}"),
        ("\\[ x \\tag{1} \\]", "x \\tag{1}"),
        ("> \\[ x \\] \\tag{4}", "x \\tag{4}"),
        ("\\[ x \\] \\tag{1} \\label{a}", "x \\tag{1} \\label{a}"),
    ] {
        assert_eq!(set(markdown), [formula], "{markdown}");
    }
    assert_eq!(set("\\[ y \\] (1)"), ["y"]);
    assert_eq!(
        text_of(&laid_out("- \\[ x \\] \\tag{1}"))
            .matches("\\tag")
            .count(),
        1
    );
    // Without its end it is text.
    assert_eq!(set("\\[ y \\] \\tag{1"), ["y"]);
}

#[test]
fn a_formula_that_was_cut_off_keeps_every_character() {
    for markdown in [
        "\\[ x = \\frac{-b \\pm c",
        "\\[\n\\begin{aligned}\na_1 &= b*c*d \\\\\n&= \\frac{1}{2",
        "\\( \\alpha_1 + \\beta_2*c*",
        "$$\n\\sum_{i=1}^n a_i*b_i*c \\\\\n\\left\\{ x",
        "\\begin{align}\na &= b \\\\\n\\{c\\} &= d",
    ] {
        let html = laid_out(&format!("So:\n\n{markdown}"));
        let text = text_of(&html);
        let kept = markdown.replace('\n', "");
        assert!(text.ends_with(&kept) || set(markdown).len() == 1, "{html}");
        assert!(!html.contains("<em>"), "{html}");
    }
    for (text, shown) in [
        ("a \\(b without an end *c*", "a (b without an end c"),
        ("a \\[b\n\nand so \\alpha", "a [band so \\alpha"),
        ("\\[see the file C:\\temp", "[see the file C:\\temp"),
        ("$$ \\alpha\n\n$5", "$$ \\alpha$5"),
    ] {
        assert_eq!(set(text), [""; 0], "{text}");
        assert_eq!(text_of(&laid_out(text)), shown);
    }
}
