"""Load of one kind on a running service or its database, and what came of it."""

import contextlib
import os
import pathlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tools
from instance import Instance
from tools import THREADS

# An answer may take long while the machine is busy. wrk would count it as an error after two seconds.
TIMEOUT = "120s"


@dataclass(frozen=True)
class Requests:
    """Requests of one kind: a path each, and a token where one is needed."""

    lines: list[str]
    method: str = "GET"
    body: str = ""
    accept: str = "application/json"
    # How many of each line a thread sends before it goes on to the next. 0: at random.
    each: int = 0


@dataclass(frozen=True)
class Outcome:
    """What one side did in one round. Times of requests are in milliseconds, processor time in
    microseconds for each, memory in MiB."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    service: float = 0.0
    postgres: float = 0.0
    generator: float = 0.0
    peak: float = 0.0
    count: int = 0
    megabytes: float = 0.0


class Load:
    def __init__(self, instance: Instance, seconds: int) -> None:
        self.instance, self.seconds = instance, seconds

    def sql(self, text: str) -> str:
        return tools.psql(text, socket=self.instance.socket)

    def processor(self) -> tools.Processor:
        return tools.Processor(self.instance.pid, self.instance.postmaster)

    def http(self, requests: Requests, connections: int = tools.CONNECTIONS) -> Outcome:
        """By wrk. A failed request ends the benchmark."""
        folder = self.instance.folder
        (folder / "requests").write_text("\n".join(requests.lines) + "\n")
        (folder / "body").write_text(requests.body)
        threads = min(THREADS, connections)
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{self.seconds}s", f"--timeout={TIMEOUT}"]
        command += ["-s", str(tools.HERE / "requests.lua"), self.instance.base]
        tools.show(command, f"wrk {connections}")
        tools.forget_peak(self.instance.pid)
        used = self.processor()
        output = tools.run(command, {
            "BENCH_METHOD": requests.method, "BENCH_REQUESTS": str(folder / "requests"),
            "BENCH_BODY": str(folder / "body") if requests.body else "", "BENCH_ACCEPT": requests.accept,
            "BENCH_ORDER": str(requests.each or "random"),
        })
        line = next(line for line in output.splitlines() if line.startswith("BENCH "))
        count, microseconds, errors, p50, p99, size = (int(word) for word in line.split()[1:])
        # Large answers may still be under way at the end, all of them.
        if errors or not size:
            sys.exit(f"error: {errors} of {count} requests failed, such as {requests.lines[0].split()[0]}:\n{output}")
        service, postgres, generator = used.microseconds(count)
        return Outcome(
            count / (microseconds / 1e6), p50 / 1e3, p99 / 1e3, service, postgres, generator,
            tools.resident_mib(self.instance.pid)[1], count, size / 1e6 / (microseconds / 1e6),
        )

    def read(self, requests: Requests) -> Outcome:
        """Without what earlier appends have left to index, as the yardstick of reads is."""
        with self.without_indexing():
            return self.http(requests)

    def append(self, requests: Requests, owner: str, messages: int = 1,
               connections: int = tools.CONNECTIONS) -> Outcome:
        """Appends of so many messages each; the database must hold the acknowledged ones."""
        before = self.stored(owner)
        outcome = self.http(requests, connections)
        # Requests that were under way at the end are stored, too, but not counted.
        most = (outcome.count + connections) * messages
        least, found = outcome.count * messages, self.stored(owner) - before
        if not least <= found <= most:
            sys.exit(f"error: {least} messages were acknowledged, {found} are stored")
        return outcome

    @contextlib.contextmanager
    def without_indexing(self) -> Iterator[None]:
        """Nothing is indexed for search meanwhile. The service rests for requests, and does not see that
        a yardstick needs the processors."""
        self.sql("update jobs set due_at = due_at + interval '2 days' where kind = 10")
        try:
            yield
        finally:
            self.sql("update jobs set due_at = due_at - interval '2 days'"
                     " where kind = 10 and due_at > now() + interval '1 day'")

    def stored(self, owner: str) -> int:
        """Messages of an owner."""
        return int(self.sql(f"select count(*) from items where owner_id = any('{{{owner}}}')"))

    def pgbench(self, name: str, script: str, clients: int = tools.CONNECTIONS, each: int = 1,
                variables: dict[str, str] | None = None) -> Outcome:
        """A statement in pgbench, which does the work of so many requests."""
        path = self.instance.folder / f"{name}.sql"
        path.write_text(script)
        prefix = self.instance.folder / "latency"
        more = ("--log", f"--log-prefix={prefix}", "--sampling-rate=0.2")
        used = self.processor()
        given, socket = variables or {}, self.instance.socket
        with self.without_indexing():
            rate = each * tools.pgbench(path, clients, self.seconds, given, socket=socket, more=more)
        # Until the backends have ended and their time is counted.
        time.sleep(0.3)
        service, postgres, generator = used.microseconds(rate * self.seconds)
        p50, p99 = latencies(prefix)
        return Outcome(rate, p50, p99, service, postgres, generator, count=int(rate * self.seconds))


def latencies(prefix: pathlib.Path) -> tuple[float, float]:
    """Of the transactions that pgbench wrote down, which are then forgotten."""
    found: list[float] = []
    for path in prefix.parent.glob(f"{prefix.name}.*"):
        found += [int(line.split()[2]) / 1e3 for line in path.read_text().splitlines()]
        path.unlink()
    found.sort()
    return (found[len(found) // 2], found[len(found) * 99 // 100]) if found else (0.0, 0.0)


def cores() -> int:
    return len(os.sched_getaffinity(0))


Side = Callable[[], Outcome]
