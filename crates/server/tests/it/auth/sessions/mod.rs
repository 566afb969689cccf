mod delete;
mod list;

const PATH: &str = "/auth/sessions";
