mod delete;
mod delete_all;
mod ended;
mod list;

const PATH: &str = "/auth/sessions";
