use reqwest::Url;
use reqwest::header::HeaderValue;
use std::time::Duration;

/// The address of the provider, and the limits for it.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    pub base_url: BaseUrl,
    pub api_key: Option<ProviderKey>,
    /// The model for requests without one; if it is missing, the provider chooses.
    pub model: Option<String>,
    /// Whether chat templates require that user and assistant take turns.
    pub strict_roles: bool,
    /// How long the provider may be silent.
    pub silence: Duration,
    /// How many requests may run at the same time.
    pub concurrency: usize,
    /// How many of these requests may be of one caller.
    pub owner_concurrency: usize,
}

/// The ends of addresses that were copied with the endpoint.
const ENDPOINTS: [&str; 6] = [
    "/chat/completions",
    "/completions",
    "/chat",
    "/models",
    "/responses",
    "/embeddings",
];

/// The address of an OpenAI-compatible API, up to `/v1`.
#[derive(Clone, Debug)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// `None` unless the text is an http or https address without query, fragment or credentials.
    pub fn parse(raw: &str) -> Option<Self> {
        let url: Url = raw.parse().ok()?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let usable = matches!(url.scheme(), "http" | "https") && url.has_host() && plain;
        usable.then_some(Self(url))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the address ends in a version, such as `/v1`.
    pub(super) fn ends_in_version(&self) -> bool {
        let last = self.0.path().trim_end_matches('/').rsplit('/').next();
        let version = last.and_then(|last| last.strip_prefix('v'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Without the API's endpoint at its end, which is added for each request.
    pub(super) fn without_endpoint(&self) -> Option<Url> {
        let path = self.0.path().trim_end_matches('/');
        let ends = ENDPOINTS.iter();
        let base = ends.filter_map(|end| path.strip_suffix(end)).next()?;
        Some(self.at(base))
    }

    /// Other addresses to try: below this one, or beside it if it is an API of another kind
    /// (Ollama's own is `/api`).
    pub(super) fn meant(&self) -> Vec<Url> {
        let path = self.0.path().trim_end_matches('/');
        let below = self.at(&format!("{path}/v1"));
        let beside = path.strip_suffix("/api");
        let beside = beside.map(|parent| self.at(&format!("{parent}/v1")));
        std::iter::once(below).chain(beside).collect()
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// The address of one of the API's endpoints, such as `chat/completions`.
    pub(super) fn endpoint(&self, name: &str) -> Url {
        self.at(&format!("{}/{name}", self.0.path().trim_end_matches('/')))
    }
}

/// The provider's API key. Never shown.
#[derive(Clone)]
pub struct ProviderKey(String);

impl ProviderKey {
    /// `None` unless the key consists of visible ASCII, so that it can be sent in a header.
    pub fn parse(raw: &str) -> Option<Self> {
        let visible = !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_graphic());
        visible.then(|| Self(raw.to_owned()))
    }

    pub(super) fn header(&self) -> Option<HeaderValue> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", self.0)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The text with the key replaced.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl std::fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_below_the_base_with_and_without_its_last_slash() {
        for base in ["http://localhost:8080/v1", "http://localhost:8080/v1/"] {
            let endpoint = BaseUrl::parse(base).unwrap().endpoint("chat/completions");
            assert_eq!(
                endpoint.as_str(),
                "http://localhost:8080/v1/chat/completions"
            );
        }
    }

    #[test]
    fn an_address_of_no_api_is_refused() {
        for base in [
            "",
            "localhost:8080",
            "ftp://a/v1",
            "http://",
            "http://key@a/v1",
            "http://a/v1?key=b",
            "http://a/v1#b",
        ] {
            assert!(BaseUrl::parse(base).is_none(), "{base}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = ProviderKey::parse("sk-secret").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey");
        assert_eq!(format!("{:?}", key.header()), "Some(Sensitive)");
        assert_eq!(key.hidden_in("no sk-secret here"), "no … here");
        assert!(ProviderKey::parse("two words").is_none());
    }
}
