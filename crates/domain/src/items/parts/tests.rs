use super::{ItemType, Parts};
use crate::error::Error;
use crate::items::Role;

fn message(json: &str) -> Parts {
    Parts::parse(ItemType::MESSAGE, json).unwrap()
}

fn refused(kind: &str, json: &str) -> String {
    let refused = Parts::parse(ItemType::parse(kind).unwrap(), json).unwrap_err();
    let Error::Invalid(refused) = refused else {
        panic!("{refused}");
    };
    format!("{}: {}", refused.param.unwrap_or_default(), refused.message)
}

#[test]
fn names_keep_their_order_and_numbers_their_digits() {
    let json = r#"[ {"type" : "input_text", "text":"a\" b", "z":1e300, "a":[1.50,-0,123456789012345678901]} ]"#;
    let kept =
        r#"[{"type":"input_text","text":"a\" b","z":1e300,"a":[1.50,-0,123456789012345678901]}]"#;
    assert_eq!(message(json).as_json(), kept);
}

#[test]
fn the_texts_of_a_message_are_its_plain_text() {
    let parts = message(
        r#"[{"type":"output_text","text":"é","annotations":[]},{"type":"input_image","image_url":"https://a.test/(b).png"},
            {"type":"refusal","refusal":"No."},{"type":"unknown","text":"hidden"},
            {"type":"input_image","image_url":"data:image/png;base64,AA=="}]"#,
    );
    assert_eq!(parts.plain(), "é\nNo.");
    let shown = "é\n[picture](https://a.test/%28b%29.png)\nNo.";
    assert_eq!(parts.shown().as_deref(), Some(shown));
    let call = r#"[{"call_id":"c","name":"f","arguments":"{}"}]"#;
    let call = Parts::parse(ItemType::FUNCTION_CALL, call).unwrap();
    assert_eq!((call.plain().as_str(), call.shown()), ("", None));
}

#[test]
fn another_text_takes_the_place_of_all_texts() {
    let parts = message(
        r#"[{"type":"input_image","file_id":"f"},{"type":"input_text","text":"a","x":1},{"type":"input_text","text":"b"},{"type":"y"}]"#,
    );
    assert_eq!(
        parts.with_text(Role::User, "c").unwrap().as_json(),
        r#"[{"type":"input_image","file_id":"f"},{"type":"input_text","text":"c"},{"type":"y"}]"#
    );
    let picture = message(r#"[{"type":"input_image","file_id":"f"}]"#);
    assert_eq!(
        picture.with_text(Role::Assistant, "c").unwrap().as_json(),
        r#"[{"type":"output_text","text":"c","annotations":[]},{"type":"input_image","file_id":"f"}]"#
    );
}

#[test]
fn parts_that_cannot_be_kept_are_refused_by_name() {
    for (kind, json, why) in [
        ("message", "{}", "parts: parts must be a list of objects."),
        ("message", "[]", "parts: parts must have 1 to 1,000 parts."),
        ("message", "[1]", "parts[0]: Each part must be an object."),
        (
            "message",
            "[{}]",
            "parts[0].type: Each part must have a type, such as input_text.",
        ),
        (
            "message",
            r#"[{"type":"input_text","text":1}]"#,
            "parts[0].text: text must be a text.",
        ),
        (
            "message",
            r#"[{"type":"x","a":{"b":1,"b":2}}]"#,
            "parts: parts has the name \"b\" twice in one object.",
        ),
        (
            "message",
            r#"[{"type":"x","\u0000":1}]"#,
            "parts: parts must not contain the NUL character (U+0000).",
        ),
        (
            "function_call",
            r#"[{"call_id":"c","name":"f"}]"#,
            "parts[0].arguments: parts[0].arguments is required.",
        ),
        (
            "function_call_output",
            r#"[{"call_id":"c","output":1}]"#,
            "parts[0].output: output must be a text or a list of parts.",
        ),
        (
            "unknown",
            r#"[{"type":"other"}]"#,
            "parts[0].type: type must be the type of the item, or absent.",
        ),
    ] {
        assert_eq!(refused(kind, json), why, "{json}");
    }
}

#[test]
fn limits_are_named() {
    let part = r#"{"type":"x"}"#;
    let many = |count| format!("[{}]", vec![part; count].join(","));
    assert!(Parts::parse(ItemType::MESSAGE, &many(1_000)).is_ok());
    assert!(refused("message", &many(1_001)).contains("1 to 1,000 parts"));
    let output = |length: usize| {
        let text = "é".repeat(length);
        format!(r#"[{{"call_id":"c","output":[{{"type":"input_text","text":"{text}"}}]}}]"#)
    };
    let kind = ItemType::FUNCTION_CALL_OUTPUT;
    assert!(Parts::parse(kind, &output(1_000_000)).is_ok());
    let long = refused("function_call_output", &output(1_000_001));
    assert!(
        long.contains("1,000,000") && long.contains("1000001"),
        "{long}"
    );
    let large = |length: usize| format!(r#"[ {{"type":"x","data":"{}"}}]"#, "x".repeat(length));
    let rest = r#"[{"type":"x","data":""}]"#.len();
    assert!(Parts::parse(ItemType::MESSAGE, &large(4 * 1024 * 1024 - rest)).is_ok());
    let large = refused("message", &large(4 * 1024 * 1024 - rest + 1));
    assert!(large.contains("4 MiB (4,194,304 bytes)"), "{large}");
}

#[test]
fn a_type_has_its_role() {
    let kind = |raw| ItemType::parse(raw).unwrap();
    assert_eq!(kind("shell_call_output").role(), Some(Role::Tool));
    assert_eq!(kind("acme:thing").role(), Some(Role::Assistant));
    assert!(kind("message").role_or(None).is_err());
    assert!(kind("reasoning").role_or(Some(Role::User)).is_err());
    assert_eq!(kind("new").role_or(Some(Role::User)).unwrap(), Role::User);
    assert!(ItemType::parse("").is_err() && ItemType::parse("a b").is_err());
}
