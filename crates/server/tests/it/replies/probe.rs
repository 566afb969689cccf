//! The warning at the start about a provider with wrong settings: the request, and the setting to change.

use crate::db::RUNTIME;
use crate::provider::{Play, Provider, answers};
use infra::llm::{BaseUrl, ProviderKey, ProviderSettings};
use std::time::Duration;

const JSON: &str = "Content-Type: application/json\r\n";

fn models(names: &[&str]) -> Play {
    let models = names.iter().map(|name| format!(r#"{{"id":"{name}"}}"#));
    let list = models.collect::<Vec<_>>().join(",");
    answers("200 OK", JSON, &format!(r#"{{"data":[{list}]}}"#))
}

/// The warning about a provider that answers like this.
async fn said(base: &str, key: Option<&str>, model: Option<&str>) -> Option<String> {
    let settings = ProviderSettings {
        strict_roles: false,
        base_url: BaseUrl::parse(base).unwrap(),
        api_key: key.and_then(ProviderKey::parse),
        model: model.map(str::to_owned),
        silence: Duration::from_secs(5),
        concurrency: 1,
        owner_concurrency: 1,
    };
    let probe = RUNTIME.spawn(async move { infra::llm::probe(&settings).await });
    probe.await.unwrap()
}

#[tokio::test]
async fn a_provider_with_good_settings_gives_no_warning() {
    let provider = Provider::that(models(&["a", "llama3.2:latest"]));
    for model in [None, Some("a"), Some("llama3.2"), Some("llama3.2:latest")] {
        assert_eq!(said(&provider.url(), Some("sk-x"), model).await, None);
    }
}

#[tokio::test]
async fn an_address_without_v1_is_completed() {
    let missing = answers("404 Not Found", "", "404 page not found");
    let provider = Provider::that(models(&["a"])).then([missing]);
    let url = provider.url();
    let base = url.strip_suffix("/v1").unwrap();
    let said = said(base, None, None).await.unwrap();
    assert!(
        said.contains(&format!("GET {base}/models answered 404")),
        "{said}"
    );
    assert!(said.ends_with(&format!("Set LLM_BASE_URL={url}")), "{said}");
}

#[tokio::test]
async fn an_unknown_model_is_told_with_those_there_are() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let provider = Provider::that(models(&names));
    let url = provider.url();
    let unknown = said(&url, None, Some("gpt")).await.unwrap();
    for part in [
        format!("GET {url}/models"),
        "does not list the model gpt".to_owned(),
        "Set LLM_MODEL to one of its models: a, b, c, d, e, ….".to_owned(),
    ] {
        assert!(unknown.contains(&part), "{unknown}");
    }
}

#[tokio::test]
async fn an_inconclusive_list_of_models_gives_no_warning() {
    let provider = Provider::that(models(&[]));
    assert_eq!(said(&provider.url(), None, Some("gpt")).await, None);
    let page = r#"{"data":[{"id":"a"}],"has_more":true}"#;
    provider.does(answers("200 OK", JSON, page));
    assert_eq!(said(&provider.url(), None, Some("gpt")).await, None);
    provider.does(models(&["models/gemini-2.0-flash"]));
    for model in ["gemini-2.0-flash", "models/gemini-2.0-flash"] {
        assert_eq!(said(&provider.url(), None, Some(model)).await, None);
    }
    assert!(said(&provider.url(), None, Some("gemini")).await.is_some());
}

#[tokio::test]
async fn an_address_of_an_endpoint_or_of_another_api_is_told_with_the_one_to_set() {
    let missing = || answers("404 Not Found", "", "404 page not found");
    let provider = Provider::that(missing());
    let url = provider.url();
    for end in ["/chat/completions", "/chat/completions/", "/models"] {
        let said = said(&format!("{url}{end}"), None, None).await.unwrap();
        assert!(said.ends_with(&format!("Set LLM_BASE_URL={url}")), "{said}");
    }
    let provider = Provider::that(models(&["a"])).then([missing(), missing()]);
    let url = provider.url();
    let api = url.replace("/v1", "/api");
    let said = said(&api, None, None).await.unwrap();
    assert!(said.ends_with(&format!("Set LLM_BASE_URL={url}")), "{said}");
}

#[tokio::test]
async fn a_refused_key_is_told_without_it() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let body = r#"{"error":{"message":"Incorrect API key provided: sk-secret"}}"#;
        let provider = Provider::that(answers(status, JSON, body));
        let url = provider.url();
        let refused = said(&url, Some("sk-secret"), None).await.unwrap();
        assert!(
            refused.contains(&format!("GET {url}/models answered {status}")),
            "{refused}"
        );
        assert!(
            refused.ends_with("Set LLM_API_KEY to a key that it accepts."),
            "{refused}"
        );
        assert!(!refused.contains("sk-secret"), "{refused}");
        let missing = said(&url, None, None).await.unwrap();
        assert!(
            missing.ends_with("It asks for a key: set LLM_API_KEY."),
            "{missing}"
        );
    }
}

#[tokio::test]
async fn a_missing_or_wrong_api_is_named_by_its_address() {
    let page = answers("200 OK", "Content-Type: text/html\r\n", "<html></html>");
    let provider = Provider::that(page);
    let url = provider.url();
    let odd = said(&url, None, None).await.unwrap();
    assert!(
        odd.contains(&format!("GET {url}/models answered with no list")),
        "{odd}"
    );
    let away = said("http://127.0.0.1:9/v1", None, None).await.unwrap();
    assert!(
        away.contains("GET http://127.0.0.1:9/v1/models cannot be reached"),
        "{away}"
    );
    assert!(away.contains("LLM_BASE_URL"), "{away}");
}
