//! A user's settings.

mod get;
mod update;

const PATH: &str = "/v1/users/me/settings";
