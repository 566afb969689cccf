"""A large conversation is deleted, and then a small one: when are both reclaimed?

ATTACK_MEGABYTES (default 2400) is the size of the large one. Its messages do not compress, so the
disk has as much to do as it is large.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import threading
import time

import common

MEGABYTES = int(os.environ.get("ATTACK_MEGABYTES", "2400"))
# The largest message there is: a million characters of four bytes.
MESSAGE = 4
# How many seconds the large one is waited for.
PATIENCE = 240


def psql() -> str:
    found = shutil.which("psql")
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))
    return found or str(programs[-1])


def ask(service: common.Service, sql: str) -> str:
    """The database's answer, as its own user."""
    command = [psql(), "-h", str(service.data / "run"), "-U", "postgres", "-Atqc", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def created(service: common.Service, token: str) -> str:
    status, answer = service.request("POST", "/v1/conversations", {}, token)
    if status != 201:
        raise RuntimeError(f"no conversation: {status} {answer[:200]!r}")
    return json.loads(answer)["id"]


def stored(conversation: str) -> str:
    """A public id as the database keeps it."""
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for letter in conversation.removeprefix("conv_"):
        number = number * 32 + digits.index(letter)
    return f"{number:032x}"


def fill(service: common.Service, token: str, conversation: str, count: int) -> None:
    """Says one message, and has the database repeat it: requests of that size would take minutes."""
    rng = random.Random(1)
    # Ideographs of plane 2, written without escapes.
    text = "".join(chr(0x20000 + rng.getrandbits(15)) for _ in range(1_000_000))
    body = json.dumps({"role": "user", "content": text}, ensure_ascii=False).encode()
    path = f"/v1/conversations/{conversation}/items"
    status, answer = service.request("POST", path, body, token)
    if status != 201:
        raise RuntimeError(f"no message: {status} {answer[:200]!r}")
    ask(
        service,
        f"""insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            content)
        select owner_id, conversation_id,
            encode(substring(uuid_send(id) for 12) || int4send(n), 'hex')::uuid,
            created_at, created_at, n, role, content
        from items, generate_series(2, {count}) n where conversation_id = '{stored(conversation)}';
        update conversations set item_count = {count}, last_sequence = {count}
        where id = '{stored(conversation)}'""",
    )


def until_empty(service: common.Service, conversation: str, begun: float) -> float:
    sql = f"select exists (select from items where conversation_id = '{stored(conversation)}')"
    while time.monotonic() - begun < PATIENCE:
        with contextlib.suppress(subprocess.CalledProcessError):
            if ask(service, sql) == "f":
                return time.monotonic() - begun
        time.sleep(0.2)
    return float("inf")


def measure(service: common.Service) -> list[common.Row]:
    large_owner, small_owner = service.guest(), service.guest()
    large = created(service, large_owner)
    fill(service, large_owner, large, max(1, MEGABYTES // MESSAGE))
    same, other = created(service, large_owner), created(service, small_owner)
    for token, conversation in ((large_owner, same), (small_owner, other)):
        path = f"/v1/conversations/{conversation}/items"
        service.request("POST", path, {"role": "user", "content": "x"}, token)
    ask(service, "checkpoint")
    begun = time.monotonic()
    for token, conversation in ((large_owner, large), (large_owner, same), (small_owner, other)):
        status, _ = service.request("DELETE", f"/v1/conversations/{conversation}", token=token)
        if status != 204:
            raise RuntimeError(f"not deleted: {status}")
    times: dict[str, float] = {}

    def watch(name: str, conversation: str) -> None:
        times[name] = until_empty(service, conversation, begun)

    pairs = {"large": large, "same": same, "other": other}.items()
    watchers = [threading.Thread(target=watch, args=pair) for pair in pairs]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    return [
        common.Row("a small conversation behind it, of another owner", times["other"], "s", "≤ 10 s"),
        common.Row("a small conversation behind it, of the same owner", times["same"], "s", "≤ 10 s"),
        common.Row(f"a conversation of {MEGABYTES} MB is reclaimed", times["large"], "s"),
    ]


if __name__ == "__main__":
    common.main(measure, {"GUEST_STORAGE_LIMIT": "off"})
