//! Checks the provider against its settings, once, when the service starts.

use super::exchange::client;
use super::settings::ProviderSettings;
use super::wire;
use reqwest::{Client, StatusCode, Url};
use std::time::Duration;

/// How long the provider may take. The start does not wait for the check.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many of the provider's models are named where the configured model is not among them.
const NAMED: usize = 5;

/// The answer of an address.
enum Seen {
    /// A list of models.
    Models {
        names: Vec<String>,
        /// Whether there are more.
        is_part: bool,
    },
    Refused(StatusCode),
    /// Another answer, in words.
    Else(String),
}

/// Asks the provider for its models. Returns the problem, the request and the suggested change, in
/// one or two sentences for the operator.
pub async fn probe(settings: &ProviderSettings) -> Option<String> {
    let client = client(settings).ok()?;
    let address = settings.base_url.endpoint("models");
    let seen = match ask(&client, &address).await {
        // A model that is missing from a part of the list may exist. An empty list proves nothing.
        Seen::Models { names, is_part } if is_part || names.is_empty() => return None,
        Seen::Models { names, .. } => return unknown(settings, &address, &names),
        Seen::Refused(status) => {
            let change = match settings.api_key {
                Some(_) => "Set LLM_API_KEY to a key that it accepts.",
                None => "It asks for a key: set LLM_API_KEY.",
            };
            return Some(format!("GET {address} answered {status}. {change}"));
        }
        Seen::Else(seen) => seen,
    };
    let said = format!("GET {address} {seen}");
    if let Some(base) = settings.base_url.without_endpoint() {
        return Some(format!(
            "{said}. LLM_BASE_URL is an address up to /v1, to which the service adds the rest. Set \
             LLM_BASE_URL={base}"
        ));
    }
    let meant = match settings.base_url.ends_in_version() {
        true => Vec::new(),
        false => settings.base_url.meant(),
    };
    for meant in meant {
        let mut models = meant.clone();
        models.set_path(&format!("{}/models", meant.path()));
        if !matches!(ask(&client, &models).await, Seen::Else(_)) {
            return Some(format!(
                "{said}; GET {models} is there. Set LLM_BASE_URL={meant}"
            ));
        }
    }
    Some(format!(
        "{said}. Chats may fail: see that the provider runs, and that LLM_BASE_URL is its address \
         up to /v1."
    ))
}

/// The problem with the configured model, if there is one.
fn unknown(settings: &ProviderSettings, address: &Url, models: &[String]) -> Option<String> {
    let wanted = settings.model.as_ref()?;
    // Ollama lists `llama3.2:latest`, and takes `llama3.2`; Gemini lists `models/gemini-2.0-flash`, and takes
    // it without the folder, too.
    let bare = |name: &str| name.strip_prefix("models/").unwrap_or(name).to_owned();
    let name = bare(wanted);
    let is_it = |model: &String| {
        let model = bare(model);
        let rest = model.strip_prefix(name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest == ":latest")
    };
    if models.iter().any(is_it) {
        return None;
    }
    let named: Vec<_> = models.iter().take(NAMED).map(String::as_str).collect();
    let named = match models.len() > NAMED {
        true => format!("{}, …", named.join(", ")),
        false => named.join(", "),
    };
    Some(format!(
        "GET {address} does not list the model {wanted}. Set LLM_MODEL to one of its models: {named}."
    ))
}

async fn ask(client: &Client, address: &Url) -> Seen {
    let asked = async {
        let response = client.get(address.clone()).send().await;
        let response = response.map_err(|error| match error.is_connect() {
            true => "cannot be reached".to_owned(),
            false => "got no answer".to_owned(),
        })?;
        let status = response.status();
        if let StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN = status {
            return Ok(Seen::Refused(status));
        }
        if !status.is_success() {
            return Err(format!("answered {status}"));
        }
        let list = response.bytes().await;
        let list = list.unwrap_or_default();
        let models = wire::models(&list).ok_or("answered with no list of models")?;
        Ok(Seen::Models {
            names: models.into_iter().map(|model| model.id).collect(),
            is_part: wire::is_part_of_the_list(&list),
        })
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(seen)) => seen,
        Ok(Err(seen)) => Seen::Else(seen),
        Err(_) => Seen::Else(format!("got no answer within {} s", PATIENCE.as_secs())),
    }
}
