mod delete;
mod delete_all;
mod ended;
mod list;
mod worn;

const PATH: &str = "/auth/sessions";
