"""A service of its own for the benchmarks: a given program, a free port, a throw-away database.

    instance.py PROGRAM COMMAND [ARGUMENT...]

runs the command beside one, with BASE_URL, SOCKET_DIR, SERVICE_PID, POSTMASTER_PID and SCRATCH set, and
ends with its status. All is stopped and removed at the end. PROGRAMS names PostgreSQL's programs.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any

# Beside the service's pool there must be room for as many clients of pgbench.
MAX_CONNECTIONS = 120
START_SECONDS = 60
STOP_SECONDS = 60
# All requests come from one address here, and there are very many of them.
LIMITS = ("LOGIN", "LOGIN_ACCOUNT", "GUEST", "SHARE", "GUEST_STORAGE", "GUEST_CONVERSATION")


class Instance:
    """A service. Settings of this environment do not change the measurement."""

    def __init__(self, program: str, settings: dict[str, str] | None = None) -> None:
        # Not $TMPDIR: the path of PostgreSQL's socket has to be short. Where this runs as root,
        # PostgreSQL runs as another user, which must reach the directory.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="jan-bench-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.program, self.settings = program, settings or {}
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.socket = str(self.folder / "data/run")
        self.process: subprocess.Popen[bytes] | None = None
        self._wrap_programs()

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError("the service is not running")
        return self.process.pid

    @property
    def postmaster(self) -> int:
        return int((self.folder / "data/postgres/postmaster.pid").read_text().split()[0])

    def start(self) -> float:
        """Seconds until it was ready."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "GUEST_LOGIN": "true",
            "PG_BIN": str(self.folder / "programs"), "DATA_DIR": str(self.folder / "data"),
            "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(self.port),
        } | {f"{name}_LIMIT": "off" for name in LIMITS}
        begun = time.monotonic()
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve"], env=environment | self.settings, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() - begun > START_SECONDS:
                lines = (self.folder / "service.log").read_text(errors="replace").splitlines()
                raise RuntimeError("\n".join(["the service did not start; the end of its log:", *lines[-20:]]))
            time.sleep(0.002)
        return time.monotonic() - begun

    def stop(self) -> None:
        """The service stops its PostgreSQL by itself."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method: str, path: str, body: Any = None, token: str = "") -> bytes:
        """The body of an answer, which must be a success."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {path} was answered with {answer.status}: {text[:500]!r}")
        return text

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        return json.loads(self.send(method, path, body, token))

    def _is_ready(self) -> bool:
        try:
            self.send("GET", "/readyz")
        except (OSError, RuntimeError, http.client.HTTPException):
            return False
        return True

    def _wrap_programs(self) -> None:
        """The service's PostgreSQL, with its own settings but for the number of connections: the last
        setting on the command line counts."""
        programs = pathlib.Path(os.environ["PROGRAMS"])
        wrapped = self.folder / "programs"
        wrapped.mkdir(mode=0o755)
        for name in ("initdb", "pg_ctl"):
            (wrapped / name).symlink_to(programs / name)
        script = f'#!/bin/sh\nexec "{programs}/postgres" "$@" -c max_connections={MAX_CONNECTIONS}\n'
        (wrapped / "postgres").write_text(script)
        (wrapped / "postgres").chmod(0o755)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def end_in_order() -> None:
    """Python would end at once and leave the service running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def main() -> int:
    program, *command = sys.argv[1:]
    end_in_order()
    instance = Instance(program)
    try:
        instance.start()
        environment = os.environ | {
            "BASE_URL": instance.base, "SOCKET_DIR": instance.socket, "SCRATCH": str(instance.folder),
            "SERVICE_PID": str(instance.pid), "POSTMASTER_PID": str(instance.postmaster),
        }
        return subprocess.run(command, env=environment, check=False).returncode
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        instance.remove()


if __name__ == "__main__":
    sys.exit(main())
