use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::auth::{Password, PasswordHash, PasswordHasher};
use domain::error::{Error, Result};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How many may wait for their turn. A hash takes some 30 ms, so the last one waits for seconds.
const WAITING: usize = 256;

/// When it is worth coming back, in seconds.
const RETRY_AFTER: u64 = 5;

/// Argon2id with the parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one
/// lane. On threads of its own, a few at a time, so that requests go on while passwords are hashed.
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    waiting: Arc<Semaphore>,
    working: Arc<Semaphore>,
    decoy: PasswordHash,
}

impl Argon2Hasher {
    /// At most `threads` hashes at the same time.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new(threads: usize) -> Result<Self> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
        // Of a password that nobody can send: it is too short.
        let decoy = hash(&argon2, b"")?;
        Ok(Self {
            argon2,
            waiting: Arc::new(Semaphore::new(WAITING + threads)),
            working: Arc::new(Semaphore::new(threads.max(1))),
            decoy,
        })
    }

    /// Half of the processors, so that the others serve.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn for_this_machine() -> Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new((processors / 2).max(1))
    }

    /// Runs in its turn. The permits go with the work, not with whoever waits for it: a client that
    /// goes away does not let another one in before the work is done.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let overloaded = |_| Error::Overloaded {
            retry_after: RETRY_AFTER,
        };
        let internal = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
        let place = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(overloaded)?;
        let turn = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(|error| internal(error.into()))?;
        let argon2 = self.argon2.clone();
        let done = spawn_blocking(move || {
            let done = work(&argon2);
            drop((turn, place));
            done
        });
        done.await.map_err(|error| internal(error.into()))?
    }
}

#[async_trait::async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash> {
        self.in_turn(move |argon2| hash(argon2, password.as_bytes()))
            .await
    }

    async fn verify(&self, password: Password, stored: PasswordHash) -> Result<bool> {
        self.in_turn(move |argon2| {
            let stored = argon2::PasswordHash::new(&stored.0).map_err(broken)?;
            match argon2.verify_password(password.as_bytes(), &stored) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::Password) => Ok(false),
                Err(error) => Err(broken(error)),
            }
        })
        .await
    }

    fn decoy(&self) -> PasswordHash {
        self.decoy.clone()
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<PasswordHash> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2.hash_password(password, &salt).map_err(broken)?;
    Ok(PasswordHash(hash.to_string()))
}

fn broken(error: argon2::password_hash::Error) -> Error {
    Error::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::attempt(text).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_again_by_its_hash_alone() {
        let hasher = Argon2Hasher::new(2).unwrap();
        let hash = hasher.hash(password("a long enough one")).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let right = hasher.verify(password("a long enough one"), hash.clone());
        assert!(right.await.unwrap());
        let wrong = hasher.verify(password("a long enough onf"), hash.clone());
        assert!(!wrong.await.unwrap());
        let again = hasher.hash(password("a long enough one")).await.unwrap();
        assert_ne!(hash, again, "each has a salt of its own");
    }

    #[tokio::test]
    async fn the_decoy_costs_as_much_and_fits_nothing() {
        let hasher = Argon2Hasher::new(1).unwrap();
        let decoy = hasher.decoy();
        assert!(decoy.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!hasher.verify(password("anything"), decoy).await.unwrap());
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_told_to_come_back() {
        let hasher = Arc::new(Argon2Hasher::new(1).unwrap());
        // Somebody works, and does not finish.
        let working = hasher.working.clone().acquire_owned().await.unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..=WAITING {
            let hasher = hasher.clone();
            waiting.spawn(async move { hasher.verify(password("x"), hasher.decoy()).await });
        }
        while hasher.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = hasher.verify(password("x"), hasher.decoy()).await;
        assert!(matches!(refused, Err(Error::Overloaded { .. })));
        // Those who give up make room.
        waiting.shutdown().await;
        drop(working);
        assert!(!hasher.verify(password("x"), hasher.decoy()).await.unwrap());
    }
}
