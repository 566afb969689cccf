//! Adapters: they implement the domain's ports with PostgreSQL, a model provider, the system and
//! cryptography.

pub mod audit;
pub mod clock;
pub mod files;
pub mod limits;
pub mod llm;
pub mod postgres;
pub mod security;
pub mod storage;
pub mod tasks;
