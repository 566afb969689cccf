"""Requests answered while standard error is not read, and how long the end takes."""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict

import common

REQUESTS = 1_000


def measure(binary: str) -> list[common.Row]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jan-unread-", dir="/tmp"))
    folder.chmod(0o711)
    port = common.runner.free_port()
    kept = {name: os.environ[name] for name in ("PATH", "PG_BIN") if name in os.environ}
    settings = {**kept, "DATA_DIR": str(folder / "data"), "HTTP_PORT": str(port)}
    process = subprocess.Popen([binary], env=settings, stderr=subprocess.PIPE)
    try:
        service = common.Service(process, port, folder / "data")
        common.runner.wait_until_ready(process, service.base_url)
        answered, failures = 0, 0
        for _ in range(REQUESTS):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answered += service.request("GET", "/healthz", timeout=3)[0] == 200
                failures = 0
                continue
            failures += 1
            if failures == 3:
                break
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
            ended = time.monotonic() - begun
        except subprocess.TimeoutExpired:
            ended = float("inf")
        return [
            common.Row(f"requests answered of {REQUESTS}", answered, "", f"{REQUESTS:,}"),
            common.Row("until it has ended after SIGTERM", ended, "s", "≤ 10 s"),
        ]
    finally:
        # Reading lets it go on to its end; only then may it be killed, with its database.
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=60)
        process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the program to attack")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for row in measure(arguments.binary):
        print(json.dumps(asdict(row)), flush=True)


if __name__ == "__main__":
    main()
