//! Explains in plain words why a body is not JSON.

use serde_json::error::{Category, Error};

/// The most levels of lists and objects in a body, the body's own object included. The reader
/// allows one less in `preferences`, which it reads alone.
const DEPTH: &str = "lists and objects are nested more than 128 levels deep, which is the limit";

/// The fault, and the right form. Serde gives the kind of a fault only in its text; tests pin each
/// sentence.
pub(crate) fn fault(error: &Error) -> &'static str {
    if error.classify() == Category::Eof {
        return "it ends too early";
    }
    let text = error.to_string();
    let kind = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(kind, _)| kind);
    match kind {
        "key must be a string" => "a name must stand in double quotes, as in {\"title\": \"Oslo\"}",
        "expected ident" | "expected value" => {
            "a value must be a text in double quotes, a number, true, false, null, a list or an \
             object"
        }
        "expected `:`" => "a colon must stand between a name and its value",
        "expected `,` or `]`" => "a comma or `]` must follow a value of a list",
        "expected `,` or `}`" => "a comma or `}` must follow a value of an object",
        "trailing comma" => "a comma must not stand before the closing bracket",
        "trailing characters" => "more text follows the object, and a body is one object",
        "invalid number" => "a number must be written like 1, -1, 0.5 or 1e9",
        "number out of range" => "a number is too large: the largest is about 1.8e308",
        "invalid escape" => {
            "after a backslash in a text must stand one of \" \\ / b f n r t, or u and four \
             hexadecimal digits"
        }
        "lone leading surrogate in hex escape"
        | "unexpected end of hex escape"
        | "invalid unicode code point" => "a text has half of a surrogate pair",
        "recursion limit exceeded" => DEPTH,
        _ if kind.starts_with("control character") => {
            "a text must not have control characters: write a line break as \\n, and a tab as \\t"
        }
        _ => "it breaks a rule of JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_fault_is_described_in_plain_words() {
        let deep = "[".repeat(200);
        for (text, beginning) in [
            ("{", "it ends too early"),
            ("{a: 1}", "a name must"),
            ("{\"a\" 1}", "a colon must"),
            ("{\"a\": 1 2}", "a comma or `}`"),
            ("[1 2]", "a comma or `]`"),
            ("[1,]", "a comma must not"),
            ("{} x", "more text follows"),
            ("tale", "a value must"),
            ("NaN", "a value must"),
            ("01", "a number must"),
            ("1e999", "a number is too large"),
            (r#""\x""#, "after a backslash"),
            (r#""\u12zz""#, "after a backslash"),
            (r#""\ud800x""#, "a text has half"),
            (r#""\ude00""#, "a text has half"),
            ("\"\n\"", "a text must not"),
            (&deep, "lists and objects"),
        ] {
            let fault = fault(&serde_json::from_str::<Value>(text).unwrap_err());
            assert!(fault.starts_with(beginning), "{text}: {fault}");
        }
    }
}
