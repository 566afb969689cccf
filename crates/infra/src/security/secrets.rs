use domain::secret::{Digest, Secret, Secrets};
use rand::distr::{Alphanumeric, SampleString};
use sha2::Digest as _;

/// Secrets of 43 base62 characters, which is 256 bits, from the thread's cryptographic generator.
pub struct RandomSecrets;

impl Secrets for RandomSecrets {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one adapter")]
    fn generate(&self, prefix: &str) -> Secret {
        Secret(format!(
            "{prefix}{}",
            Alphanumeric.sample_string(&mut rand::rng(), 43)
        ))
    }

    /// A plain SHA-256 is enough: the input is random, so it cannot be guessed.
    fn digest(&self, secret: &str) -> Digest {
        Digest(sha2::Sha256::digest(secret).into())
    }
}
