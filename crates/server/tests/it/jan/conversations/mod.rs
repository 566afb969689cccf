mod create;
mod delete;
mod list;
mod update;

const LIST: &str = "/jan/v1/conversations";
