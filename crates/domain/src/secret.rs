//! Secrets, and the port that makes them.

/// A secret in clear, on its way to the client; the service does not keep it. It has no `Debug` on
/// purpose.
pub struct Secret(pub String);

/// The SHA-256 of a secret. The store keeps it; a thief cannot use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

/// Makes secrets that cannot be guessed, and the digests to store.
pub trait Secrets: Send + Sync {
    /// At least 256 random bits, after a prefix for the kind of secret.
    fn generate(&self, prefix: &str) -> Secret;

    fn digest(&self, secret: &str) -> Digest;
}

/// Derives secrets from secrets.
pub trait Successors: Send + Sync {
    /// The secret that follows `spent`: always the same one, of as many bits, after the same
    /// prefix. Computing it needs a key of this service.
    fn successor(&self, prefix: &str, spent: &str) -> Secret;

    /// The secret that followed `spent` under the previous key, if that is known.
    fn successor_of_before(&self, prefix: &str, spent: &str) -> Option<Secret>;
}
