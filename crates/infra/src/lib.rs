//! Adapters: what the domain's ports mean against PostgreSQL, the system and cryptography.

pub mod clock;
pub mod limits;
pub mod postgres;
pub mod security;
