//! The operating system user that PostgreSQL runs as.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use crate::error::EmbeddedError;

/// The user that PostgreSQL runs as: the user of this process, or, because PostgreSQL refuses root,
/// another user that root runs its child processes as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SystemUser {
    name: String,
    uid: u32,
    gid: u32,
    /// This process is root, so child processes must change to the account.
    change: bool,
}

impl SystemUser {
    /// The account for a cluster, which need not exist yet. An existing cluster keeps its owner.
    pub(crate) fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        let me = geteuid();
        let owner = fs::metadata(cluster)
            .ok()
            .map(|found| (found.uid(), found.gid()));
        if !me.is_root() {
            return match owner {
                Some((uid, _)) if uid != me.as_raw() => Err(EmbeddedError::OtherOwner {
                    cluster: cluster.to_owned(),
                    owner: name_of(uid),
                }),
                _ => Ok(Self {
                    name: name_of(me.as_raw()),
                    uid: me.as_raw(),
                    gid: nix::unistd::getegid().as_raw(),
                    change: false,
                }),
            };
        }
        match owner {
            Some((uid, gid)) if uid != 0 => Ok(Self {
                name: name_of(uid),
                uid,
                gid,
                change: true,
            }),
            _ => ["postgres", "_postgres", "nobody"]
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| Self {
                    name: user.name,
                    uid: user.uid.as_raw(),
                    gid: user.gid.as_raw(),
                    change: true,
                })
                .ok_or(EmbeddedError::NoAccount),
        }
    }

    pub(crate) fn is_other(&self) -> bool {
        self.change
    }

    pub(crate) fn uid(&self) -> u32 {
        self.uid
    }

    /// A command that runs as the account, separate from this process: in its own process group, so
    /// that Ctrl-C in the terminal does not reach it; in a directory that all users can reach; and
    /// without this process's environment, which holds secrets and may hold PG* variables.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/")
            .process_group(0);
        command.envs(["PATH", "LD_LIBRARY_PATH"].iter().filter_map(|key| {
            let value = env::var_os(key)?;
            Some((key, value))
        }));
        command.stdin(Stdio::null());
        if self.change {
            // As root, this also drops the supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or directory to the account.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        if self.change {
            chown(path, Some(self.uid), Some(self.gid))
        } else {
            Ok(())
        }
    }

    /// Gives a whole directory to the account if root owns it, as after root has restored a backup.
    /// Links are not followed.
    pub(crate) fn own_all(&self, path: &Path) -> io::Result<()> {
        let metadata = fs::symlink_metadata(path)?;
        if !self.change || metadata.uid() == self.uid {
            return Ok(());
        }
        if metadata.is_dir() {
            for entry in fs::read_dir(path)? {
                self.own_all(&entry?.path())?;
            }
        }
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
    }

    /// Fails if a directory on the way to `path`, which exists, is closed to the account.
    pub(crate) fn must_reach(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self.closed_on_the_way(path) {
            None => Ok(()),
            Some(closed) => Err(EmbeddedError::Unreachable {
                account: self.name.clone(),
                path: path.to_owned(),
                closed,
            }),
        }
    }

    fn closed_on_the_way(&self, path: &Path) -> Option<PathBuf> {
        if !self.change {
            return None;
        }
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let closed = path
            .ancestors()
            .find(|directory| !self.may_search(directory));
        closed.map(Path::to_owned)
    }

    pub(crate) fn may_search(&self, directory: &Path) -> bool {
        let Ok(metadata) = fs::metadata(directory) else {
            return false;
        };
        let bit = match (metadata.uid() == self.uid, metadata.gid() == self.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        metadata.mode() & bit != 0
    }
}

fn name_of(uid: u32) -> String {
    match User::from_uid(uid.into()) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}
