use super::*;

fn message(status: u16, body: &str) -> String {
    let key = ProviderKey::parse("sk-secret");
    let status = StatusCode::from_u16(status).unwrap();
    of_status(status, &HeaderMap::new(), body.as_bytes(), key.as_ref()).to_string()
}

#[test]
fn the_text_of_each_kind_of_server_is_passed_on() {
    for body in [
        r#"{"error":{"message":"no such thing","type":"x","param":null,"code":3}}"#,
        r#"{"error":"no such thing"}"#,
        r#"{"object":"error","message":"no such thing"}"#,
        r#"{"detail":"no such thing"}"#,
        "no such thing\n",
    ] {
        let message = message(500, body);
        assert_eq!(message, "The model provider failed: no such thing");
    }
}

#[test]
fn what_says_nothing_is_told_by_its_status() {
    for body in ["", "<html>no</html>", "{}", r#"{"error":{}}"#, "[1]"] {
        let message = message(500, body);
        assert_eq!(message, "The model provider failed: it answered 500.");
    }
}

#[test]
fn words_are_found_in_events_in_lines_and_in_what_is_cut_off() {
    for body in [
        "data: {\"error\":{\"message\":\"no such thing\"}}\n\ndata: [DONE]\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"no such thing\"}}\n\n",
        "{\"hello\":1}\n{\"error\":{\"message\":\"no such thing\"}}\n",
        "\u{feff}{\"error\":{\"message\":\"no such thing\"}}",
    ] {
        let message = message(500, body);
        assert_eq!(message, "The model provider failed: no such thing");
    }
    let cut = message(500, "{\"error\":{\"message\":\"no such");
    assert!(cut.ends_with("{\"error\":{\"message\":\"no such"), "{cut}");
}

#[test]
fn a_refusal_for_the_place_of_the_server_does_not_blame_its_key() {
    let body = r#"{"error":{"code":"unsupported_country_region_territory","message":"x"}}"#;
    let message = message(403, body);
    assert!(
        message.ends_with("the country or region of this server."),
        "{message}"
    );
}

#[test]
fn gemini_tells_in_the_body_how_long_to_wait() {
    let body = br#"[{"error":{"code":429,"message":"no","details":[{"@type":"x"},{"retryDelay":"34s"}]}}]"#;
    let status = StatusCode::TOO_MANY_REQUESTS;
    let failure = of_status(status, &HeaderMap::new(), body, None);
    assert!(matches!(
        failure,
        ProviderFailure::RateLimited {
            retry_after: 34,
            ..
        }
    ));
}

#[test]
fn a_key_is_not_passed_on() {
    assert!(!message(500, "what is sk-secret?").contains("sk-secret"));
    assert!(!message(401, r#"{"error":{"message":"wrong: sk-se***et"}}"#).contains("sk-"));
}

#[test]
fn what_is_forbidden_is_not_blamed_on_the_key_alone() {
    let flagged = r#"{"error":{"code":403,"message":"Your input was flagged"}}"#;
    let message = message(403, flagged);
    assert!(
        message.ends_with("it refuses this request, or this server's LLM_API_KEY."),
        "{message}"
    );
}

#[test]
fn an_address_that_is_not_there_is_no_unknown_model() {
    for body in [
        "404 page not found",
        "<html>404</html>",
        "",
        r#"{"detail":"Not Found"}"#,
        r#"{"error":{"message":"Invalid URL (POST /chat/completions)","type":"invalid_request_error"}}"#,
        r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
    ] {
        let message = message(404, body);
        assert!(message.ends_with("LLM_BASE_URL may be wrong."), "{message}");
        assert!(message.starts_with("The model provider failed: it answered 404"));
    }
    for body in [r#"{"error":"model \"x\" not found"}"#, "no such model"] {
        let message = message(404, body);
        assert!(
            message.starts_with("The model provider refused"),
            "{message}"
        );
    }
}

#[test]
fn a_pause_is_told_under_200_and_in_words() {
    let listed = r#"[{"error":{"code":429,"message":"no","details":[{"retryDelay":"34s"}]}}]"#;
    let said = r#"{"error":{"code":429,"message":"Please try again in 33.4s."}}"#;
    for json in [listed, said] {
        let failure = within(json, None);
        assert!(
            matches!(
                failure,
                Some(ProviderFailure::RateLimited {
                    retry_after: 34,
                    ..
                })
            ),
            "{failure:?}"
        );
    }
}

#[test]
fn a_context_that_is_too_long_is_known_under_every_status() {
    let code = r#"{"error":{"message":"Bad.","code":"context_length_exceeded"}}"#;
    for status in [400, 413, 422] {
        let status = StatusCode::from_u16(status).unwrap();
        assert!(is_too_long(&of_status(
            status,
            &HeaderMap::new(),
            code.as_bytes(),
            None
        )));
    }
    assert!(is_too_long(&within(code, None).unwrap()));
    let words = r#"{"error":{"code":400,"message":"This endpoint's maximum context length is 4096 tokens."}}"#;
    assert!(is_too_long(&within(words, None).unwrap()));
    let slow = StatusCode::TOO_MANY_REQUESTS;
    assert!(!is_too_long(&of_status(
        slow,
        &HeaderMap::new(),
        code.as_bytes(),
        None
    )));
}

#[test]
fn words_in_xml_are_told_and_compressed_ones_named() {
    let xml = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Key expired</Message></Error>";
    assert!(message(400, xml).ends_with(": Key expired"));
    let status = StatusCode::BAD_REQUEST;
    let packed = of_status(status, &HeaderMap::new(), b"\x1f\x8b\x08\x00\x01", None);
    assert!(packed.to_string().contains("compressed (gzip)"), "{packed}");
}

#[test]
fn an_error_without_words_is_told_by_its_codes() {
    let json = r#"{"error":{"message":"","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#;
    let message = message(400, json);
    assert!(
        message.ends_with("invalid_request_error: unsupported_value (temperature)"),
        "{message}"
    );
}

#[test]
fn an_answer_without_a_failure_is_not_a_failure() {
    for json in [
        r#"{"code":200,"msg":"success","data":{"choices":[]}}"#,
        r#"{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}"#,
        r#"{"type":"message_start","message":{"id":"x","role":"assistant","content":[]}}"#,
    ] {
        assert!(within(json, None).is_none(), "{json}");
    }
}
