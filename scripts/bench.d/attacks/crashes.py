"""Crashes of PostgreSQL while answers are under way: how many acknowledged writes are gone.

Commits take long here, as on a slow disk. Appends, links, renamed titles, revoked API keys and forks
are sent at once, PostgreSQL is hit in the middle, and afterwards each that was acknowledged is looked
for. Each kind of crash is made ROUNDS times.
"""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import threading
import time

import common

ROUNDS = 4
# Requests at once, of each kind.
WIDTH = 4


def postmaster(service) -> int:
    text = (service.data / "postgres/postmaster.pid").read_text()
    return int(text.splitlines()[0])


def backends(service) -> list[int]:
    """The processes of the cluster that serve a connection."""
    parent, found = postmaster(service), []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[1]) == parent and b"[local]" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def kill_backend(service) -> None:
    # The oldest is mostly idle, so a lost write is not its own.
    found = backends(service)
    if found:
        os.kill(min(found), signal.SIGKILL)


def stop_at_once(service) -> None:
    os.kill(postmaster(service), signal.SIGQUIT)


def kill_postmaster(service) -> None:
    os.kill(postmaster(service), signal.SIGKILL)


KINDS = {
    "a backend killed": kill_backend,
    "an immediate stop": stop_at_once,
    "the postmaster killed": kill_postmaster,
}


def slow_down(service) -> None:
    """Each commit waits for 100 ms, the most that PostgreSQL can be told."""
    with (service.data / "postgres/postgresql.auto.conf").open("a") as settings:
        settings.write("commit_delay = 100000\ncommit_siblings = 0\n")
    os.kill(postmaster(service), signal.SIGHUP)
    time.sleep(0.5)


def ready(service) -> None:
    """Ready for a while: a server that was hit may answer for another moment."""
    until, good = time.monotonic() + 60, 0
    while good < 5:
        if time.monotonic() > until:
            raise RuntimeError("the service does not come back")
        with contextlib.suppress(OSError, http.client.HTTPException):
            good = good + 1 if service.request("GET", "/readyz", timeout=5)[0] == 200 else 0
        time.sleep(0.1)


def asked(service, method: str, path: str, body, token: str):
    """The answer of a success; None otherwise."""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        status, answer = service.request(method, path, body, token, timeout=30)
        if 200 <= status < 300:
            return json.loads(answer) if answer else {}
    return None


def certainly(service, method: str, path: str, body, token: str):
    answer = asked(service, method, path, body, token)
    if answer is None:
        raise RuntimeError(f"{method} {path} is refused")
    return answer


class Case:
    """One write: the request, and whether its object exists, as far as acknowledged."""

    def __init__(self, request, holds) -> None:
        self.request, self.holds, self.answer = request, holds, None


def status(service, path: str, token: str) -> int:
    return service.request("GET", path, token=token)[0]


def cases(service, token: str) -> list[Case]:
    made = []
    for number in range(WIDTH):
        conversation = certainly(service, "POST", "/v1/conversations", {"title": "before"}, token)["id"]
        path = f"/v1/conversations/{conversation}"
        first = {"role": "user", "content": "first"}
        certainly(service, "POST", f"{path}/items", first, token)
        link = certainly(service, "POST", f"{path}/share", {}, token)["share_id"]
        key = certainly(service, "POST", "/auth/api-keys", {"name": "k"}, token)
        title = f"renamed {number}"

        def item_is_there(answer, path=path):
            return status(service, f"{path}/items/{answer['id']}", token) == 200

        def is_renamed(_, path=path, title=title):
            _, body = service.request("GET", f"{path}?include_items=false", token=token)
            return json.loads(body).get("title") == title

        def link_is_there(answer):
            return status(service, f"/conversations/share/{answer['share_id']}", token) == 200

        def fork_is_there(answer):
            return status(service, f"/v1/conversations/{answer['id']}", token) == 200

        def key_is_revoked(_, secret=key["key"]):
            return status(service, "/v1/conversations", secret) == 401

        fork = f"/conversations/share/{link}/fork"
        made += [
            Case(("POST", f"{path}/items", {"role": "user", "content": "new"}), item_is_there),
            Case(("PATCH", path, {"title": title}), is_renamed),
            Case(("POST", f"{path}/share", {}), link_is_there),
            Case(("POST", fork, None), fork_is_there),
            Case(("DELETE", f"/auth/api-keys/{key['id']}", None), key_is_revoked),
        ]
    return made


def run_round(service, token: str, hit) -> tuple[int, int]:
    """How many writes were acknowledged, and how many of them are gone."""
    made = cases(service, token)

    def send(case) -> None:
        case.answer = asked(service, *case.request, token)

    threads = [threading.Thread(target=send, args=(case,)) for case in made]
    for thread in threads:
        thread.start()
    time.sleep(0.06)
    hit(service)
    for thread in threads:
        thread.join()
    ready(service)
    told = [case for case in made if case.answer is not None]
    return len(told), sum(not case.holds(case.answer) for case in told)


def measure(service):
    token = service.guest()
    slow_down(service)
    for kind, hit in KINDS.items():
        acknowledged = lost = 0
        for _ in range(ROUNDS):
            told, gone = run_round(service, token, hit)
            acknowledged, lost = acknowledged + told, lost + gone
        yield common.Row(f"{kind}: acknowledged", acknowledged, "writes")
        yield common.Row(f"{kind}: of these lost", lost, "writes", "0")


if __name__ == "__main__":
    common.main(measure)
