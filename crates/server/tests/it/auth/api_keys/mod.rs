mod authentication;
mod create;
mod delete;
mod list;

use serde_json::Value;

const PATH: &str = "/auth/api-keys";

/// The key itself, as it was shown.
fn secret(key: &Value) -> Option<String> {
    key["key"].as_str().map(str::to_owned)
}
