# shellcheck shell=bash
# Helpers of the scripts beside this file. Sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Everything the scripts install or write for themselves; git ignores it.
CACHE="$ROOT/.cache"
# shellcheck disable=SC2034 # read by scripts that source this file
PYTHON="$CACHE/python/bin/python" NODE_TOOLS="$CACHE/node"
# The exit status of a check that could not run, as in automake.
SKIPPED=77

# rustup's directory is on PATH only in shells that were started after its installation.
if ! command -v cargo >/dev/null && [[ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]]; then
  PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# Ends a check with a reason instead of a verdict; scripts/test counts and shows it.
skip() {
  say "skipped: $*"
  exit "$SKIPPED"
}

# Where cargo builds to, whichever of environment, configuration and default decides it.
target_directory() {
  cargo metadata --no-deps --format-version 1 --locked --manifest-path "$ROOT/Cargo.toml" |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

# --- Releases ------------------------------------------------------------------------------------

# The commit of this clone's files; false if files are changed, or without git.
commit_of_files() {
  command -v git >/dev/null || return 1
  [[ -z "$(git -C "$ROOT" status --porcelain 2>&1)" ]] || return 1
  git -C "$ROOT" rev-parse HEAD
}

release_version() {
  sed -n '/^\[workspace.package\]/,/^\[[^w]/s/^version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml"
}

# The name of the binary that scripts/release makes for this machine.
release_name() {
  printf 'dist/jan-conversations-%s-%s-%s\n' "$(release_version)" "$(uname -s | tr '[:upper:]' '[:lower:]')" "$(uname -m)"
}

# That binary, where it was built from the very files that are here; else false.
released() {
  local release commit
  release="$(release_name)"
  commit="$(commit_of_files)" || return 1
  [[ -x "$ROOT/$release" && "$(cat "$ROOT/$release.commit" 2>/dev/null)" == "$commit" ]] || return 1
  printf '%s\n' "$release"
}

# As `sha256sum` writes it; macOS has another program for it.
checksum() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum --algorithm 256 "$@"; fi
}

# --- Building ----------------------------------------------------------------------------------

# Many tests wait more than they compute; beside them others may run.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$((4 * $(getconf _NPROCESSORS_ONLN)))}"

# Builds and runs tests with clippy as the compiler of our own code: so that code is compiled once, and its
# dependencies are too, where `cargo clippy` would have them checked in a build of its own. Every part builds
# in this way, or none would find what another has built.
cargo_test() {
  RUSTC_WORKSPACE_WRAPPER=clippy-driver cargo test --workspace --locked "$@"
}

# --- Tools that may be missing -----------------------------------------------------------------------

# Directories that may hold PostgreSQL's server programs, in the order in which they are tried.
postgres_directories() {
  local on_path
  [[ -z "${PG_BIN:-}" ]] || printf '%s\n' "$PG_BIN"
  if on_path="$(command -v postgres)"; then dirname "$on_path"; fi
  printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /opt/homebrew/opt/postgresql*/bin /opt/homebrew/bin \
    /usr/local/opt/postgresql*/bin /usr/local/bin /usr/local/pgsql/bin
}

has_postgres() {
  local directory
  while read -r directory; do
    if [[ -x "$directory/initdb" && -x "$directory/pg_ctl" && -x "$directory/postgres" ]]; then
      return 0
    fi
  done < <(postgres_directories)
  return 1
}

# A compiler alone is not enough: Debian's gcc comes without the C library's headers.
has_compiler() {
  printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | cc -x c -o /dev/null - 2>/dev/null
}

# Schemathesis needs Python 3.11; Debian ships the parts of venv in a package of their own.
has_python() {
  python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# The versions the OpenAPI linter runs on.
has_node() {
  command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const fits = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    process.exit(fits ? 0 : 1)' 2>/dev/null
}

has_browser() { find_browser >/dev/null; }

find_browser() {
  local name
  if [[ -n "${CHROMIUM:-}" ]]; then
    printf '%s\n' "$CHROMIUM"
    return
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    /Applications/Chromium.app/Contents/MacOS/Chromium; do
    # Ubuntu's chromium-browser may be a stub that only says where to get the snap.
    if command -v "$name" >/dev/null && "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# Node.js installed by scripts/setup where the system's is missing or too old; on PATH for checks.
use_node() {
  has_node || PATH="$CACHE/python/bin:$PATH"
}
