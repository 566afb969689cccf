"""Helpers of the measurements: running wrk, pgbench and psql, and where the processor time went."""

import os
import pathlib
import re
import resource
import shlex
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")
THREADS = 2
CONNECTIONS = 32
# About 200 bytes, as people write them.
MESSAGE = (
    "Could you look at the plan for the move to the new office once more? I think we forgot the "
    "week in which the network is being set up, and Thursday is a holiday. What would you change?"
)
SEED = "\\x0190a3c5d7e9fb1d3f517395"


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=os.environ | (environment or {}), text=True, capture_output=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"error: {shlex.join(command)[:500]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def psql(sql: str, database: str = "postgres", socket: str = "") -> str:
    host = socket or os.environ["SOCKET_DIR"]
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", "postgres", "-d", database]
    done = subprocess.run(command, input=sql, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"error: psql: {done.stderr}\n{sql[:1000]}")
    return done.stdout.strip()


_shown: set[str] = set()


def show(command: list[str], label: str) -> None:
    """Prints a command line once for each label, long values shortened."""
    if label in _shown:
        return
    _shown.add(label)
    short = [word if len(word) <= 60 else word[:50] + "…" for word in command]
    print(f"$ {shlex.join(short)}", flush=True)


def pgbench(
    script: pathlib.Path, clients: int, seconds: int, variables: dict[str, str], database: str = "postgres",
    socket: str = "", more: tuple[str, ...] = (),
) -> float:
    """Transactions per second."""
    command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(THREADS, clients))]
    command += ["-T", str(seconds), "-h", socket or os.environ["SOCKET_DIR"], "-U", "postgres", "-f", str(script)]
    command += more
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    command += [database]
    show(command, f"{script.name} {clients}")
    output = run(command)
    failed = re.search(r"number of failed transactions: (\d+)", output)
    rate = re.search(r"tps = ([\d.]+)", output)
    if "aborted" in output or (failed and failed[1] != "0") or rate is None:
        sys.exit(f"error: pgbench met failures:\n{output}")
    return float(rate[1])


class Processor:
    """The processor time of the service, PostgreSQL and the load generator since it was made."""

    def __init__(self, service: int = 0, postmaster: int = 0) -> None:
        self.service = service or int(os.environ["SERVICE_PID"])
        self.postmaster = postmaster or int(os.environ["POSTMASTER_PID"])
        self.before = self._seconds()

    def microseconds(self, count: float) -> tuple[float, float, float]:
        """Of processor time, for each of so many requests."""
        service, postgres, load = (now - then for now, then in zip(self._seconds(), self.before))
        each = 1e6 / max(count, 1)
        return service * each, postgres * each, load * each

    def _seconds(self) -> tuple[float, float, float]:
        postgres = sum(_times(self.postmaster, ended_children=True))
        for pid in _children(self.postmaster):
            postgres += sum(_times(pid))
        load = resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(_times(self.service)), postgres, load.ru_utime + load.ru_stime


def _times(pid: int, ended_children: bool = False) -> tuple[float, ...]:
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return (0.0,)
    return tuple(int(ticks) / TICK for ticks in stat[11 : 15 if ended_children else 13])


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def forget_peak(pid: int) -> None:
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def resident_mib(pid: int) -> tuple[float, float]:
    """Now, and at the most since the peak was forgotten."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    now, most = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def middle(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float], form: str = ".2f") -> str:
    return f"{middle(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def prose(length: int) -> str:
    """English that people wrote: the comments in the source. How well a text compresses matters."""
    comments: list[str] = []
    for path in sorted(HERE.parents[1].glob("crates/*/src/**/*.rs")):
        comments += re.findall(r"^[ ]*//[/!]?[ ]?(.+)$", path.read_text(), re.MULTILINE)
    text = "\n".join(comments)
    return (text * (length // len(text) + 1))[:length]
