//! What models write, and what is text and thought in it.

/// Written, what it says, what it thinks.
pub(super) const BETWEEN_MARKS: &[(&str, &str, &str)] = &[
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
    ("<analysis>2+2</analysis>\n4", "4", "2+2"),
    // More marks.
    ("<mm:think>Hm.</mm:think>Yes.", "Yes.", "Hm."),
    ("<|inner_prefix|>Hm.<|inner_suffix|>Yes.", "Yes.", "Hm."),
    ("<Think duration='3'>Hm.</Think>Yes.", "Yes.", "Hm."),
    ("\u{200b}<think>Hm.</think>Yes.", "Yes.", "Hm."),
    ("<|think|>Hm.<|/think|>Yes.", "Yes.", "Hm."),
    (
        "<｜begin▁of▁thinking｜>Hm.<｜end▁of▁thinking｜>Yes.",
        "Yes.",
        "Hm.",
    ),
    (
        "<|START_THINKING|>Hm.<|END_THINKING|><|START_TEXT|>Yes.<|END_TEXT|>",
        "Yes.",
        "Hm.",
    ),
    ("<think>Hm so </think> Yes.", "Yes.", "Hm so"),
    (
        "<think> tags end it, so\n</think>\nYes.",
        "Yes.",
        "tags end it, so",
    ),
    // Thoughts that follow, on lines of their own.
    (
        "<think>a</think>Hello.\n<think>b</think>\nBye.",
        "Hello.\nBye.",
        "a\n\nb",
    ),
    (
        "<think>a</think>Hello.\n\n<think>\nb\n</think>\n\nBye.\n<think>c</think>Yes.",
        "Hello.\n\nBye.\nYes.",
        "a\n\nb\n\nc",
    ),
    (
        "<think>a</think>Like this:\n```xml\n<think>b</think>\n```\n`x\n<think>c</think>`",
        "Like this:\n```xml\n<think>b</think>\n```\n`x\n<think>c</think>`",
        "a",
    ),
    (
        "<think>a</think>Tags:\n<think> and </think> are the tags.\n    <think>b</think>\nx <think>c</think>",
        "Tags:\n<think> and </think> are the tags.\n    <think>b</think>\nx <think>c</think>",
        "a",
    ),
    (
        "<think>a</think>Tags:\n<thinking>b</thinking>\n<think>c is never closed",
        "Tags:\n<thinking>b</thinking>\n<think>c is never closed",
        "a",
    ),
    (
        "<think>a</think>\n<reasoning>b</reasoning>\n<answer>c</answer>",
        "<reasoning>b</reasoning>\n<answer>c</answer>",
        "a",
    ),
    // Words that stand where marks were.
    (
        "analysisWe need to answer. It is four.assistantfinalfour",
        "four",
        "We need to answer. It is four.",
    ),
    (
        "Here is my thought process:\nHm.\n\nHere is my response:\nHello.",
        "Hello.",
        "Hm.",
    ),
    ("<think>Hm.</think>Yes.<|im_end|>", "Yes.", "Hm."),
    ("<think>Hm.<|end_of_think|></think>Yes.", "Yes.", "Hm."),
];

/// What gpt-oss writes, where its server has not read it: written, what it says, what it thinks.
pub(super) const CHANNELS: &[(&str, &str, Option<&str>)] = &[
    (
        "<|channel|>analysis<|message|>Hm.<|end|>The answer is 4.",
        "The answer is 4.",
        Some("Hm."),
    ),
    (
        "<|channel|>commentary<|message|>Hello there<|end|>",
        "Hello there",
        None,
    ),
    (
        "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>final<|message|>4.",
        "I will look.\n\n4.",
        Some("a"),
    ),
    (
        "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>4.<|return|>\n",
        "4.",
        Some("a\n\nb"),
    ),
    (
        "<|channel|>analysis<|message|>The token `<|end|>` ends it.<|end|><|start|>assistant<|channel|>final<|message|>It is `<|end|>`, <|end|> or so.<|return|>",
        "It is `<|end|>`, <|end|> or so.",
        Some("The token `<|end|>` ends it."),
    ),
    (
        "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|><|start|>assistant<|message|>Done.",
        "Done.",
        Some("{}"),
    ),
    ("<|channel|>analysis<|message|>Hm", "", Some("Hm")),
    (
        "<|channel|>final is a channel.",
        "<|channel|>final is a channel.",
        None,
    ),
];

/// The chat template has opened the thought.
pub(super) const CLOSED_ALONE: &[(&str, &str, &str)] = &[
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
        "好的，用户想要答案</think>你好！",
        "你好！",
        "好的，用户想要答案",
    ),
    (
        "1. think\n2. more\n</think>hello there",
        "hello there",
        "1. think\n2. more",
    ),
    (
        "a</think>\nHello.\n<think>b</think>\nBye.",
        "Hello.\nBye.",
        "a\n\nb",
    ),
    (
        "Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
        "Yes.",
        "Hm.",
    ),
    (
        "Use `x`.\n\n```py\na\n```\n</think>\nYes.",
        "Yes.",
        "Use `x`.\n\n```py\na\n```",
    ),
];

/// Text, to the byte.
pub(super) const TEXT: &[&str] = &[
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
    // What begins by speaking of a mark, or has one in its midst.
    "<think>, <thinking> and others.",
    "<think/> is a tag.",
    "<think> 标签用于思考。",
    "<think>",
    "Here is my thought process:\nFirst this, then that.",
    "analysisResults = f(x)",
    "analysis of the text",
    "模型用</think>结束思考。",
    "Llama ends its turn with <|eot_id|>",
    "The token is:\n<|im_end|>",
    "<|im_end|>",
    "```\nHello.<|im_end|>",
    "Write `<|im_end|>`",
    "Hello.<|im_end",
    "Hello.<|im_end|> and more",
    // Tags that were asked for.
    "<reasoning>2+2 is 4</reasoning>\n<answer>4</answer>",
    "<reflection>I was wrong.</reflection>",
    "<thoughts>\nI was wrong.\n</thoughts>\n",
];
