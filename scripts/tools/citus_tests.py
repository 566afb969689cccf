"""The service's tests on a cluster of Citus: a coordinator and two workers on this machine, thrown away afterwards.

    citus_tests.py [FILTER...]

PG_BIN names server programs that have the extension. Without filters, all tests run that citus_tests.txt does not
leave out. The tests have been built before.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts/drills"))

from drill import Place, Postgres, say  # noqa: E402

# Two parts of each table: one on each worker. The tests make and empty very many tables, so nothing is durable.
SETTINGS = {
    "shared_preload_libraries": "citus", "wal_level": "logical", "max_connections": "500", "max_prepared_transactions": "500",
    "citus.shard_count": "2", "citus.node_conninfo": "sslmode=disable", "fsync": "off", "full_page_writes": "off",
    "autovacuum": "off", "random_page_cost": "1.1", "jit": "off", "timezone": "UTC", "max_locks_per_transaction": "256",
}
MEMORY = pathlib.Path("/dev/shm")
PLENTY = 4 << 30


def encoded(path: pathlib.Path) -> str:
    """As an address names the directory of a socket."""
    return str(path).replace("/", "%2F")


def cluster(place: Place) -> str:
    """Its address."""
    sockets = place.directory("sockets")
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    coordinator, *workers = [Postgres.new(place, name, settings) for name in ("coordinator", "worker1", "worker2")]
    for node in (coordinator, *workers):
        node.query("create extension citus")
    coordinator.query(f"select citus_set_coordinator_host('127.0.0.1', {coordinator.port})")
    for worker in workers:
        coordinator.query(f"select citus_add_node('127.0.0.1', {worker.port})")
    say(f"Citus {coordinator.query('select extversion from pg_extension where extname = $$citus$$')}: a coordinator and two workers")
    return f"postgres://postgres@{encoded(sockets)}:{coordinator.port}/postgres?sslmode=disable"


def left_out() -> list[str]:
    """Tests, or the beginnings of their names, each below its reason."""
    lines = (ROOT / "scripts/tools/citus_tests.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def main() -> int:
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY:
        tempfile.tempdir = str(MEMORY)
    with Place() as place:
        environment = os.environ | {"JAN_TEST_CITUS": cluster(place), "RUSTC_WORKSPACE_WRAPPER": "clippy-driver"}
        skips = [argument for name in left_out() for argument in ("--skip", name)]
        command = os.environ.get("JAN_TEST_BINARY", "cargo test --workspace --locked --test it --").split()
        ended = subprocess.run([*command, *skips, *sys.argv[1:]], cwd=ROOT, env=environment, check=False)
        if os.environ.get("KEEP"):
            for log in place.path.glob("*/log"):
                shutil.copy(log, pathlib.Path(os.environ["KEEP"]) / f"{log.parent.name}.log")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
