# shellcheck shell=bash
# A service of its own for the benchmarks: release build, free port, throw-away database. Sourced
# after lib.sh. Whoever sources it calls start_service; all is stopped and removed at the end.

# Beside the service's pool there must be room for as many clients of pgbench.
MAX_CONNECTIONS=120
SCRATCH="" SERVICE_PID=""
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

# The service's PostgreSQL, with its own settings but for the number of connections: the last
# setting on the command line counts.
wrap_programs() {
  local wrapped="$SCRATCH/programs"
  mkdir -m 755 "$wrapped"
  ln -s "$PROGRAMS/initdb" "$PROGRAMS/pg_ctl" "$wrapped/"
  printf '#!/bin/sh\nexec "%s" "$@" -c max_connections=%d\n' \
    "$PROGRAMS/postgres" "$MAX_CONNECTIONS" >"$wrapped/postgres"
  chmod 755 "$wrapped/postgres"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts BINARY and sets BASE_URL, SOCKET_DIR, SERVICE_PID, POSTMASTER_PID and SCRATCH.
start_service() {
  local binary="$1" port attempt
  # Not $TMPDIR: the path of PostgreSQL's socket has to be short. Where this runs as root,
  # PostgreSQL runs as another user, who has to get through.
  SCRATCH="$(mktemp -d /tmp/jan-bench-XXXXXX)"
  trap end_service EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 711 "$SCRATCH"
  wrap_programs
  port="$(free_port)"
  BASE_URL="http://127.0.0.1:$port"
  # What happens to be set here, such as DATABASE_URL, must not change what is measured.
  env -i PATH="$PATH" HOME="${HOME:-/}" PG_BIN="$SCRATCH/programs" DATA_DIR="$SCRATCH/data" \
    HTTP_HOST=127.0.0.1 HTTP_PORT="$port" GUEST_LOGIN=true LOGIN_LIMIT=off LOGIN_ACCOUNT_LIMIT=off \
    "$binary" serve \
    >"$SCRATCH/service.log" 2>&1 </dev/null &
  SERVICE_PID=$!
  for ((attempt = 0; attempt < 300; attempt++)); do
    if curl --silent --fail --output /dev/null "$BASE_URL/readyz"; then break; fi
    if ! kill -0 "$SERVICE_PID" 2>/dev/null || ((attempt == 299)); then
      tail -n 20 "$SCRATCH/service.log" >&2
      fail "the service did not start; the end of its log is above"
    fi
    sleep 0.2
  done
  SOCKET_DIR="$SCRATCH/data/run"
  read -r POSTMASTER_PID <"$SCRATCH/data/postgres/postmaster.pid"
  export BASE_URL SOCKET_DIR SERVICE_PID POSTMASTER_PID SCRATCH
}

# The service stops its PostgreSQL by itself.
end_service() {
  trap '' INT TERM
  if [[ -n "$SERVICE_PID" ]] && kill -TERM "$SERVICE_PID" 2>/dev/null; then
    wait "$SERVICE_PID" || true
  fi
  [[ -z "$SCRATCH" ]] || rm -rf "$SCRATCH"
}
