mod create;
mod list;

const LIST: &str = "/jan/v1/projects";
