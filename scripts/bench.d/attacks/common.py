"""Helpers of the attacks: a service of their own, its memory and open files, and plain connections.

Each topic is a file beside this one. It defines `measure(service)`, which attacks a running service
and returns rows, and ends with `common.main(measure)`:

    python3 scripts/bench.d/attacks/TOPIC.py --binary PATH

starts the binary on a fresh DATA_DIR and a free port, prints the rows as JSON, one a line, and stops.
`scripts/bench attacks` runs all topics for two binaries and prints one table.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import queue
import resource
import shutil
import signal
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools"))

import service as runner  # noqa: E402


@dataclass
class Row:
    """One measurement: its name, value and unit, and the aim."""

    what: str
    value: float
    unit: str
    aim: str = ""


class Service:
    """A running service."""

    def __init__(self, process, port: int, data: pathlib.Path) -> None:
        self.process, self.port, self.data = process, port, data
        self.base_url = f"http://127.0.0.1:{port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def memory(self) -> float:
        """Its memory now, in MiB."""
        return self._status("VmRSS:")

    def peak(self) -> float:
        """The most it has kept since `forget_peak`, in MiB."""
        return self._status("VmHWM:")

    def forget_peak(self) -> None:
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def processor_time(self) -> float:
        """What it has used since its start, in seconds."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status(self, field: str) -> float:
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {field}")

    def request(self, method: str, path: str, body=None, token: str = "", timeout: float = 60):
        """The status and the answer's bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def guest(self) -> str:
        """The access token of a new guest."""
        status, answer = self.request("POST", "/auth/guest-login")
        if status != 201:
            raise RuntimeError(f"no guest: {status} {answer[:200]!r}")
        return json.loads(answer)["access_token"]

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        """A plain connection; `receive_buffer` limits the bytes that wait unread."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", self.port))
        return connection


def held(service: Service, name: str, connect, rest: float, other: str, *request, good: int) -> list[Row]:
    """Memory while the connections of `connect()` are open and after, and the time of another's request."""
    idle = service.memory()
    service.forget_peak()
    connections = connect()
    time.sleep(rest)
    most = service.peak() - idle
    begun = time.perf_counter()
    status, _ = service.request(*request)
    taken = (time.perf_counter() - begun) * 1e3 if status == good else float(status)
    for connection in connections:
        connection.close()
    after = settled(service, 10) - idle
    return [
        Row(f"{name}: memory over idle", most, "MiB", "≤ 64 MiB"),
        Row(f"{name}: memory over idle, 10 s afterwards", after, "MiB", "≤ 16 MiB"),
        Row(f"{name}: {other}", taken, "ms (or its status)"),
    ]


def head(method: str, path: str, length: int | None = None, token: str = "", **more: str) -> bytes:
    """The head of a request; the body is the caller's to send."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if length is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def beat(service: Service, is_over, times) -> None:
    taken = []
    while not is_over.is_set():
        begun = time.perf_counter()
        with contextlib.suppress(OSError, http.client.HTTPException):
            service.request("GET", "/healthz", timeout=30)
        taken.append((time.perf_counter() - begun) * 1e3)
        time.sleep(0.005)
    times.put(taken)


class Heartbeat:
    """Asks for /healthz again and again, on a connection of its own each time.

    It is a process of its own: a thread would wait for what others of this process do, such as the model
    provider that reads what it is sent.
    """

    def __init__(self, service: Service) -> None:
        self.times, self.is_over, self.taken = [], multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=beat, args=(service, self.is_over, self.taken))

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        with contextlib.suppress(queue.Empty):
            self.times = self.taken.get(timeout=60)
        self.process.join(timeout=10)

    def worst(self) -> float:
        return max(self.times, default=float("inf"))

    def middle(self) -> float:
        return statistics.median(self.times) if self.times else float("inf")


def settled(service: Service, seconds: float) -> float:
    """The least memory within so many seconds, in MiB: what does not come back is there all along."""
    least, until = service.memory(), time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.5)
        least = min(least, service.memory())
    return least


@contextlib.contextmanager
def running(binary: str, settings: dict[str, str] | None = None):
    """Starts the binary without the settings of this environment, and stops it."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, 65_536), files))
    # Not $TMPDIR: the path of PostgreSQL's socket has to be short. Where this runs as root,
    # PostgreSQL runs as another user, which must reach the directory.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jan-attack-", dir="/tmp"))
    folder.chmod(0o711)
    port = runner.free_port()
    before = {name: os.environ.get(name) for name in (settings or {})}
    os.environ.update(settings or {})
    passed_on = runner.PASSED_ON
    runner.PASSED_ON = (*passed_on, *(settings or {}))
    try:
        with (folder / "log").open("wb") as log:
            process = runner.start(binary, folder / "data", port, log)
            try:
                service = Service(process, port, folder / "data")
                runner.wait_until_ready(process, service.base_url)
                yield service
            finally:
                runner.end(process)
    finally:
        runner.PASSED_ON = passed_on
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)


def main(measure, settings: dict[str, str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--binary", required=True, help="the program to attack")
    arguments = parser.parse_args()
    # Python would end at once and leave the service running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with running(arguments.binary, settings) as service:
        for row in measure(service):
            print(json.dumps(asdict(row)), flush=True)
