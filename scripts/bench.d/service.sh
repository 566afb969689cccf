# shellcheck shell=bash
# Tools of the benchmarks, and a service for them. Sourced after lib.sh.

export PYTHONDONTWRITEBYTECODE=1

# The directory of the PostgreSQL programs the service would find, links followed.
postgres_programs() {
  local directory
  while read -r directory; do
    if [[ -x "$directory/initdb" && -x "$directory/pg_ctl" && -x "$directory/postgres" ]]; then
      dirname "$(readlink -f "$directory/postgres")"
      return
    fi
  done < <(postgres_directories)
}

require_tools() {
  local tool
  PROGRAMS="$(postgres_programs)"
  [[ -n "$PROGRAMS" ]] || fail "PostgreSQL's server programs are missing; run scripts/setup"
  for tool in pgbench psql; do
    [[ -x "$PROGRAMS/$tool" ]] || command -v "$tool" >/dev/null ||
      fail "$tool is missing; it comes with PostgreSQL's client or contrib packages"
  done
  command -v python3 >/dev/null || fail "python3 is missing"
  # pgbench of the server's own version, where it is there.
  PATH="$PROGRAMS:$PATH"
  export PROGRAMS
}

# wrk comes from the system's packages; as root it is installed.
require_wrk() {
  command -v wrk >/dev/null && return
  if ((EUID == 0)) && command -v apt-get >/dev/null; then
    say "bench: installing wrk with apt-get"
    apt-get install --yes --quiet --no-install-recommends wrk >&2 ||
      { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends wrk; } >&2 ||
      fail "wrk could not be installed (apt-get's messages are above)"
    return
  fi
  fail "wrk, which makes the HTTP requests, is missing; install it from your system's packages (Debian: sudo apt-get install wrk)"
}

# Runs COMMAND beside a service of PROGRAM; see instance.py.
beside_service() {
  exec python3 "$ROOT/scripts/bench.d/instance.py" "$@"
}
