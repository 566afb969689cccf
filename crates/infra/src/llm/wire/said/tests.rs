use super::*;

/// Text, thoughts, and what is neither.
fn said(json: &str) -> (String, String, Option<String>) {
    let said = read(&RawValue::from_string(json.to_owned()).unwrap());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let unkept = match said.calls_a_tool {
        true => Some("a tool".to_owned()),
        false => said.unkept,
    };
    (text(said.text), text(said.thought), unkept)
}

/// What is sent, its text, and its thoughts.
const FORMS: [(&str, &str, &str); 34] = [
    (r#"{"text":"a"}"#, "a", ""),
    (r#"{"content":"a","text":"a"}"#, "a", ""),
    (
        r#"{"role":"assistant","reasoning_signature":"x","id":"y"}"#,
        "",
        "",
    ),
    (r#"{"content":"","reasoning_summary":"t"}"#, "", "t"),
    (r#"{"content":"a","answer":"b"}"#, "a", ""),
    (r#"{"content":"a"}"#, "a", ""),
    (r#"{"content":null,"refusal":"no"}"#, "no", ""),
    (r#"{"content":null,"refusal":null}"#, "", ""),
    (
        r#"{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
        "ab",
        "",
    ),
    (r#"{"content":["a","b"]}"#, "ab", ""),
    (
        r#"{"content":{"type":"text","text":{"value":"a","annotations":[]}}}"#,
        "a",
        "",
    ),
    (
        r#"{"content":[{"type":"refusal","refusal":"no"}]}"#,
        "no",
        "",
    ),
    (
        r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]}"#,
        "a",
        "t",
    ),
    (
        r#"{"content":[{"type":"thinking","thinking":"t","signature":"x"}]}"#,
        "",
        "t",
    ),
    (
        r#"{"content":[{"type":"reference","reference_ids":[1]},{"type":"text","text":"a"}]}"#,
        "a",
        "",
    ),
    (
        r#"{"content":[{"text":"t","thought":true},{"text":"a"}]}"#,
        "a",
        "t",
    ),
    (r#"{"content":"","reasoning_content":"t"}"#, "", "t"),
    (
        r#"{"content":"a","reasoning":"t","reasoning_content":"t"}"#,
        "a",
        "t",
    ),
    (
        r#"{"content":"a","reasoning_content":"","thinking":"t"}"#,
        "a",
        "t",
    ),
    (
        r#"{"content":"","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":null}]}"#,
        "",
        "t",
    ),
    (
        r#"{"content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.summary","summary":"t"},{"type":"reasoning.encrypted","data":"x"}]}"#,
        "",
        "t",
    ),
    (
        r#"{"content":"a","thinking_blocks":[{"type":"thinking","thinking":"t"}]}"#,
        "a",
        "t",
    ),
    (
        r#"{"content":"t","extra_content":{"google":{"thought":true}}}"#,
        "",
        "t",
    ),
    (
        r#"{"content":"a","extra_content":{"google":{"thought_signature":"x"}}}"#,
        "a",
        "",
    ),
    (
        r#"{"content":"a","reasoning":{"effort":"low"},"tool_calls":[],"audio":null}"#,
        "a",
        "",
    ),
    (r#""a""#, "a", ""),
    ("null", "", ""),
    (r#"{"content":"a","reasoning_text":"t"}"#, "a", "t"),
    (r#"{"content":"a","cot_summary":"t"}"#, "a", "t"),
    (r#"{"content":"a","thoughts":"t"}"#, "a", "t"),
    (
        r#"{"content":"a","reasoning":"t","reasoning_content":"u"}"#,
        "a",
        "ut",
    ),
    (
        r#"{"content":"a","reasoning":"t ","reasoning_content":"t"}"#,
        "a",
        "t",
    ),
    (
        r#"{"content":[{"type":"text","text":"a","refusal":"b"}]}"#,
        "ab",
        "",
    ),
    (
        r#"{"content":[{"type":"text","text":"a","refusal":null}],"video":null,"files":[]}"#,
        "a",
        "",
    ),
];

#[test]
fn text_and_thoughts_are_told_apart_in_every_form() {
    for (json, text, thought) in FORMS {
        let expected = (text.to_owned(), thought.to_owned(), None);
        assert_eq!(said(json), expected, "{json}");
    }
}

#[test]
fn what_is_not_text_is_named() {
    for (json, name) in [
        (
            r#"{"content":[{"type":"image_url","image_url":{"url":"x"}}]}"#,
            "image_url",
        ),
        (r#"{"content":[{"type":"b\u0000d"}]}"#, "content"),
        (r#"{"content":7}"#, "content"),
        (r#"{"content":[{"text":[[[[[["a"]]]]]]}]}"#, "content"),
        (r#"{"content":"","audio":{"data":"x"}}"#, "audio"),
        (r#"{"content":"","images":[{}]}"#, "images"),
        (r#"{"content":"a","image":{"url":"x"}}"#, "image"),
        (r#"{"content":"a","video":{"url":"x"}}"#, "video"),
        (r#"{"content":"a","files":[{"id":"x"}]}"#, "files"),
        (r#"{"content":"","tool_calls":[{"id":"x"}]}"#, "a tool"),
        (r#"{"content":"","function_call":{"name":"x"}}"#, "a tool"),
        (
            r#"{"content":null,"answer":"a"}"#,
            "the unknown field answer",
        ),
        (
            r#"{"role":"assistant","message":"a"}"#,
            "the unknown field message",
        ),
    ] {
        assert_eq!(said(json).2.as_deref(), Some(name), "{json}");
    }
}
