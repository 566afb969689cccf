//! The service itself: its version, documents and health.

pub(crate) mod errors;
pub mod fixed;
pub(crate) mod health;
pub(crate) mod landing;
pub(crate) mod readiness;
pub(crate) mod swagger_ui;
pub(crate) mod version;
