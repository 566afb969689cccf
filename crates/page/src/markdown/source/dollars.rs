//! Dollars: around a formula, or before an amount.

use super::prose::is_prose;
use super::tex;

/// How long a formula between single dollars is at the most, in bytes.
const LONGEST: usize = 1024;

/// The length of the formula between single dollars that `rest` begins with, dollars included.
///
/// As in Pandoc, no digit follows the second dollar, and mostly no space stands inside of them. Amounts
/// pass even so: `($5) or ($6)`, `$5–$10`. So the text between them must look like a formula.
pub(super) fn length(before: &str, rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('$')?;
    // US$5, R$5
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '$') {
        return None;
    }
    let end = closing(inside).filter(|end| *end <= LONGEST)?;
    let formula = inside.get(..end)?;
    let after = inside.get(end + 1..)?;
    let space = char::is_whitespace;
    let apt = match formula.starts_with(space) || formula.ends_with(space) {
        false => is_formula(formula),
        true => is_formula_with_blanks(before, formula, after),
    };
    // `$HOME/$USER` are names; the `$2^n$th` is a formula.
    let tex = || formula.contains(['\\', '^']) && !tex::has_words(formula);
    let ends = !after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '{'))
        && (!after.starts_with(|c: char| c.is_ascii_alphabetic()) || tex());
    (apt && ends).then_some(end + 2)
}

/// `$ a*b $`, as some models write. `$ 5 + $ 10`, `5 $ + 3 $`, and text between the prompts of two
/// commands are not formulas, so the conditions are stricter than for one without blanks.
fn is_formula_with_blanks(before: &str, inside: &str, after: &str) -> bool {
    let text = inside.trim_matches(' ');
    if text.contains('\n') || tex::has_words(text) || !balanced(text) {
        return false;
    }
    if tex::has_command(text) {
        return true;
    }
    let digit = |c: char| c.is_ascii_digit();
    let amount = before.trim_end_matches(' ').ends_with(digit)
        || after.trim_start_matches(' ').starts_with(digit);
    let operator = |c: char| {
        matches!(
            c,
            '=' | '+'
                | '*'
                | '/'
                | '<'
                | '>'
                | '|'
                | '-'
                | '–'
                | '×'
                | '·'
                | '→'
                | '≤'
                | '≥'
                | '≈'
                | ','
                | ':'
        )
    };
    let whole =
        !text.ends_with(operator) && !text.strip_prefix('-').unwrap_or(text).starts_with(operator);
    let both = inside.starts_with(' ') && inside.ends_with(' ');
    let symbols = text.contains([
        '^', '_', '=', '+', '<', '>', '*', '≤', '≥', '≈', '∈', '×', '·', '→',
    ]);
    both && whole && !amount && symbols && text.contains(char::is_alphabetic)
}

/// Where the next dollar is that is not escaped, on this line or the next.
fn closing(inside: &str) -> Option<usize> {
    let mut escaped = false;
    let mut lines = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '$' if !escaped => return Some(at),
            '\n' => {
                lines += 1;
                if lines > 2 {
                    return None;
                }
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

fn is_formula(text: &str) -> bool {
    let words = || {
        text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | '-' | '–'))
    };
    // A word outside of commands and their arguments.
    let word = |word: &&str| word.len() > 2 && word.chars().all(char::is_alphabetic);
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        // An amount and words about it: "5 + tax (or 10". A number alone is a formula.
        let symbols = text.contains(['\\', '^', '_', '=', '+', '<', '>', '*', '×', '≤', '≥', '≈']);
        let number = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '/' | ':' | '!' | '-'));
        let factor = text.len() < 5 && text.chars().all(|c| c.is_ascii_alphanumeric());
        return (symbols || number && !text.ends_with(['-', ',', '.', '/', ' ']) || factor)
            && (text.contains('\\') || !words().any(|it| word(&it)) && balanced(text));
    }
    let symbols = text.contains([
        '\\', '^', '_', '=', '+', '<', '>', '|', '{', '*', '≤', '≥', '≈', '∈', '×', '·', '→',
    ]);
    let short = text.chars().count() <= 2;
    let name = text.chars().all(|c| {
        c.is_alphanumeric()
            || matches!(
                c,
                '(' | ')'
                    | '['
                    | ']'
                    | ','
                    | ' '
                    | '-'
                    | '/'
                    | '\''
                    | '′'
                    | '!'
                    | '.'
                    | ':'
                    | ';'
                    | '%'
            )
    });
    let letters = name && words().all(|word| word.chars().count() <= 2 || is_upper(word));
    balanced(text)
        && !is_prose(text)
        && (symbols && (text.contains('\\') || words().filter(word).count() < 2)
            || short
            || letters)
}

/// A triangle, a set: `ABC`.
fn is_upper(word: &str) -> bool {
    word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase())
}

fn balanced(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
        || text.contains('\\')
        || text.contains(['[', ']'])
}

/// Whether there are more than two dollars before or after a formula between double ones.
pub(super) fn more(before: &str, after: &str) -> bool {
    before.ends_with('$') || after.starts_with('$')
}

/// Whether the text between double dollars is a formula: `$$ and $$$` are classes of prices.
pub(super) fn says_something(inside: &str) -> bool {
    let escaped = inside.replace("\\$", "");
    let text = inside.trim();
    let formula = inside.starts_with('\n')
        || text.contains(['\\', '^', '_', '=', '+', '<', '>', '|', '{', '*', '/', '-'])
        || text.chars().count() <= 2
        || text.chars().all(|c| !c.is_alphabetic())
        || !text.contains(char::is_whitespace) && inside == text;
    (!escaped.contains('$') || inside.contains("\\text")) && formula && !is_prose(text)
}
