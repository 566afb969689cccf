"""What the drills share: PostgreSQL servers that are thrown away, instances of the service, and writers that remember
what was acknowledged.

As root, PostgreSQL runs as the user `postgres`. Everything is below one directory in the temporary directory.
"""

import http.client
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECRET = "a secret for drills, and for nothing else"
# Of Debian's package, the newest one; PG_BIN names another.
PG_BIN = pathlib.Path(os.environ.get("PG_BIN") or max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: int(it.parent.name)))
STARTED = time.monotonic()


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:7.2f} s  {text}", flush=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(what: str, condition, seconds: float = 60):
    """Waits until the condition gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"in vain: {what}")


class Place:
    """The directory of a drill. All that was started ends with it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="jan-drill-"))
        self.path.chmod(0o755)
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in reversed(self.running):
            one.kill()
        shutil.rmtree(self.path, ignore_errors=True)

    def directory(self, name: str) -> pathlib.Path:
        path = self.path / name
        path.mkdir(mode=0o700)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def run(self, *command, check=True) -> str:
        """Runs a program as PostgreSQL's user."""
        account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}
        program = PG_BIN / str(command[0])
        # Its output goes to a file: a server that it starts would keep a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [program, *map(str, command[1:])], stdout=output, stderr=output, check=False, cwd="/", **account
            )
            output.seek(0)
            said = output.read().decode()
        if check and done.returncode != 0:
            raise RuntimeError(f"{command}: {said}")
        return said


class Postgres:
    """A server on a port of its own, open to this machine without passwords."""

    def __init__(self, place: Place, name: str, settings: dict[str, str]):
        self.place, self.name, self.port = place, name, free_port()
        self.data, self.settings = place.directory(name), settings

    @classmethod
    def new(cls, place: Place, name: str, settings: dict[str, str]):
        server = cls(place, name, settings)
        place.run("initdb", "--pgdata", server.data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        with open(server.data / "pg_hba.conf", "a", encoding="utf-8") as rules:
            rules.write("host replication all 127.0.0.1/32 trust\n")
        server.start()
        return server

    @classmethod
    def copy_of(cls, other: "Postgres", name: str, settings: dict[str, str], *arguments: str):
        """A base backup of a running server, which is not started yet."""
        server = cls(other.place, name, settings)
        other.place.run(
            "pg_basebackup", "--pgdata", server.data, "--host=127.0.0.1", f"--port={other.port}", "--username=postgres",
            "--checkpoint=fast", *arguments,
        )
        return server

    def start(self) -> None:
        fixed = {
            "port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "lc_messages": "C",
            "wal_level": "replica", "max_connections": "60", "shared_buffers": "32MB",
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in (fixed | self.settings).items())
        self.place.run("pg_ctl", "--pgdata", self.data, "--wait", "--timeout=60", "--log", self.data / "log", "--options", options, "start")
        self.place.running.append(self)

    def stop(self, mode: str = "fast") -> None:
        self.place.run("pg_ctl", "--pgdata", self.data, "--wait", f"--mode={mode}", "stop", check=False)

    def kill(self) -> None:
        self.stop("immediate")

    def crash(self) -> None:
        """As when its machine loses its power."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGQUIT)

    def promote(self) -> None:
        self.place.run("pg_ctl", "--pgdata", self.data, "--wait", "promote")

    def query(self, sql: str) -> str:
        return self.place.run(
            "psql", "--host=127.0.0.1", f"--port={self.port}", "--username=postgres", "--no-psqlrc", "--tuples-only",
            "--no-align", "--quiet", "--command", sql, "postgres",
        ).strip()

    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


class Service:
    """An instance of the service."""

    def __init__(self, place: Place, database_url: str | None, binary: str | None = None, settings: dict[str, str] | None = None):
        """On this database; `None`: as the settings say."""
        self.port = free_port()
        environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ} | {
            "JWT_SECRET": SECRET, "HTTP_PORT": str(self.port), "GUEST_LOGIN": "true", "GUEST_LIMIT": "off",
            "GUEST_STORAGE_LIMIT": "off", "SHUTDOWN_TIMEOUT_SECONDS": "20",
        } | ({"DATABASE_URL": database_url} if database_url else {}) | (settings or {})
        self.log_path = place.path / f"service-{self.port}.log"
        self.log = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [binary or program(), "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        place.running.append(self)
        until("the service is ready", lambda: self.call("GET", "/readyz")[0] == 200)

    def call(self, method: str, path: str, body=None, token: str | None = None, timeout: float = 30, more: dict | None = None):
        """The status and the body of an answer; (0, None): there was none. `more` are headers."""
        headers = ({"Content-Type": "application/json"} if body is not None else {}) | (more or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers | {"Connection": "close"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def guest(self) -> str:
        status, session = self.call("POST", "/auth/guest-login", {})
        if status != 201:
            raise RuntimeError(f"a guest gets {status}: {session}")
        return session["access_token"]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise RuntimeError("the service did not stop in order")

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Writers:
    """Threads that store messages, each in conversations of its own, and remember what was acknowledged."""

    def __init__(self, rotation: list[Service], count: int = 4):
        self.rotation, self.going = rotation, True
        self.lock = threading.Lock()
        # The texts of each conversation, and the statuses of all requests.
        self.stored: dict[str, list[str]] = {}
        self.statuses: dict[int, int] = {}
        self.failures: list[tuple[float, int]] = []
        self.token = rotation[0].guest()
        self.threads = [threading.Thread(target=self.write, args=(number,), daemon=True) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def call(self, turn: int, method: str, path: str, body=None):
        service = self.rotation[turn % len(self.rotation)]
        status, answer = service.call(method, path, body, self.token)
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status not in (200, 201):
                self.failures.append((time.monotonic(), status))
        return status, answer

    def write(self, number: int) -> None:
        turn = number
        while self.going:
            status, conversation = self.call(turn, "POST", "/v1/conversations", {"title": f"of writer {number}"})
            if status != 201:
                time.sleep(0.05)
                continue
            for place in range(20):
                turn += 1
                text = f"{number} {turn} {place}"
                path = f"/v1/conversations/{conversation['id']}/items"
                status, _ = self.call(turn, "POST", path, {"role": "user", "content": text})
                if status == 201:
                    with self.lock:
                        self.stored.setdefault(conversation["id"], []).append(text)
                elif status != 0 and status < 500:
                    break
                else:
                    time.sleep(0.05)
                if not self.going:
                    return

    def acknowledged(self) -> dict[str, list[str]]:
        with self.lock:
            return {conversation: list(texts) for conversation, texts in self.stored.items()}

    def stop(self) -> None:
        self.going = False
        for thread in self.threads:
            thread.join()


def texts_of(service: Service, token: str, conversation: str) -> list[str] | None:
    """The messages of a conversation; `None`: it does not exist."""
    status, answer = service.call("GET", f"/v1/conversations/{conversation}/items?limit=100", token=token)
    if status == 404:
        return None
    if status != 200:
        raise RuntimeError(f"messages: {status} {answer}")
    return [item["content"] if isinstance(item["content"], str) else item["content"][0]["text"] for item in answer["data"]]


def lost(service: Service, token: str, stored: dict[str, list[str]]) -> int:
    """How many acknowledged messages are not there."""
    missing = 0
    for conversation, texts in stored.items():
        found = set(texts_of(service, token, conversation) or [])
        missing += sum(text not in found for text in texts)
    return missing


def count(stored: dict[str, list[str]]) -> str:
    return f"{sum(map(len, stored.values()))} messages in {len(stored)} conversations"


def program() -> str:
    """The program: of the first argument, else of a build here."""
    if len(sys.argv) > 1:
        return sys.argv[1]
    for kind in ("release", "debug"):
        built = ROOT / "target" / kind / "jan-conversations"
        if built.exists():
            return str(built)
    raise SystemExit("there is no program: cargo build, or name one")
