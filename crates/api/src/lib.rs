//! HTTP: wire types, handlers, the error envelope and the OpenAPI document. All rules are in the
//! domain; `routes` lists every endpoint.

pub mod auth;
pub mod browsers;
pub mod chat;
pub mod client_address;
pub mod connection;
pub mod conversations;
mod error;
mod extract;
pub mod items;
pub mod jan;
mod list;
mod long_work;
mod markdown;
pub mod memory;
pub mod models;
pub mod openapi;
mod outgoing;
mod presence;
pub mod projects;
mod repeats;
pub mod request;
pub mod room;
pub mod routes;
pub mod service;
pub mod settings;
pub mod shares;
mod stream;
mod timestamp;
mod unbroken;
pub mod versions;

pub use error::{CODES, Code};
pub use extract::BodyRate;
pub use long_work::LongWork;
