"""HTTP against pgbench: the same appends and the same reads, side by side on one cluster.

    http_against_pgbench.py ROUNDS SECONDS

Expects a running service: BASE_URL, SOCKET_DIR, SERVICE_PID, POSTMASTER_PID, SCRATCH.
"""

import json
import os
import pathlib
import sys
import time
import urllib.request

import statements
import tools
from tools import CONNECTIONS, MESSAGE, middle, psql, spread

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
# Conversations of one measurement. An append run fills each to a part of its 10,000 at the most.
TARGETS = 64
READ_ITEMS = 20


class Api:
    def __init__(self) -> None:
        self.base = os.environ["BASE_URL"]
        self.token = None
        self.token = self.post("/auth/guest-login")["access_token"]

    def post(self, path: str, body: dict | None = None) -> dict:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class Bench:
    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.api = Api()
        self.runs = 0
        self.reads = None
        self.processor: dict[str, list[tuple[float, float, float]]] = {}
        self.latency: dict[str, list[tuple[float, float]]] = {}
        (SCRATCH / "body.json").write_text(json.dumps({"role": "user", "content": MESSAGE}))
        for kind, script in statements.SCRIPTS.items():
            (SCRATCH / f"{kind}.sql").write_text(script())
        psql("create table bench_targets (run int, number int, owner_id uuid, conversation_id uuid, "
             "primary key (run, number))")

    def targets(self, items: int) -> int:
        """Fresh conversations through the API; pgbench finds them in a table of its own."""
        self.runs += 1
        messages = [{"role": "user", "content": MESSAGE}, {"role": "assistant", "content": MESSAGE}]
        made = [
            self.api.post("/v1/conversations", {"title": f"Benchmark {n}", "items": (messages * items)[:items]})
            for n in range(TARGETS)
        ]
        (SCRATCH / f"ids-{self.runs}").write_text("".join(f"{c['id']}\n" for c in made))
        psql(f"insert into bench_targets select {self.runs}, row_number() over () - 1, owner_id, id "
             f"from (select * from conversations order by id desc limit {TARGETS}) newest; "
             "analyze bench_targets, conversations, items; checkpoint")
        return self.runs

    def measure(self, kind: str, clients: int | None, group: int = 1, is_plain: bool = False) -> float:
        """Requests per second over HTTP (`clients` None), or of pgbench with so many clients: of the
        service's statement, of a plain one, or of a statement that stores a group of so many."""
        if kind == "append":
            number = self.targets(1)
        else:
            self.reads = self.reads or self.targets(READ_ITEMS)
            number = self.reads
        before = self.stored(number)
        processor = tools.Processor()
        if clients is None:
            name = f"{kind} HTTP"
            rate, handled = self.http(kind, number)
        else:
            word = "plain" if is_plain else "pgbench"
            name = f"{kind} {word} {clients}" if group == 1 else f"{kind} in groups"
            script = f"{kind}-plain" if is_plain else kind if group == 1 else f"{kind}-group"
            rate, handled = self.pgbench(kind, script, number, clients, group), None
        self.processor.setdefault(name, []).append(processor.microseconds(rate * self.seconds))
        stored = self.stored(number) - before
        # Requests that were under way at the end are stored, too, but not counted.
        if kind == "append" and handled is not None and not handled <= stored <= handled + CONNECTIONS:
            sys.exit(f"error: {handled} appends were answered, {stored} are stored")
        return rate

    def stored(self, number: int) -> int:
        """How many items the conversations of a run hold; none may have become full."""
        count, most = psql(
            "select sum(c.item_count), max(c.item_count) from conversations c join bench_targets t "
            f"on (t.owner_id, t.conversation_id) = (c.owner_id, c.id) where run = {number}"
        ).split("|")
        if int(most) >= 10_000:
            sys.exit("error: a conversation is full, so later appends were refused; measure for less long")
        return int(count)

    def pgbench(self, kind: str, script: str, number: int, clients: int, group: int) -> float:
        variables = {"run": number, "left": 0, "turn": 0, "clients": clients, "targets": TARGETS, "group": group}
        if kind == "append":
            variables |= {"now": tools.NOW, "seed": tools.SEED, "title": MESSAGE[:60], "content": MESSAGE}
        return tools.pgbench(SCRATCH / f"{script}.sql", clients, self.seconds, variables) * group

    def http(self, kind: str, number: int) -> tuple[float, int]:
        command = ["wrk", f"-t{tools.THREADS}", f"-c{CONNECTIONS}", f"-d{self.seconds}s",
                   "-s", str(tools.HERE / "requests.lua"), self.api.base]
        tools.show(command, kind)
        output = tools.run(command, {
            "BENCH_KIND": kind, "BENCH_TOKEN": self.api.token, "BENCH_BODY": str(SCRATCH / "body.json"),
            "BENCH_IDS": str(SCRATCH / f"ids-{number}"), "BENCH_THREADS": str(tools.THREADS),
        })
        line = next(line for line in output.splitlines() if line.startswith("BENCH "))
        requests, microseconds, errors, median, worst = (int(word) for word in line.split()[1:])
        if errors:
            sys.exit(f"error: {errors} of {requests} requests failed:\n{output}")
        self.latency.setdefault(kind, []).append((median / 1e3, worst / 1e3))
        return requests / (microseconds / 1e6), requests


def report(bench: Bench, kind: str, what: str, rates: dict[str, list[float]]) -> None:
    print(f"\n{what}")
    for name, values in rates.items():
        service, postgres, load = (middle(list(part)) for part in zip(*bench.processor[f"{kind} {name}"]))
        print(f"  {name:<12}{spread(values, ',.0f'):>28} /s   processor time for each: service "
              f"{service:.0f} µs, PostgreSQL {postgres:.0f} µs, load generator {load:.0f} µs")
    for name in [name for name in rates if name not in ("HTTP", "pgbench 16")]:
        ratios = [http / sql for http, sql in zip(rates["HTTP"], rates[name])]
        print(f"  HTTP / {name}: {spread(ratios)}")
    median, worst = (middle(list(part)) for part in zip(*bench.latency[kind]))
    print(f"  latency over HTTP: p50 {median:.1f} ms, p99 {worst:.1f} ms, {worst / median:.1f} times as long")


def main() -> None:
    rounds, seconds = int(sys.argv[1]), int(sys.argv[2])
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    print(f"{time.strftime('%Y-%m-%d')}, {cores} cores, load before the start {load:.1f}, "
          f"{psql('show server_version')}, {rounds} rounds of {seconds} s, {CONNECTIONS} connections")
    bench = Bench(seconds)
    kinds = {"append": "Append, messages of %d bytes" % len(MESSAGE),
             "get": f"GET of a conversation of {READ_ITEMS} messages"}
    rates = {kind: {"HTTP": [], "pgbench 16": [], "pgbench 32": [], "plain 32": []} for kind in kinds}
    # The service stores appends that arrive together by one statement, one group at a time.
    rates["append"]["in groups"] = []
    for kind in kinds:
        for _ in range(rounds):
            rates[kind]["HTTP"].append(bench.measure(kind, None))
            rates[kind]["pgbench 16"].append(bench.measure(kind, 16))
            rates[kind]["pgbench 32"].append(bench.measure(kind, 32))
            rates[kind]["plain 32"].append(bench.measure(kind, 32, is_plain=True))
            if "in groups" in rates[kind]:
                rates[kind]["in groups"].append(bench.measure(kind, 1, CONNECTIONS))
    for kind, what in kinds.items():
        report(bench, kind, what, rates[kind])
    now, most = tools.resident_mib(int(os.environ["SERVICE_PID"]))
    print(f"\nResident memory of the service: {now:.0f} MiB, at the most {most:.0f} MiB")


if __name__ == "__main__":
    main()
