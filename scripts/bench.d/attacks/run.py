"""Runs the attacks on one binary or two, and prints one table as Markdown; see `scripts/bench attacks`."""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# No attack takes longer; one that hangs is ended, and the table says so.
LONGEST_SECONDS = 600


def topics() -> list[str]:
    others = {"common", "neighbours", "run"}
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in others)


def attacked(topic: str, binary: str) -> list[dict]:
    command = [sys.executable, str(HERE / f"{topic}.py"), "--binary", binary]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        output, _ = child.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=120)
        print(f"{topic}: ended after {LONGEST_SECONDS} s", file=sys.stderr)
    if child.returncode != 0:
        print(f"{topic}: status {child.returncode} with {binary}", file=sys.stderr)
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def shown(row: dict | None) -> str:
    if row is None:
        return "–"
    value = row["value"]
    number = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"
    return f"{number} {row['unit']}".strip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench attacks", description=__doc__)
    parser.add_argument("--before", help="an older program, to compare with")
    parser.add_argument("--after", required=True, help="the program")
    parser.add_argument("topics", nargs="*", help="all of them, if none is named: " + ", ".join(topics()))
    arguments = parser.parse_args()
    unknown = set(arguments.topics) - set(topics())
    if unknown:
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    binaries = [binary for binary in (arguments.before, arguments.after) if binary]
    failed = False
    print("| attack | measured | " + ("before | " if arguments.before else "") + "after | aim |")
    print("|---|---|" + ("---|" if arguments.before else "") + "---|---|")
    for topic in arguments.topics or topics():
        begun = time.monotonic()
        found = [{row["what"]: row for row in attacked(topic, binary)} for binary in binaries]
        failed = failed or not found[-1]
        for what in dict.fromkeys(what for rows in found for what in rows):
            cells = [shown(rows.get(what)) for rows in found]
            aim = next(rows[what]["aim"] for rows in reversed(found) if what in rows)
            print("| " + " | ".join([topic, what, *cells, aim]) + " |", flush=True)
        print(f"{topic}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
