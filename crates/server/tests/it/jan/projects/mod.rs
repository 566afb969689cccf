mod create;
mod delete;
mod get;
mod list;
mod update;

const LIST: &str = "/jan/v1/projects";
