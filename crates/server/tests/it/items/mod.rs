mod batch;
mod create;
mod delete;
mod edit;
mod get;
mod list;
mod parts;
mod regenerate;
