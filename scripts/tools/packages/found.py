"""Helpers of the packages' checks: findings, programs that are run, and a service that is asked."""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "scripts/tools"))


class Findings:
    """Faults. A check goes on after one, so that one run finds all."""

    def __init__(self, subject: str):
        self.subject = subject
        self.count = 0

    def expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.count += 1
            print(f"{self.subject}: not so: {sentence}", file=sys.stderr)

    def equal(self, found, expected, what: str) -> None:
        self.expect(found == expected, f"{what} is {expected!r}; it is {found!r}")


def run(*command, **options) -> str:
    """The output of a program that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def settings_of_service() -> set[str]:
    """The names that the program tells itself, and OpenTelemetry's; PROGRAM is its path."""
    standard = re.findall(r"`(OTEL_[A-Z_]+)`", (ROOT / "docs/OPERATIONS.md").read_text(encoding="utf-8"))
    return {*re.findall(r"\[env:\s+([A-Z_]+)", run(os.environ["PROGRAM"], "serve", "--help")), *standard}


def call(method: str, url: str, token: str | None = None, body=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        return json.loads(answer.read() or "null")
