//! Finds PostgreSQL's server programs.

use std::env;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::EmbeddedError;
use infra::files;

/// How long a program may take to print its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// Directories with one folder per version, the prefix of such a folder's name, and the path of the
/// programs in it. Packages rarely put the server programs on PATH.
const VERSIONED: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/local", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

const FIXED: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"];

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    pub initdb: PathBuf,
    pub pg_ctl: PathBuf,
    pub postgres: PathBuf,
    /// The major version: only the version that made a cluster can run it.
    pub major: u32,
}

/// The programs in `pg_bin` (the variable `PG_BIN`) if it is given, else the first on `PATH`, else
/// those in the usual places of packages, highest version first.
///
/// # Errors
///
/// [`EmbeddedError::ProgramsMissing`] when no programs are found, [`EmbeddedError::ProgramsNotIn`]
/// when `pg_bin` does not contain them.
pub fn find_programs(pg_bin: Option<&Path>) -> Result<Programs, EmbeddedError> {
    find(pg_bin, None)
}

/// As [`find_programs`], but of the version that made the cluster, if the cluster exists.
pub(crate) fn find_for(pg_bin: Option<&Path>, cluster: &Path) -> Result<Programs, EmbeddedError> {
    find(pg_bin, cluster_major(cluster).map(|major| (major, cluster)))
}

/// The major version that made the cluster; `None` when the cluster does not exist.
pub(crate) fn cluster_major(cluster: &Path) -> Option<u32> {
    files::text(&cluster.join("PG_VERSION"), 64)
        .ok()
        .and_then(|text| leading_number(&text))
}

fn find(pg_bin: Option<&Path>, wanted: Option<(u32, &Path)>) -> Result<Programs, EmbeddedError> {
    let mut other = None;
    for programs in directories(pg_bin)
        .iter()
        .filter_map(|directory| programs_in(directory))
    {
        match wanted {
            Some((major, _)) if programs.major != major => other = other.or(Some(programs)),
            _ => return Ok(programs),
        }
    }
    Err(match (other, wanted, pg_bin) {
        (Some(programs), Some((wanted, cluster)), _) => EmbeddedError::OtherVersion {
            cluster: cluster.to_owned(),
            wanted,
            found: programs.major,
        },
        (_, _, Some(pg_bin)) => EmbeddedError::ProgramsNotIn(pg_bin.to_owned()),
        _ => EmbeddedError::ProgramsMissing,
    })
}

fn directories(pg_bin: Option<&Path>) -> Vec<PathBuf> {
    if let Some(pg_bin) = pg_bin {
        return vec![pg_bin.to_owned()];
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = env::split_paths(&path)
        .filter(|p| p.is_absolute())
        .collect();
    for (parent, prefix, inner) in VERSIONED {
        directories.extend(
            versions_in(Path::new(parent), prefix)
                .into_iter()
                .map(|at| at.join(inner)),
        );
    }
    directories.extend(FIXED.map(PathBuf::from));
    directories
}

fn versions_in(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            Some((
                leading_number(name.to_str()?.strip_prefix(prefix)?)?,
                entry.path(),
            ))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

fn programs_in(directory: &Path) -> Option<Programs> {
    // PostgreSQL finds its own files relative to its programs, and its account must be able to
    // reach them: so links are followed here.
    let program = |name: &str| {
        let path = fs::canonicalize(directory.join(name)).ok()?;
        let metadata = fs::metadata(&path).ok()?;
        (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(path)
    };
    let (initdb, pg_ctl, postgres) = (program("initdb")?, program("pg_ctl")?, program("postgres")?);
    let major = major_of(&postgres)?;
    Some(Programs {
        initdb,
        pg_ctl,
        postgres,
        major,
    })
}

/// Reads `postgres (PostgreSQL) 17.2 (Debian 17.2-1)`. A program that does not print in time, or
/// prints without end, is not PostgreSQL.
fn major_of(postgres: &Path) -> Option<u32> {
    let mut child = Command::new(postgres)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .ok()?;
    let deadline = Instant::now() + PATIENCE;
    // The pipe holds few bytes, so a program that prints no more ends by itself.
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    child.wait().ok()?;
    let mut text = String::new();
    child
        .stdout
        .take()?
        .take(256)
        .read_to_string(&mut text)
        .ok()?;
    text.split_once("(PostgreSQL) ")
        .and_then(|(_, version)| leading_number(version))
}

fn leading_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}
