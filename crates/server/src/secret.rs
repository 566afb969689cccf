//! The secret of an embedded database, which signs tokens. A reader of it can act as every owner.

use crate::config::Config;
use domain::auth::AccessTokens;
use domain::clock::Clock;
use domain::secret::{Secrets as _, Successors};
use infra::security::{HmacSuccessors, Jwt, RandomSecrets, SecretTooShort};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The signer of access tokens, and the deriver of refresh tokens.
pub(crate) struct Signers {
    pub(crate) tokens: Arc<dyn AccessTokens>,
    pub(crate) successors: Arc<dyn Successors>,
}

impl Signers {
    /// By a secret, and the previous one.
    pub(crate) fn of(
        config: &Config,
        secret: &str,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, SecretTooShort> {
        let previous = config.previous_secret.as_ref();
        let previous = previous.map(|secret| secret.0.as_bytes());
        let jwt = Jwt::new(secret.as_bytes(), Arc::clone(clock))?.with_previous(previous);
        let successors = HmacSuccessors::new(secret.as_bytes()).with_previous(previous);
        Ok(Self {
            tokens: Arc::new(jwt),
            successors: Arc::new(successors),
        })
    }
}

/// The most bytes of a secret.
const MOST: u64 = 4096;

/// The fewest bytes, as for `JWT_SECRET`.
const LEAST: usize = 32;

/// Why the secret is not available, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("The secret in {path} cannot be read or made: {source}.")]
    Io { path: PathBuf, source: io::Error },
    #[error("The secret in {0} is damaged: it must have at least 32 bytes.")]
    Damaged(PathBuf),
    #[error(
        "The secret in {path} is open to other users of this system (mode {mode:03o}): close it \
         with chmod 600. If another person may have read it, delete it: a new one is made, and all \
         access tokens end."
    )]
    Open { path: PathBuf, mode: u32 },
    #[error(
        "The secret in {path} belongs to another user of this system (id {owner}): give it to the \
         user that runs this service, or delete it: a new one is made."
    )]
    Foreign { path: PathBuf, owner: u32 },
}

/// The secret of an embedded database: the given one, or one that is made once and kept beside the
/// data, readable for this user only.
///
/// # Errors
/// The secret cannot be read or made, or others can read it.
pub(crate) fn embedded_secret(data_dir: &Path, given: Option<&str>) -> Result<String, SecretError> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let path = data_dir.join("jwt_secret");
    let failed = |source| SecretError::Io {
        path: path.clone(),
        source,
    };
    let (file, metadata) = match infra::files::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(&path).map_err(failed)?;
            infra::files::open(&path).map_err(failed)?
        }
        opened => opened.map_err(failed)?,
    };
    must_be_private(&path, data_dir, &metadata)?;
    let secret = infra::files::text_of(file, MOST).map_err(failed)?;
    match secret.trim() {
        secret if secret.len() >= LEAST => Ok(secret.to_owned()),
        _ => Err(SecretError::Damaged(path)),
    }
}

/// Refuses a secret that others can read. Correcting its mode would hide that it may have been
/// read, so the operator must decide.
fn must_be_private(path: &Path, data_dir: &Path, secret: &Metadata) -> Result<(), SecretError> {
    let mode = secret.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    // The owner of the directory could replace the secret.
    let keeper = fs::metadata(data_dir).map(|directory| directory.uid());
    let me = nix::unistd::geteuid().as_raw();
    match secret.uid() {
        owner if owner == me || owner == 0 || keeper.is_ok_and(|keeper| keeper == owner) => Ok(()),
        owner => Err(SecretError::Foreign {
            path: path.to_owned(),
            owner,
        }),
    }
}

/// If two programs make it at the same time, both get the same secret: the file appears complete,
/// under a name that only one of them can create.
fn make(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent() else {
        return Err(ErrorKind::NotFound.into());
    };
    fs::create_dir_all(directory)?;
    // Process ids are reused, above all in containers; random names are not.
    let draft = path.with_extension(RandomSecrets.generate("draft-").0);
    let made = write(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => File::open(directory)?.sync_all(),
    });
    // Removes the draft also if the disk had no room for it.
    let _ = fs::remove_file(&draft);
    made
}

fn write(draft: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)?;
    file.write_all(RandomSecrets.generate("").0.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let name = format!("jan-secret-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn secret(&self) -> PathBuf {
            self.0.join("jwt_secret")
        }

        fn refusal(&self) -> String {
            let error = embedded_secret(&self.0, None).unwrap_err().to_string();
            assert!(error.contains(self.secret().to_str().unwrap()), "{error}");
            error
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn it_is_made_once_and_for_this_user_alone() {
        let directory = Directory::new("made");
        let made = embedded_secret(&directory.0, None).unwrap();
        assert_eq!(embedded_secret(&directory.0, None).unwrap(), made);
        assert_eq!(
            fs::metadata(directory.secret()).unwrap().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(&directory.0).unwrap().count(), 1);
        assert_eq!(
            embedded_secret(&directory.0, Some("given")).unwrap(),
            "given"
        );
    }

    #[test]
    fn one_that_others_can_read_is_refused() {
        let directory = Directory::new("open");
        embedded_secret(&directory.0, None).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o666] {
            fs::set_permissions(directory.secret(), Permissions::from_mode(mode)).unwrap();
            let said = directory.refusal();
            assert!(said.contains(&format!("mode {mode:03o}")), "{said}");
        }
        fs::set_permissions(directory.secret(), Permissions::from_mode(0o400)).unwrap();
        embedded_secret(&directory.0, None).unwrap();
        if !nix::unistd::geteuid().is_root() {
            println!("skipped: only root can give a file away");
            return;
        }
        chown(directory.secret(), Some(12_345), None).unwrap();
        let said = directory.refusal();
        assert!(said.contains("id 12345"), "{said}");
        // The owner of the directory could replace the secret.
        chown(&directory.0, Some(12_345), None).unwrap();
        embedded_secret(&directory.0, None).unwrap();
    }

    #[test]
    fn endless_files_and_directories_are_refused_at_once() {
        let directory = Directory::new("endless");
        symlink("/dev/zero", directory.secret()).unwrap();
        assert!(directory.refusal().contains("not a regular file"));
        fs::remove_file(directory.secret()).unwrap();
        nix::unistd::mkfifo(&directory.secret(), Mode::S_IRUSR).unwrap();
        assert!(directory.refusal().contains("not a regular file"));
        fs::remove_file(directory.secret()).unwrap();
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(directory.secret())
            .unwrap();
        file.set_len(1 << 40).unwrap();
        assert!(directory.refusal().contains("more than 4096 bytes"));
        file.set_len(31).unwrap();
        assert!(directory.refusal().contains("damaged"));
    }
}
