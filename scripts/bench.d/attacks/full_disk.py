"""A disk that is filled to its last byte: by another program, and by the service itself. Takes root, since
it mounts a small file system of memory; without that it is skipped, with a message."""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import string
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict

import common

MIB = 1024 * 1024


@contextlib.contextmanager
def disk(mebibytes: int):
    """A file system of its own, or None."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jan-disk-", dir="/tmp"))
    options = f"size={mebibytes}m,mode=755"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def free(folder: pathlib.Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def fill(folder: pathlib.Path) -> None:
    """Another program writes as long as it can."""
    with (folder / "foreign").open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while free(folder) > 0:
            file.write(bytes(min(free(folder), 65_536)))


def noise(length: int) -> str:
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


class Owner:
    """A writer, and its acknowledged writes."""

    def __init__(self, service: common.Service) -> None:
        self.service, self.token, self.kept = service, service.guest(), {}
        self.conversation = self._made("/v1/conversations", {})

    def _made(self, path: str, body: dict) -> str:
        status, answer = self.call("POST", path, body)
        if status != 201:
            raise RuntimeError(f"{path}: {status}")
        return json.loads(answer)["id"]

    def call(self, method: str, path: str, body=None):
        """The status and the answer; 0 where there is none."""
        try:
            return self.service.request(method, path, body, self.token, timeout=15)
        except (OSError, http.client.HTTPException):
            return 0, b""

    def write(self, length: int) -> int:
        content = noise(length)
        body = {"role": "user", "content": content}
        status, answer = self.call("POST", f"/v1/conversations/{self.conversation}/items", body)
        if status == 201:
            self.kept[json.loads(answer)["id"]] = content
        return status

    def lost(self) -> int:
        for _ in range(100):
            status, answer = self.call("GET", f"/v1/conversations/{self.conversation}")
            if status == 200:
                break
            time.sleep(0.2)
        else:
            return len(self.kept)
        found = {item["id"]: item["content"] for item in json.loads(answer)["items"]}
        return sum(found.get(name) != content for name, content in self.kept.items())

    def until_written(self, seconds: float) -> float:
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.write(100) == 201:
                return time.monotonic() - begun
            time.sleep(0.1)
        return float("inf")


def postmaster(service: common.Service) -> str:
    with contextlib.suppress(OSError, IndexError):
        return (service.data / "postgres/postmaster.pid").read_text().splitlines()[0]
    return ""


def filled_by_others(service: common.Service, folder: pathlib.Path) -> list[common.Row]:
    owner = Owner(service)
    others = [owner._made("/v1/conversations", {}) for _ in range(20)]
    for _ in range(10):
        owner.write(20_000)
    time.sleep(3)
    before = postmaster(service)
    # Space that is freed meanwhile is taken, too.
    for _ in range(3):
        fill(folder)
        time.sleep(1)
    refused = [owner.write(300_000) for _ in range(30)]
    reads = [owner.call("GET", f"/v1/conversations/{owner.conversation}")[0] for _ in range(20)]
    deletions = [owner.call("DELETE", f"/v1/conversations/{name}")[0] for name in others]
    is_there = postmaster(service) == before
    (folder / "foreign").unlink()
    back = owner.until_written(120)
    name = "filled by others"
    return [
        common.Row(f"{name}: large writes answered 503 of 30", refused.count(503), "", "30"),
        common.Row(f"{name}: reads done of 20", reads.count(200), "", "20"),
        common.Row(f"{name}: deletions done of 20", deletions.count(204), "", "20"),
        common.Row(f"{name}: PostgreSQL died", float(not is_there), "times", "0"),
        common.Row(f"{name}: until a write is stored again", back, "s", "≤ 5 s"),
        common.Row(f"{name}: acknowledged and lost, of {len(owner.kept)}", owner.lost(), "", "0"),
    ]


def filled_by_itself(service: common.Service, folder: pathlib.Path) -> list[common.Row]:
    owner = Owner(service)
    statuses, until = [], time.monotonic() + 120
    # Until it is full.
    while time.monotonic() < until and (len(statuses) < 20 or 201 in statuses[-20:]):
        statuses.append(owner.write(900_000))
    left = free(folder) / MIB
    lost, number = owner.lost(), len(owner.kept)
    deleted = owner.call("DELETE", f"/v1/conversations/{owner.conversation}")[0]
    begun = time.monotonic()
    back = float("inf")
    while time.monotonic() - begun < 120:
        if owner.call("POST", "/v1/conversations", {})[0] == 201:
            back = time.monotonic() - begun
            break
        time.sleep(0.2)
    odd = sum(status not in (201, 503) for status in statuses)
    name = "filled by itself"
    return [
        common.Row(f"{name}: left free", left, "MiB", "> 0"),
        common.Row(f"{name}: answers that are neither 201 nor 503", odd, "", "0"),
        common.Row(f"{name}: acknowledged and lost, of {number}", lost, "", "0"),
        common.Row(f"{name}: deletion", deleted, "(status)", "204"),
        common.Row(f"{name}: until a write is stored again", back, "s", "≤ 30 s"),
    ]


@contextlib.contextmanager
def running(binary: str, folder: pathlib.Path):
    port = common.runner.free_port()
    with open("/dev/null", "wb") as log:
        process = common.runner.start(binary, folder / "data", port, log)
        try:
            service = common.Service(process, port, folder / "data")
            common.runner.wait_until_ready(process, service.base_url)
            yield service
        finally:
            common.runner.end(process)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the program to attack")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for attack in (filled_by_others, filled_by_itself):
        with disk(320) as folder:
            if folder is None:
                print("a file system cannot be mounted here", file=sys.stderr)
                return
            with running(arguments.binary, folder) as service:
                for row in attack(service, folder):
                    print(json.dumps(asdict(row)), flush=True)


if __name__ == "__main__":
    main()
