use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{Output, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::admission::{Budget, BudgetLimits, Caller};
use domain::auth::{Password, PasswordHash, PasswordHasher};
use domain::error::{Error, Result};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How many hashes may wait for a permit: of all callers, and of one.
const WAITING: usize = 1_024;
const WAITING_EACH: usize = 128;

/// How long a hash waits for a permit. It takes about 30 ms.
const PATIENCE: Duration = Duration::from_secs(4);

/// The suggested pause before a retry, in seconds.
const RETRY_AFTER: u64 = 5;

/// Argon2id with the parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one
/// lane. Runs on separate threads, a few at a time, so that requests are not delayed; one caller
/// gets at most half of them.
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    budget: Budget,
    decoy: PasswordHash,
}

impl Argon2Hasher {
    /// Computes at most `threads` hashes at the same time; others wait.
    ///
    /// # Errors
    /// The system's random generator fails.
    pub fn new(threads: usize) -> Result<Self> {
        Self::with(threads, Params::DEFAULT)
    }

    /// As [`Self::new`], with parameters that do not protect: for tests that make many passwords
    /// and do not test their protection.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn unsafe_but_quick(threads: usize) -> Result<Self> {
        let least = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, 1, None);
        Self::with(threads, least.map_err(|error| broken(error.into()))?)
    }

    fn with(threads: usize, params: Params) -> Result<Self> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = decoy(&argon2)?;
        Ok(Self {
            argon2,
            budget: Budget::new(
                BudgetLimits::parts(threads as u64, 2).with_waiting(WAITING, WAITING_EACH),
            ),
            decoy,
        })
    }

    /// The limit of hashes that are computed at the same time.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget.clone()
    }

    async fn with_permit<T: Send + 'static>(
        &self,
        caller: Caller,
        work: impl FnOnce(&Argon2<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.budget.take(caller, 1, sleep(PATIENCE)).await;
        let permit = permit.map_err(|_| Error::Overloaded {
            retry_after: RETRY_AFTER,
        })?;
        let argon2 = self.argon2.clone();
        let done = spawn_blocking(move || {
            let done = work(&argon2);
            drop(permit);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}

#[async_trait::async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, caller: Caller, password: Password) -> Result<PasswordHash> {
        self.with_permit(caller, move |argon2| hash(argon2, password.as_bytes()))
            .await
    }

    async fn verify(
        &self,
        caller: Caller,
        password: Password,
        stored: PasswordHash,
    ) -> Result<bool> {
        self.with_permit(caller, move |argon2| {
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

/// A text in the form of a hash with these parameters, which costs as much to compare. It is made
/// without hashing, which would take longer than the rest of a start. Its hash is zeros, for which
/// no password can be found.
fn decoy(argon2: &Argon2<'_>) -> Result<PasswordHash> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Output::new(&[0; Params::DEFAULT_OUTPUT_LEN]).map_err(broken)?;
    let decoy = argon2::PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into().map_err(broken)?,
        salt: Some(salt.as_salt()),
        hash: Some(hash),
    };
    Ok(PasswordHash(decoy.to_string()))
}

fn broken(error: argon2::password_hash::Error) -> Error {
    Error::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Context, Waker};

    const ANYBODY: Caller = Caller::Service;

    fn password(text: &str) -> Password {
        Password::attempt("password", text).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_again_by_its_hash_alone() {
        let hasher = Argon2Hasher::new(2).unwrap();
        let hash = hasher
            .hash(ANYBODY, password("a long enough one"))
            .await
            .unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let right = hasher.verify(ANYBODY, password("a long enough one"), hash.clone());
        assert!(right.await.unwrap());
        let wrong = hasher.verify(ANYBODY, password("a long enough onf"), hash.clone());
        assert!(!wrong.await.unwrap());
        let again = hasher
            .hash(ANYBODY, password("a long enough one"))
            .await
            .unwrap();
        assert_ne!(hash, again, "each has a salt of its own");
    }

    #[tokio::test]
    async fn the_decoy_costs_as_much_and_fits_nothing() {
        let hasher = Argon2Hasher::new(1).unwrap();
        let decoy = hasher.decoy();
        let real = hasher.hash(ANYBODY, password("anything")).await.unwrap();
        let (decoy_parts, real_parts): (Vec<_>, Vec<_>) =
            (decoy.0.split('$').collect(), real.0.split('$').collect());
        assert_eq!(
            decoy_parts[..4],
            ["", "argon2id", "v=19", "m=19456,t=2,p=1"]
        );
        assert_eq!(decoy_parts[..4], real_parts[..4]);
        // The work depends on the length of the salt and of the hash, too.
        let lengths = |parts: &[&str]| parts.iter().map(|part| part.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&decoy_parts), lengths(&real_parts));
        assert!(
            !hasher
                .verify(ANYBODY, password("anything"), decoy)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_told_to_come_back() {
        let hasher = Argon2Hasher::new(1).unwrap();
        // One hash is running, and does not finish.
        let working = hasher.budget.try_take(ANYBODY, 1).unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting: Vec<_> = (0..WAITING_EACH)
            .map(|_| hasher.verify(ANYBODY, password("x"), hasher.decoy()))
            .collect();
        for one in &mut waiting {
            assert!(one.as_mut().poll(&mut context).is_pending());
        }
        let refused = hasher.verify(ANYBODY, password("x"), hasher.decoy()).await;
        assert!(matches!(refused, Err(Error::Overloaded { .. })));
        // Requests that give up make room.
        drop(waiting);
        drop(working);
        assert!(
            !hasher
                .verify(ANYBODY, password("x"), hasher.decoy())
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_caller_with_many_requests_does_not_delay_the_others() {
        let hasher = Argon2Hasher::new(1).unwrap();
        let caller = |number| Caller::Owner(domain::id::OwnerId::new(ulid::Ulid(number)));
        let working = hasher.budget.try_take(ANYBODY, 1).unwrap();
        let attempt = |number| hasher.verify(caller(number), password("x"), hasher.decoy());
        let mut queue = [1, 1, 1, 2].map(attempt);
        for one in &mut queue {
            let mut context = Context::from_waker(Waker::noop());
            assert!(one.as_mut().poll(&mut context).is_pending());
        }
        drop(working);
        let [first, _second, _third, other] = queue;
        // The second would never finish: it is not polled.
        assert!(!first.await.unwrap());
        assert!(!other.await.unwrap());
    }
}
