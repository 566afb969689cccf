mod written;

use super::*;
use crate::effort::must_be_in_proportion;
use written::{BETWEEN_MARKS, CHANNELS, CLOSED_ALONE, TEXT};

fn assert_apart(written: &str, how: Extent, text: &str, thoughts: Option<&str>) {
    let expected = Split {
        text: text.to_owned(),
        thoughts: thoughts.map(str::to_owned),
    };
    assert_eq!(apart(written, how), expected, "{written:?}");
}

#[test]
fn thoughts_between_marks_are_taken_out() {
    for (written, text, thoughts) in BETWEEN_MARKS {
        assert_apart(written, Extent::Whole, text, Some(thoughts));
    }
}

#[test]
fn what_a_thought_ends_with_is_no_quotation_of_the_mark() {
    let (quoted, code) = (
        "<think>Say \"no\"</think>\"No.\"",
        "<think>Use `x`</think>`x`.",
    );
    assert_apart(quoted, Extent::Whole, "\"No.\"", Some("Say \"no\""));
    assert_apart(code, Extent::Whole, "`x`.", Some("Use `x`"));
    assert_apart(
        &code["<think>".len()..],
        Extent::Whole,
        "`x`.",
        Some("Use `x`"),
    );
}

#[test]
fn channels_are_read_as_they_were_written() {
    for (written, text, thoughts) in CHANNELS {
        assert_apart(written, Extent::Whole, text, *thoughts);
        let split = split(written, 3);
        assert_eq!(split.text.trim_end(), *text, "{written:?}");
        assert_eq!(split.thoughts.as_deref(), *thoughts, "{written:?}");
    }
    assert_apart("<|channel|>analysis", Extent::Cut, "", None);
    let split = unmarked("<|channel|>analysis<|message|>a<|end|><|channel|>analysis<|message|>b");
    assert_eq!(split.as_deref(), Some("a\n\nb"));
}

#[test]
fn marks_that_a_template_ends_with_are_no_text() {
    for (written, text) in [
        ("Hello.<|im_end|>", "Hello."),
        ("Hello.<|end|><|endoftext|>\n", "Hello."),
        ("Hello\n<|im_end|>\n", "Hello\n"),
        ("```\na\n```<|eot_id|>", "```\na\n```"),
        ("Hello.<end_of_turn>", "Hello."),
        ("<think/>\n\nHello.", "Hello."),
    ] {
        assert_apart(written, Extent::Whole, text, None);
        for size in 1..9 {
            assert_eq!(split(written, size).text, text, "{written:?} by {size}");
        }
    }
}

#[test]
fn thoughts_that_follow_those_of_a_server_are_taken_out() {
    let again = apart_again("Hello.\n<think>a</think>\nBye.", Extent::Whole);
    assert_eq!(
        (again.text.as_str(), again.thoughts.as_deref()),
        ("Hello.\nBye.", Some("a"))
    );
    let mut splitter = Splitter::default();
    splitter.is_after_thoughts();
    let mut split = splitter.push("Hello.\n<think>a</think>\nBye.");
    split.add(splitter.end(Extent::Whole));
    assert_eq!(
        (split.text.as_str(), split.thoughts.as_deref()),
        ("Hello.\nBye.", Some("\n\na"))
    );
}

#[test]
fn a_stream_and_the_whole_agree_on_what_a_reply_says() {
    let all = BETWEEN_MARKS
        .iter()
        .map(|(written, ..)| *written)
        .chain(TEXT.iter().copied());
    let all = all.chain(CHANNELS.iter().map(|(written, ..)| *written));
    for written in all {
        // Thoughts within thoughts are known by their end, and one pair of tags around all of an answer.
        if written.contains("<think>b</think>c")
            || written.contains("<answer>")
            || written.contains("<response>")
            || written.contains("mention </think>")
        {
            continue;
        }
        for how in [Extent::Whole, Extent::Cut] {
            let whole = apart(written, how);
            let split = split_with(written, 2, how);
            assert_eq!(split.text.trim(), whole.text.trim(), "{written:?} {how:?}");
            let said = split
                .thoughts
                .is_some_and(|thoughts| !thoughts.trim().is_empty());
            assert_eq!(said, whole.thoughts.is_some(), "{written:?} {how:?}");
        }
    }
    for unclosed in [
        "<think>secret and more",
        "<think> Secret",
        "<|channel|>analysis<|message|>a",
    ] {
        assert_eq!(split(unclosed, 1).text, "");
    }
}

#[test]
fn thoughts_that_are_only_closed_are_taken_out() {
    for (written, text, thoughts) in CLOSED_ALONE {
        assert_apart(written, Extent::Whole, text, Some(thoughts));
    }
    for (written, text) in [
        ("\n</think>\n\nYes.", "Yes."),
        ("<think>\n\n</think>\n\nYes.", "Yes."),
        ("Yes.\n</think>", "Yes."),
        ("</think>Yes.", "Yes."),
    ] {
        assert_apart(written, Extent::Whole, text, None);
        assert_eq!(apart_again(written, Extent::Whole).text, text);
    }
}

#[test]
fn text_that_speaks_of_marks_stays() {
    for text in TEXT {
        assert_apart(text, Extent::Whole, text, None);
        assert_eq!(apart_again(text, Extent::Whole).text, *text);
    }
    assert_eq!(apart_again("</think>yes", Extent::Whole).text, "yes");
    // The model thinks later, where its server has parted thoughts; else it speaks of the marks.
    let later = "Sure!\n<think>a</think>\nHello.";
    assert_apart(later, Extent::Whole, later, None);
    assert_eq!(split(later, 1).text, later);
    assert_eq!(apart_again(later, Extent::Whole).text, "Sure!\nHello.");
    // Its server has parted thoughts from it, so there are none.
    let (closed, ..) = CLOSED_ALONE[0];
    assert_eq!(apart_again(closed, Extent::Whole).text, closed);
}

#[test]
fn a_thought_that_does_not_end_leaves_nothing_said() {
    assert_apart("<think>\nHm", Extent::Whole, "", Some("Hm"));
    assert_apart("<think>Hm", Extent::Cut, "", Some("Hm"));
    assert_apart("<think>Hm", Extent::Whole, "", Some("Hm"));
    assert_apart("<think> Hm", Extent::Whole, "", Some("Hm"));
    assert_apart(
        "<think>secret and more",
        Extent::Whole,
        "",
        Some("secret and more"),
    );
    assert_apart("<think> tags", Extent::Whole, "<think> tags", None);
    assert_apart("<think> so", Extent::Cut, "", Some("so"));
    assert_apart("<reflection>so", Extent::Cut, "<reflection>so", None);
}

#[test]
fn thoughts_of_a_server_lose_their_marks() {
    for (sent, thoughts) in [
        ("Hm.", Some("Hm.")),
        ("<thought>Hm.", Some("Hm.")),
        ("<think>\nHm.\n</think>\n", Some("Hm.")),
        ("<think>a</think>b", Some("a\n\nb")),
        ("", None),
        ("\n \n", None),
        ("<think></think>", None),
    ] {
        assert_eq!(unmarked(sent).as_deref(), thoughts, "{sent:?}");
    }
}

#[test]
fn thoughts_that_come_twice_are_kept_once() {
    let some = |thoughts: &str| Some(thoughts.to_owned());
    for (sent, found, all) in [
        (some("a"), some("a"), some("a")),
        (some("a"), some("b"), some("a\n\nb")),
        (some("a"), None, some("a")),
        (None, some("a"), some("a")),
        (None, None, None),
    ] {
        assert_eq!(united(sent, found), all);
    }
}

#[test]
fn an_answer_in_a_channel_needs_no_thought_before_it() {
    for written in [
        "<|channel|>final<|message|>Hi<|return|>",
        "<|channel|>final<|message|>Hi",
        "<|start|>assistant<|channel|>final<|message|>Hi<|return|>",
    ] {
        assert_apart(written, Extent::Whole, "Hi", None);
    }
    let thought = "<|start|>assistant<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi";
    assert_apart(thought, Extent::Whole, "Hi", Some("Hm."));
}

#[test]
fn a_mark_may_say_how_long_the_thought_took() {
    let written = "<think time=\"3\">\nHm.\n</think>\nYes.";
    assert_apart(written, Extent::Whole, "Yes.", Some("Hm."));
    for text in [
        "<think about it> now</think> is",
        "<thought id=\"1\">a</thought>\nb",
        "<think =<b>",
    ] {
        assert_apart(text, Extent::Whole, text, None);
    }
}

/// All that is told in pieces of so many characters.
fn split(written: &str, size: usize) -> Split {
    split_with(written, size, Extent::Whole)
}

fn split_with(written: &str, size: usize, how: Extent) -> Split {
    let mut splitter = Splitter::default();
    let characters: Vec<char> = written.chars().collect();
    let mut all = Split::default();
    let pieces = characters
        .chunks(size)
        .map(|piece| piece.iter().collect::<String>());
    let mut add = |next: Split| {
        all.text.push_str(&next.text);
        if let Some(thoughts) = next.thoughts {
            all.thoughts.get_or_insert_default().push_str(&thoughts);
        }
    };
    for piece in pieces {
        add(splitter.push(&piece));
    }
    add(splitter.end(how));
    all
}

#[test]
fn the_result_does_not_depend_on_how_pieces_are_cut() {
    for written in BETWEEN_MARKS
        .iter()
        .map(|(written, ..)| written)
        .chain(TEXT)
    {
        let whole = split(written, usize::MAX);
        for size in 1..12 {
            assert_eq!(split(written, size), whole, "{written:?} by {size}");
        }
    }
    for text in TEXT {
        let split = split(text, 1);
        assert_eq!(split.text, *text);
        assert_eq!(split.thoughts, None, "{text:?}");
    }
    for (written, text, thoughts) in BETWEEN_MARKS {
        let split = split(written, 1);
        assert!(split.text.contains(text), "{written:?}: {split:?}");
        assert!(split.thoughts.is_some(), "{written:?}");
        assert!(thoughts.len() <= written.len());
    }
}

#[test]
fn what_repeats_100_000_times_takes_no_time() {
    for repeated in [
        "<think></think>",
        "</think>",
        "<think>",
        "`</think>` ",
        " ",
        "`a` ",
    ] {
        let text = repeated.repeat(100_000);
        assert!(apart(&text, Extent::Whole).text.len() <= text.len());
        assert!(split(&text, 70).text.len() <= text.len());
    }
}

#[test]
fn the_time_is_in_proportion_to_the_text() {
    for repeated in [
        "<",
        "\n<think>a</think>",
        "\n<think>`</think>`",
        "\n<think>",
        "<|end|>",
        "<|start|>assistant<|channel|>analysis<|message|>a<|end|>",
        "<|channel|>final<|message|>a<|im_end|>",
        "```\n",
    ] {
        for begin in ["", "<think>a</think>b", "<reasoning>"] {
            must_be_in_proportion(repeated, 32 * 1024, |size| {
                let text = format!("{begin}{}", repeated.repeat(size / repeated.len()));
                let _ = (apart(&text, Extent::Whole), split(&text, 7));
            });
        }
    }
}
