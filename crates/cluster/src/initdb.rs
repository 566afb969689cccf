//! Creates a cluster, in one step as seen from outside.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::{Doing, EmbeddedError};
use crate::paths::ClusterPaths;
use crate::programs::{self, Programs};

/// The names of directories in which a cluster is being made, beside the finished one.
const UNFINISHED: &str = "postgres.unfinished-";

/// Makes the cluster unless it exists. It is made under another name and then renamed, so an
/// existing cluster is always complete, even if an earlier attempt was cut off.
pub(crate) async fn ensure(
    paths: &ClusterPaths,
    programs: &Programs,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let cluster = paths.cluster();
    let shown = cluster.display();
    let leftovers = unfinished(paths).doing(|| format!("read {}", paths.data_dir.display()))?;
    if programs::cluster_major(&cluster).is_some() {
        paths
            .account
            .own_all(&cluster)
            .doing(|| format!("change the owner of {shown}"))?;
    } else {
        let made = make_directory(paths).doing(|| format!("create a directory for {shown}"))?;
        tracing::info!(cluster = %shown, "setting up a new PostgreSQL database");
        run_initdb(paths, programs, &made, durable).await?;
        match fs::rename(&made, &cluster) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                remove(&made);
                return Err(EmbeddedError::NotACluster(cluster));
            }
            renamed => renamed.doing(|| format!("rename {} to {shown}", made.display()))?,
        }
        File::open(&paths.data_dir)
            .and_then(|directory| directory.sync_all())
            .doing(|| format!("sync {}", paths.data_dir.display()))?;
    }
    // On a slow disk this takes seconds, which the start need not wait for.
    tokio::task::spawn_blocking(move || leftovers.iter().for_each(|path| remove(path)));
    Ok(())
}

/// A fresh name each time: the initdb of a killed service may still write to its directory.
fn make_directory(paths: &ClusterPaths) -> io::Result<PathBuf> {
    let mut number = 0_u32;
    loop {
        let path = paths.data_dir.join(format!("{UNFINISHED}{number}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return paths.account.own(&path).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

async fn run_initdb(
    paths: &ClusterPaths,
    programs: &Programs,
    directory: &Path,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let mut command = paths.account.command(&programs.initdb);
    command.arg("-D").arg(directory).args([
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
        // Only the account can reach the socket, and there is no network socket.
        "--auth-local=trust",
        "--auth-host=reject",
    ]);
    if !durable {
        command.arg("--no-sync");
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Command::from(command)
        .kill_on_drop(true)
        .output()
        .await
        .doing(|| format!("run {}", programs.initdb.display()))?;
    if output.status.success() {
        return Ok(());
    }
    remove(directory);
    Err(EmbeddedError::Initdb {
        cluster: paths.cluster(),
        output: String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .to_owned(),
    })
}

fn unfinished(paths: &ClusterPaths) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(&paths.data_dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Removes a directory. If that fails, the next start tries again.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_dir_all(path) {
        tracing::debug!(path = %path.display(), %error, "could not remove an unfinished database");
    }
}
