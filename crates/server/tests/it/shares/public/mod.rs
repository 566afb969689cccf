mod create_item;
mod fork;
mod get;
mod headers;
mod slash;
