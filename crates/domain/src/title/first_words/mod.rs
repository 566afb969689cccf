//! The words of a message that can name a conversation.

mod around;
mod rank;

use crate::text;
use crate::title::greeting::is_greeting;
use crate::visible::is_blank;
use around::{LineContext, is_mark};
use rank::{ADDRESS, CODE, GREETING, MARK, QUOTED, SENTENCE};
use std::borrow::Cow;

/// How much of a message is read, in bytes.
const LOOKED_AT: usize = 16 * 1024;

/// How many greetings are passed by.
const GREETINGS: usize = 4;

/// The first meaningful words, at most `max` characters: of prose that a person wrote, else of a quotation
/// or between tags, else of code or a formula, else an address, else a greeting, else any other words. `None`
/// when the beginning has no visible text.
pub(super) fn of(message: &str, max: usize) -> Option<String> {
    let message = beginning(message);
    let mut second_best: Option<(u8, &str)> = None;
    let mut around = LineContext::of(message);
    let mut greetings = 0;
    for line in message.lines() {
        let (quoted, inside) = without_quote(line);
        let Some((rank, inside)) = around.see(inside) else {
            continue;
        };
        let words = match rank {
            CODE => inside,
            _ => without_marks(inside),
        };
        if !words.chars().any(|c| c.is_alphanumeric() && !is_blank(c)) {
            continue;
        }
        let own = match words {
            _ if is_mark(words) => MARK,
            _ if greetings < GREETINGS && is_greeting(words) => GREETING,
            _ if is_address(words) => ADDRESS,
            _ if quoted || inside.starts_with('|') => QUOTED,
            _ => SENTENCE,
        };
        greetings += usize::from(own == GREETING);
        let rank = rank.max(own);
        if rank == SENTENCE {
            return text::first_line(&without_inline_marks(words), max);
        }
        if second_best.is_none_or(|(best, _)| rank < best) {
            second_best = Some((rank, words));
        }
    }
    match second_best {
        Some((_, words)) => text::first_line(words, max),
        None => text::first_line(message, max),
    }
}

fn beginning(message: &str) -> &str {
    let end = (0..=LOOKED_AT.min(message.len()))
        .rev()
        .find(|end| message.is_char_boundary(*end));
    message.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn without_quote(line: &str) -> (bool, &str) {
    let inside = line.trim().trim_start_matches(['>', ' ']);
    (
        line.trim_start().starts_with("> ") || line.trim_start().starts_with(">>"),
        inside.trim(),
    )
}

/// Without the marks of a heading, a list, a task or a table.
fn without_marks(line: &str) -> &str {
    let heading = line.trim_start_matches('#');
    let mut line = match heading.starts_with(char::is_whitespace) {
        true => heading.trim_end_matches('#').trim(),
        false => line,
    };
    if let Some(cells) = line.strip_prefix("| ") {
        line = cells.trim_matches([' ', '|']);
    }
    for mark in ["- ", "* ", "+ ", "• ", "[ ] ", "[x] ", "[X] "] {
        line = line.strip_prefix(mark).map_or(line, str::trim);
    }
    line
}

/// The line without the marks around words: of bold words, and of a link.
fn without_inline_marks(line: &str) -> Cow<'_, str> {
    const MARKS: [char; 5] = ['*', '[', '!', '_', '`'];
    let mut rest = line.trim_end_matches([' ', '|']);
    if !rest.contains(MARKS) {
        return Cow::Borrowed(rest);
    }
    let mut out = String::new();
    while let Some(at) = rest.find(MARKS) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let edge = |text: &str, out: &str| {
            let mark = text.len();
            let after = found.get(mark..).and_then(|rest| rest.chars().next());
            let word = |c: char| c.is_alphanumeric();
            let opens = !out.ends_with(word) && after.is_some_and(|c| !c.is_whitespace());
            let closes = out.ends_with(|c: char| !c.is_whitespace()) && !after.is_some_and(word);
            opens && found.get(mark..).is_some_and(|rest| rest.contains(text))
                || closes && line.matches(text).count() > 1
        };
        let code = found
            .strip_prefix('`')
            .and_then(|inside| inside.find('`'))
            .map(|end| found.split_at(end + 2));
        if let Some((name, after)) = special_name(found) {
            out.push_str(name);
            rest = after;
        } else if let Some((code, after)) = code {
            out.push_str(code);
            rest = after;
        } else if let Some((text, after)) = link(found) {
            out.push_str(text);
            rest = after;
        } else if let Some(mark) = ["**", "__"]
            .into_iter()
            .find(|mark| found.starts_with(*mark) && edge(mark, &out))
        {
            rest = found.strip_prefix(mark).unwrap_or_default();
        } else {
            let end = found.chars().next().map_or(0, char::len_utf8);
            let (one, after) = found.split_at(end);
            out.push_str(one);
            rest = after;
        }
    }
    out.push_str(rest);
    match out.chars().any(char::is_alphanumeric) {
        true => Cow::Owned(out),
        false => Cow::Borrowed(line),
    }
}

/// A name with underscores, as in `__init__`, and the text after it.
fn special_name(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("__")?;
    let end = inside.find(|c: char| !c.is_ascii_lowercase() && c != '_')?;
    let (name, after) = text.split_at(end + 2);
    (name.len() > 4 && name.ends_with("__")).then_some((name, after))
}

/// The text of the link or the image at the beginning, and the text after it.
fn link(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?;
    let (words, rest) = inside.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    let leads = address.contains(['/', ':', '.', '#']) && !address.contains(char::is_whitespace);
    let apt = !words.contains(['[', ']']) && !words.is_empty() && leads;
    apt.then_some((words, after))
}

/// Whether the words are an address only.
fn is_address(words: &str) -> bool {
    let scheme = ["http://", "https://"]
        .iter()
        .any(|scheme| words.starts_with(scheme));
    (scheme || words.starts_with("![")) && !words.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::must_be_in_proportion;

    fn title(message: &str) -> Option<String> {
        of(message, 60)
    }

    const FIRST_WORDS: &[(&str, &str)] = &[
        ("How do I get to Oslo?", "How do I get to Oslo?"),
        (
            "\n  How do I get to Oslo?  \nBy train.",
            "How do I get to Oslo?",
        ),
        ("# How do I get to Oslo?", "How do I get to Oslo?"),
        ("## Oslo ##\ntext", "Oslo"),
        ("---\n\n# Oslo", "Oslo"),
        ("***\nOslo", "Oslo"),
        ("...\nOslo", "Oslo"),
        ("- Oslo\n- Bergen", "Oslo"),
        ("* Oslo", "Oslo"),
        ("- [ ] Book a train", "Book a train"),
        ("**Oslo** by train", "Oslo by train"),
        ("**Oslo: by train**", "Oslo: by train"),
        ("__Oslo__ by train", "Oslo by train"),
        ("__init__ what?", "__init__ what?"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nExplain", "Explain"),
        ("| City | Days |\n|-|-|", "City | Days"),
        ("> They said so.\n\nIs it true?", "Is it true?"),
        ("> They said so.", "They said so."),
        (">> deep\n> less", "deep"),
        (
            "```python\nprint(1)\n```\nWhy does it fail?",
            "Why does it fail?",
        ),
        ("```python\nprint(1)\n```", "print(1)"),
        ("~~~\nx = 1\n~~~\n\nExplain", "Explain"),
        ("````\n```\na\n```\n````\nWhat is this?", "What is this?"),
        ("```\nnever closed", "never closed"),
        ("Explain ```x = 1``` to me", "Explain ```x = 1``` to me"),
        ("https://example.org/a\nSum this up", "Sum this up"),
        ("https://example.org/a", "https://example.org/a"),
        ("See https://example.org/a", "See https://example.org/a"),
        (
            "[The news](https://example.org/a) of today",
            "The news of today",
        ),
        (
            "![](data:image/png;base64,AAAA)\nWhat is in this picture?",
            "What is in this picture?",
        ),
        (
            "![A cat](https://example.org/cat.png) what is it?",
            "A cat what is it?",
        ),
        ("C# or F#?", "C# or F#?"),
        ("#hashtags in use", "#hashtags in use"),
        ("SELECT * FROM a", "SELECT * FROM a"),
        (
            "What do *args and **kwargs do?",
            "What do *args and **kwargs do?",
        ),
        ("2**3**4?", "2**3**4?"),
        ("What is `__init__` for?", "What is `__init__` for?"),
        ("array[0](x) fails", "array[0](x) fails"),
        ("1. Liga", "1. Liga"),
        ("1984", "1984"),
        ("\u{feff}Oslo", "Oslo"),
        ("你好，世界", "你好，世界"),
        ("**重点**：奥斯陆", "重点：奥斯陆"),
        ("مرحبا", "مرحبا"),
        ("???", "???"),
        ("😀", "😀"),
        ("+1", "+1"),
        ("-5 degrees", "-5 degrees"),
        ("> 5 or < 3?", "5 or < 3?"),
        ("<details>\n\nOslo", "Oslo"),
        ("$x^2$ and $y$", "$x^2$ and $y$"),
        ("a\u{7}b", "a b"),
        // What says something comes after a greeting, and after what is around it.
        ("Hi", "Hi"),
        ("Hello, can you help me?", "Hello, can you help me?"),
        (
            "Hi!\n\nHow do I sort a list in Rust?",
            "How do I sort a list in Rust?",
        ),
        (
            "Hello, can you help me?\nMy printer is broken",
            "My printer is broken",
        ),
        (
            "Bonjour,\n\nPouvez-vous relire mon CV ?",
            "Pouvez-vous relire mon CV ?",
        ),
        ("Dear ChatGPT,\nplease write a poem", "please write a poem"),
        ("Guten Tag!\nWo ist Oslo?", "Wo ist Oslo?"),
        ("你好！\n怎么去奥斯陆？", "怎么去奥斯陆？"),
        ("こんにちは。\nオスロへ行きたい", "オスロへ行きたい"),
        ("Привет!\nГде Осло?", "Где Осло?"),
        ("Hello world\nin Rust", "Hello world"),
        ("Hi\n```\nx = 1\n```", "x = 1"),
        (
            "<context>\nsome context\n</context>\n\nSum this up",
            "Sum this up",
        ),
        ("<context>\nsome context\n</context>", "some context"),
        ("<!-- a\nb -->\nReal question", "Real question"),
        ("<!-- a --> Real question", "Real question"),
        ("<!-- a -->", "<!-- a -->"),
        ("<b>", "<b>"),
        ("[image: a.png]\nWhat is this?", "What is this?"),
        ("[Attachment: a.pdf]", "[Attachment: a.pdf]"),
        ("---\ntitle: x\n---\nWhat is YAML?", "What is YAML?"),
        ("$$x^2$$\nSolve it", "Solve it"),
        ("\\[\nx^2\n\\]\nSolve it", "Solve it"),
        (
            "Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'x'\n\nWhy?",
            "Why?",
        ),
        (
            "Traceback (most recent call last):\n  File \"a.py\"",
            "Traceback (most recent call last):",
        ),
    ];

    #[test]
    fn the_first_words_that_say_something_name_a_conversation() {
        for (message, expected) in FIRST_WORDS {
            assert_eq!(title(message).as_deref(), Some(*expected), "{message:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_names_nothing() {
        for message in ["", " \n\t", "\u{200b}", "\u{2060}\n\u{feff}", "\u{3164}"] {
            assert_eq!(title(message), None, "{message:?}");
        }
    }

    #[test]
    fn long_words_are_cut_and_a_long_message_costs_little() {
        let long = "Plan the trip to Oslo in the spring with the **whole** family and two dogs";
        let cut = "Plan the trip to Oslo in the spring with the whole family…";
        assert_eq!(title(long).as_deref(), Some(cut));
        for piece in [
            "\n",
            "<!-- ",
            "<a>\n",
            "Hi!\n",
            "$$\n",
            "[image: a]\n",
            "```\n",
            "> a\n",
            "**",
            "[",
            "[a](",
            "![",
            "__a",
            "- ",
        ] {
            must_be_in_proportion(piece, 1_000_000, |size| {
                let _ = title(&piece.repeat(size / piece.len()));
            });
        }
    }
}
