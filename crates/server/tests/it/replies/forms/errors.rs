//! Errors in every shape, with a status of their own or under 200.

use super::{Form, Outcome, body, bytes, chunks, delta, failure, lasts, passes, refuses};
use serde_json::json;

/// An error that comes under 200 in place of an answer, whole or as an event.
fn under_200(name: &'static str, error: serde_json::Value, outcome: Outcome) -> Form {
    Form {
        name,
        streamed: chunks(std::slice::from_ref(&error)),
        whole: body(&error),
        outcome,
    }
}

/// The same after something was said.
fn midway(name: &'static str, event: &str, outcome: Outcome) -> Form {
    let begun = delta(&json!({ "content": "Ye" }));
    Form {
        name,
        streamed: bytes(format!("data: {begun}\n\n{event}\n\n")),
        whole: None,
        outcome,
    }
}

#[tokio::test]
async fn each_is_a_reply_or_a_failure_that_says_why() {
    super::each_form_has_its_expected_result(forms()).await;
}

fn forms() -> Vec<Form> {
    [statuses(), in_place_of_an_answer(), after_the_beginning()]
        .into_iter()
        .flatten()
        .collect()
}

/// A failure that may pass, and is not met by asking once more at once, which would take its time.
const PASSING: &str = "408 Request Timeout";

fn statuses() -> Vec<Form> {
    let bad = "400 Bad Request";
    vec![
        failure(
            "Gemini: a list",
            bad,
            r#"[{"error":{"code":400,"message":"Unknown name \"web\": Cannot find field.","status":"INVALID_ARGUMENT"}}]"#,
            refuses("Unknown name \"web\": Cannot find field."),
        ),
        failure(
            "OpenAI: an object",
            bad,
            r#"{"error":{"message":"max_tokens is too large","type":"invalid_request_error","param":"max_tokens","code":null}}"#,
            refuses("max_tokens is too large"),
        ),
        failure(
            "Azure: an inner error",
            bad,
            r#"{"error":{"code":"content_filter","message":"The prompt was filtered.","param":"prompt","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            refuses("The prompt was filtered."),
        ),
        failure(
            "Ollama: a text",
            "404 Not Found",
            r#"{"error":"model \"x\" not found"}"#,
            Outcome::Failure {
                code: "model_not_found",
                words: "model \"x\" not found",
                should_retry: "",
            },
        ),
        failure(
            "TGI: a text and its kind",
            "422 Unprocessable Entity",
            r#"{"error":"Input validation error","error_type":"validation"}"#,
            refuses("Input validation error"),
        ),
        failure(
            "vLLM, older: flat",
            bad,
            r#"{"object":"error","message":"too many tokens","type":"BadRequestError","code":400}"#,
            refuses("too many tokens"),
        ),
        failure(
            "FastAPI: a list of fields",
            "422 Unprocessable Entity",
            r#"{"detail":[{"loc":["body","messages",0,"role"],"msg":"field required","type":"value_error.missing"}]}"#,
            refuses("body.messages.0.role: field required"),
        ),
        failure(
            "OpenRouter: what another provider has said",
            bad,
            r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"context too long\"}}","provider_name":"X"}},"user_id":"u"}"#,
            refuses("Provider returned error: context too long"),
        ),
        failure(
            "Anthropic's layer: overloaded",
            PASSING,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            passes("Overloaded"),
        ),
        failure(
            "Cloudflare: a list of errors",
            PASSING,
            r#"{"success":false,"errors":[{"code":3040,"message":"Capacity exceeded"}],"messages":[]}"#,
            passes("Capacity exceeded"),
        ),
        failure(
            "Cloudflare: a text",
            PASSING,
            "error code: 1015",
            passes("error code: 1015"),
        ),
        failure(
            "an error within a text",
            bad,
            r#"{"message":"{\"error\":{\"message\":\"no such tool\"}}"}"#,
            refuses("no such tool"),
        ),
        failure(
            "a word and a message",
            bad,
            r#"{"statusCode":400,"error":"Bad Request","message":"messages must be an array"}"#,
            refuses("messages must be an array"),
        ),
        failure(
            "an event with a status",
            PASSING,
            "data: {\"error\":{\"message\":\"out of memory\"}}\n\n",
            passes("out of memory"),
        ),
        failure(
            "a page for browsers",
            "502 Bad Gateway",
            "<html>Bad gateway</html>",
            passes("it answered 502."),
        ),
        failure(
            "money",
            "402 Payment Required",
            r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#,
            lasts("Insufficient Balance"),
        ),
        failure(
            "Baidu: names of its own",
            bad,
            r#"{"error_code":336003,"error_msg":"the last message must be a user's"}"#,
            refuses("the last message must be a user's"),
        ),
        failure(
            "Apigee: a fault",
            PASSING,
            r#"{"fault":{"faultstring":"quota violation","detail":{"errorcode":"x"}}}"#,
            passes("quota violation"),
        ),
        failure(
            "ASP.NET: words by field",
            bad,
            r#"{"title":"One or more errors","errors":{"model":["not found"]}}"#,
            refuses("model: not found"),
        ),
        failure(
            "an error among events",
            bad,
            "event: error\ndata: {\"error\":{\"message\":\"no such tool\"}}\n\ndata: [DONE]\n\n",
            refuses("no such tool"),
        ),
        failure(
            "OpenAI: a country that it does not serve",
            "403 Forbidden",
            r#"{"error":{"code":"unsupported_country_region_territory","message":"Not here."}}"#,
            lasts("it answered 403: it does not serve the country or region of this server."),
        ),
        failure(
            "OpenRouter: what was said is not allowed",
            "403 Forbidden",
            r#"{"error":{"code":403,"message":"Your input was flagged"}}"#,
            lasts("it answered 403: it refuses this request, or this server's LLM_API_KEY."),
        ),
        failure(
            "a text where nothing is",
            "404 Not Found",
            "404 page not found",
            lasts(
                "it answered 404 (404 page not found): it has no such address, so LLM_BASE_URL may be wrong.",
            ),
        ),
        failure(
            "a field that is blamed without words",
            bad,
            r#"{"error":{"message":"","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
            refuses("invalid_request_error: unsupported_value (temperature)"),
        ),
        failure(
            "an error in XML",
            bad,
            "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Key expired</Message></Error>",
            refuses("Key expired"),
        ),
        failure(
            "a code alone",
            PASSING,
            r#"{"error":{"code":"model_overloaded"}}"#,
            passes("model_overloaded"),
        ),
    ]
}

fn in_place_of_an_answer() -> Vec<Form> {
    vec![
        Form {
            name: "an envelope that says that all went well",
            streamed: None,
            whole: body(&json!({ "code": 200, "msg": "success", "data": { "choices": [] } })),
            outcome: passes(
                r#"its answer is not one of OpenAI's API. It begins with: {"code":200,"data":{"choices":[]},"msg":"success"}"#,
            ),
        },
        under_200(
            "OpenRouter under 200",
            json!({ "error": { "code": 502, "message": "No endpoints" } }),
            passes("No endpoints"),
        ),
        under_200(
            "OpenRouter under 200: the request is wrong",
            json!({ "error": { "code": 400, "message": "bad tools" } }),
            refuses("bad tools"),
        ),
        under_200(
            "Vertex AI: a list under 200",
            json!([{ "error": { "code": 429, "message": "Resource exhausted", "status": "RESOURCE_EXHAUSTED" } }]),
            Outcome::Failure {
                code: "model_provider_rate_limited",
                words: "Resource exhausted",
                should_retry: "",
            },
        ),
        under_200(
            "MiniMax: a status of its own",
            json!({ "choices": null, "base_resp": { "status_code": 1008, "status_msg": "insufficient balance" } }),
            passes("insufficient balance"),
        ),
        under_200(
            "vLLM, older, under 200",
            json!({ "object": "error", "message": "too many tokens", "code": 400 }),
            refuses("too many tokens"),
        ),
        under_200(
            "a code and a message",
            json!({ "code": 1301, "msg": "try later", "success": false }),
            passes("try later"),
        ),
        under_200(
            "FastAPI under 200",
            json!({ "detail": "Not ready" }),
            passes("Not ready"),
        ),
        under_200(
            "a text under 200",
            json!({ "error": "model is loading" }),
            passes("model is loading"),
        ),
        under_200(
            "Ollama's old empty error",
            json!({ "error": { "message": "no slots", "type": "api_error", "param": null, "code": null } }),
            passes("no slots"),
        ),
        under_200(
            "Baidu under 200",
            json!({ "error_code": 18, "error_msg": "try later" }),
            passes("try later"),
        ),
        under_200(
            "an error in the choice",
            json!({ "choices": [{ "index": 0, "finish_reason": "error", "error": { "code": 503, "message": "upstream is gone" } }] }),
            passes("upstream is gone"),
        ),
    ]
}

fn after_the_beginning() -> Vec<Form> {
    vec![
        midway(
            "LM Studio: an event of that name",
            "event: error\ndata: {\"error\":{\"message\":\"Compute error.\"},\"message\":\"Compute error.\"}",
            passes("Compute error."),
        ),
        midway(
            "Groq: an event of that name",
            "event: error\ndata: {\"error\":{\"message\":\"Over capacity\",\"type\":\"internal_server_error\"}}",
            passes("Over capacity"),
        ),
        midway(
            "an event of that name with details alone",
            "event: error\ndata: {\"code\":500,\"details\":\"cache full\"}",
            passes("cache full"),
        ),
        midway(
            "an event of that name with a text",
            "event: error\ndata: the model has left",
            passes("the model has left"),
        ),
        midway(
            "llama.cpp: a line of its own",
            "error: {\"code\":500,\"message\":\"context shift is disabled\",\"type\":\"server_error\"}",
            passes("context shift is disabled"),
        ),
        midway(
            "TGI: a status in the error",
            "data: {\"error\":{\"message\":\"too slow\",\"http_status_code\":424}}",
            lasts("too slow"),
        ),
        midway(
            "vLLM: an error and the end",
            "data: {\"error\":{\"message\":\"engine died\",\"type\":\"InternalServerError\",\"code\":500}}\n\ndata: [DONE]",
            passes("engine died"),
        ),
        midway(
            "OpenRouter: a chunk that ends in an error",
            "data: {\"error\":{\"code\":\"server_error\",\"message\":\"disconnected\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}",
            passes("disconnected"),
        ),
        midway(
            "a chunk that ends in an error without words",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}",
            passes("it gave up midway (error)."),
        ),
        midway(
            "GLM: the network",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"network_error\"}]}",
            passes("it gave up midway (network_error)."),
        ),
        midway(
            "SGLang: aborted",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"abort\"}]}",
            passes("it gave up midway (abort)."),
        ),
    ]
}
