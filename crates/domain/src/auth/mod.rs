//! Identity: who is calling, and the tokens that prove it.

mod model;
mod ports;
mod service;

pub use model::{Actor, Claims, Digest, Secret, Session, User, UserKind};
pub use ports::{AccessTokens, RefreshToken, Rotated, RotationWindow, Secrets, SessionStore};
pub use service::{AuthService, Doors};
