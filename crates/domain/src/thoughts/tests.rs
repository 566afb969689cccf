use super::*;

fn assert_apart(written: &str, how: Extent, text: &str, thoughts: Option<&str>) {
    let expected = Apart {
        text: text.to_owned(),
        thoughts: thoughts.map(str::to_owned),
    };
    assert_eq!(apart(written, how), expected, "{written:?}");
}

/// Written, what it says, what it thinks.
const BETWEEN_MARKS: &[(&str, &str, &str)] = &[
    (
        "<think>\nHm.\n</think>\n\nHere is a polite letter.",
        "Here is a polite letter.",
        "Hm.",
    ),
    ("<think>Hm.</think>391", "391", "Hm."),
    ("\n\n<think>\nHm.\n</think>\nYes.\n", "Yes.\n", "Hm."),
    ("<THINK>Hm.</Think>Yes.", "Yes.", "Hm."),
    ("<think> Hm, so.</think> Yes.", "Yes.", "Hm, so."),
    ("<think></think>\n\n<think>\nHm.</think>Yes.", "Yes.", "Hm."),
    (
        "<think>a</think><thinking>b</thinking>Yes.",
        "Yes.",
        "a\n\nb",
    ),
    ("<thinking>Hm.</thinking>Yes.", "Yes.", "Hm."),
    ("<thought>Hm.</thought>Yes.", "Yes.", "Hm."),
    ("<seed:think>Hm.</seed:think>Yes.", "Yes.", "Hm."),
    ("[THINK]Hm.[/THINK]Yes.", "Yes.", "Hm."),
    ("◁think▷Hm.◁/think▷Yes.", "Yes.", "Hm."),
    (
        "<|begin_of_thought|>Hm.<|end_of_thought|>\n<|begin_of_solution|>Yes.<|end_of_solution|>",
        "Yes.",
        "Hm.",
    ),
    (
        "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>",
        "Yes.",
        "Hm.",
    ),
    ("<|channel>thought\nHm.<channel|>Yes.", "Yes.", "Hm."),
    (
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
        "Yes.",
        "Hm.",
    ),
    (
        "<think>Hm.</think>\n<answer>\nYes.\n</answer>",
        "Yes.",
        "Hm.",
    ),
    (
        "<think>They wrote \"no\"</think>Yes.",
        "Yes.",
        "They wrote \"no\"",
    ),
    // The mark is spoken of within the thought.
    (
        "<think>They ask about `</think>`, the tag.</think>It ends.",
        "It ends.",
        "They ask about `</think>`, the tag.",
    ),
    (
        "<think>Say \"</think>\".</think>Done.",
        "Done.",
        "Say \"</think>\".",
    ),
    // And in the answer.
    (
        "<think>Hm.</think>Write `<think>a</think>`.",
        "Write `<think>a</think>`.",
        "Hm.",
    ),
    ("<think>Hm.</think>a</think>b", "a</think>b", "Hm."),
    // Thoughts within thoughts, and the mark as a word.
    (
        "<think>a<think>b</think>c</think>Hello",
        "Hello",
        "a<think>b</think>c",
    ),
    (
        "<think>I should mention </think> carefully\nok\n</think>\nAnswer",
        "Answer",
        "I should mention </think> carefully\nok",
    ),
    ("<think>Hm. </think> Yes.", "Yes.", "Hm."),
    ("<think>\nHm, so </think> Yes.", "Yes.", "Hm, so"),
    // Tags around all of the answer, and tags that are a part of it.
    (
        "<think>Hm.</think>\n\n<response>\n  <a>1</a>\n</response>",
        "  <a>1</a>",
        "Hm.",
    ),
    (
        "<think>Hm.</think>\n\n<answer>4</answer>\nThat is because 2+2.",
        "<answer>4</answer>\nThat is because 2+2.",
        "Hm.",
    ),
    (
        "<think>Hm.</think><answer>A</answer>\n<answer>B</answer>",
        "<answer>A</answer>\n<answer>B</answer>",
        "Hm.",
    ),
    (
        "<think>Hm.</think>\n\n    indented code\nsecond",
        "    indented code\nsecond",
        "Hm.",
    ),
    ("<reasoning>2+2</reasoning>\n4", "4", "2+2"),
];

/// The chat template has opened the thought.
const CLOSED_ALONE: &[(&str, &str, &str)] = &[
    (
        "Okay, a letter.\n</think>\n\nDear Sir,",
        "Dear Sir,",
        "Okay, a letter.",
    ),
    (
        "I should answer directly.</think>The 10th letter is **J**.",
        "The 10th letter is **J**.",
        "I should answer directly.",
    ),
    (
        "1. 17 × 23\n2. Answer briefly.</think>391",
        "391",
        "1. 17 × 23\n2. Answer briefly.",
    ),
    ("They wrote \"no\"</think>Yes.", "Yes.", "They wrote \"no\""),
    ("Hm.\n[/THINK]Yes.", "Yes.", "Hm."),
    ("Hm.◁/think▷Yes.", "Yes.", "Hm."),
    (
        "用户想要一封信。\n</think>\n\n尊敬的先生：",
        "尊敬的先生：",
        "用户想要一封信。",
    ),
    (
        "用户想要一封信。</think>\n尊敬的先生：",
        "尊敬的先生：",
        "用户想要一封信。",
    ),
    (
        "用户想要一封信</think>\n\n尊敬的先生：",
        "尊敬的先生：",
        "用户想要一封信",
    ),
    ("17 times 23 is 391</think>391", "391", "17 times 23 is 391"),
    (
        "- 17 × 23\n- 391\n</think>\n\n391",
        "391",
        "- 17 × 23\n- 391",
    ),
    ("It is 391. </think>\n\n391", "391", "It is 391."),
    ("I write:\n</think>\n\n391", "391", "I write:"),
    (
        "Use `x`.\n\n```py\na\n```\n</think>\nYes.",
        "Yes.",
        "Use `x`.\n\n```py\na\n```",
    ),
];

/// Text, to the byte.
const TEXT: &[&str] = &[
    "Yes.",
    " Yes.\n",
    "The tag `</think>` ends a thought.",
    "The tag </think> ends a thought.",
    "Models write `<think>` and `</think>`.",
    "```xml\n<think>\na\n</think>\n```",
    "```\na\n</think>\nb\n```\nmore",
    "Like this: <think>a</think> and so on.",
    "The tags (\"<think>\", \"</think>\") are special.",
    "<think> is a tag that models write.",
    "<think> tags explained",
    "<thinker>a</thinker>",
    "`<think>a</think>` is what they write.",
    "a < b",
    "<",
    "<thi",
    "[think about it] then answer",
    // Tags of other kinds, with attributes.
    "<notes>\n  <thought id=\"1\">Buy milk</thought>\n  <thought id=\"2\">Sell eggs</thought>\n</notes>\n\nDone.",
    "<config>\n<reasoning effort=\"high\">on</reasoning>\n<model>x</model>\n</config>",
    "import x\n\nreturn (<Thinking delay={3}>Wait</Thinking>);\n",
    // The closing mark as a word.
    "The model ends its thought with **</think>** and then answers.",
    "<think> and </think> are the tags in which models write thoughts.",
    "</think> closes the thought.",
    "结束标记是「</think>」，然后才是答案。",
    "结束标记是《</think>》，然后才是答案。",
    "结束标记是</think>，然后才是答案。",
    "He calls it the “</think>,” which ends it.",
    "The template opens the thought, so the output only has </think>\nParsers must cope with that.",
    "Use </think>/</thinking> as stop words.",
    "Marks:\n- </think>\n- </thinking>\n- [/THINK]\n",
    "Marks:\n</think>\n</thinking>\n",
    "The model writes:\n</think>\nand then answers.",
    "| mark | ends |\n|---|---|\n|</think>|yes|\n",
    "<p>The tag <code></think></code> ends it.</p>",
    "Like this:\n\n    </think>\n\nand so on.",
    "It ends there.\n\n    </think>\n\nAnd so on.",
    "let at = s.indexOf(\"</think>\\n\");",
    "stop=[\"\\n</think>\"]",
    "re.split(r'\\s*</think>\\s*', text)[1]",
    "What ends it? It is\n</think>",
    // Tags that were asked for.
    "<reasoning>2+2 is 4</reasoning>\n<answer>4</answer>",
    "<reflection>I was wrong.</reflection>",
    "<thoughts>\nI was wrong.\n</thoughts>\n",
];

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
    // Its server has parted thoughts from it, so there are none.
    let (closed, ..) = CLOSED_ALONE[0];
    assert_eq!(apart_again(closed, Extent::Whole).text, closed);
}

#[test]
fn a_thought_that_does_not_end_leaves_nothing_said() {
    assert_apart("<think>\nHm", Extent::Whole, "", Some("Hm"));
    assert_apart("<think>Hm", Extent::Cut, "", Some("Hm"));
    assert_apart("<think>Hm", Extent::Whole, "<think>Hm", None);
}

#[test]
fn thoughts_of_a_server_lose_their_marks() {
    for (told, thoughts) in [
        ("Hm.", Some("Hm.")),
        ("<thought>Hm.", Some("Hm.")),
        ("<think>\nHm.\n</think>\n", Some("Hm.")),
        ("<think>a</think>b", Some("a\n\nb")),
        ("", None),
        ("\n \n", None),
        ("<think></think>", None),
    ] {
        assert_eq!(unmarked(told).as_deref(), thoughts, "{told:?}");
    }
}

#[test]
fn thoughts_that_are_told_twice_are_kept_once() {
    let some = |thoughts: &str| Some(thoughts.to_owned());
    for (told, found, all) in [
        (some("a"), some("a"), some("a")),
        (some("a"), some("b"), some("a\n\nb")),
        (some("a"), None, some("a")),
        (None, some("a"), some("a")),
        (None, None, None),
    ] {
        assert_eq!(united(told, found), all);
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
fn told(written: &str, size: usize) -> Apart {
    let mut splitter = Splitter::default();
    let characters: Vec<char> = written.chars().collect();
    let mut all = Apart::default();
    let pieces = characters
        .chunks(size)
        .map(|piece| piece.iter().collect::<String>());
    let mut add = |next: Apart| {
        all.text.push_str(&next.text);
        if let Some(thoughts) = next.thoughts {
            all.thoughts.get_or_insert_default().push_str(&thoughts);
        }
    };
    for piece in pieces {
        add(splitter.push(&piece));
    }
    add(splitter.end());
    all
}

#[test]
fn what_is_told_in_pieces_is_the_same_however_they_are_cut() {
    for written in BETWEEN_MARKS
        .iter()
        .map(|(written, ..)| written)
        .chain(TEXT)
    {
        let whole = told(written, usize::MAX);
        for size in 1..12 {
            assert_eq!(told(written, size), whole, "{written:?} by {size}");
        }
    }
    // Until a text has come to its end, it can be a thought.
    let begins = |text: &&&str| {
        ["<think> ", "<refl", "<reas", "<thoughts>"]
            .iter()
            .any(|begin| text.starts_with(begin))
    };
    for text in TEXT.iter().filter(|text| !begins(text)) {
        assert_eq!(told(text, 1).text, *text);
    }
    for (written, text, thoughts) in BETWEEN_MARKS {
        let told = told(written, 1);
        assert!(told.text.contains(text), "{written:?}: {told:?}");
        assert!(told.thoughts.is_some(), "{written:?}");
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
        assert!(told(&text, 70).text.len() <= text.len());
    }
}
