//! HTTP: wire types, handlers, the error envelope and the OpenAPI document. All rules are in the
//! domain; `routes` lists every endpoint.

pub mod auth;
pub mod browsers;
mod caller;
pub mod chat;
pub mod client_address;
mod compression;
pub mod conditions;
pub mod connection;
pub mod conversations;
mod endpoints;
mod error;
mod extract;
mod head_request;
pub mod items;
pub mod jan;
mod list;
mod long_work;
mod markdown;
pub mod memory;
pub mod methods;
pub mod models;
pub mod openapi;
mod outgoing;
mod presence;
pub mod projects;
mod registration;
mod repeats;
mod replays;
pub mod request;
mod request_context;
mod request_id;
pub mod room;
pub mod routes;
pub mod settings;
pub mod shares;
mod sse;
mod stream;
pub mod system;
mod tags;
mod timestamp;
mod unbroken;
pub mod versions;

pub use error::{CODES, Code};
pub use extract::BodyRate;
pub use long_work::LongWork;
