"""Owners who append small messages, one connection each, and how long each waits."""

import contextlib
import http.client
import json
import multiprocessing
import statistics
import time

import common

MESSAGE = "Could you look at the plan for the move to the new office once more? Thursday is a holiday."


def conversation(service: common.Service, token: str) -> str:
    status, answer = service.request("POST", "/v1/conversations", {}, token)
    if status != 201:
        raise RuntimeError(f"no conversation: {status} {answer[:200]!r}")
    return json.loads(answer)["id"]


def appending(port: int, token: str, conversation_id: str, content: str, until: float, times=None) -> None:
    """Appends as fast as answers come, and tells how many milliseconds each took."""
    path = f"/v1/conversations/{conversation_id}/items"
    body = json.dumps({"role": "user", "content": content})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection, taken = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    while time.monotonic() < until:
        begun = time.perf_counter()
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("POST", path, body, headers)
            connection.getresponse().read()
        taken.append((time.perf_counter() - begun) * 1e3)
    if times is not None:
        times.put(taken)


class Owners:
    """Some owners with a conversation each."""

    def __init__(self, service: common.Service, number: int) -> None:
        self.service = service
        self.each = [(token := service.guest(), conversation(service, token)) for _ in range(number)]

    def waits(self, seconds: float) -> list[float]:
        """Lets all of them append, and says how long each append took, in milliseconds."""
        times, until = multiprocessing.Queue(), time.monotonic() + seconds
        processes = [
            multiprocessing.Process(
                target=appending, args=(self.service.port, token, where, MESSAGE, until, times)
            )
            for token, where in self.each
        ]
        for process in processes:
            process.start()
        taken = [wait for _ in processes for wait in times.get(timeout=seconds + 60)]
        for process in processes:
            process.join()
        return sorted(taken)


def quantile(waits: list[float], part: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * part))]


def rows(what: str, alone: list[float], beside: list[float]) -> list[common.Row]:
    """How long others wait beside an attack, and how many times as long as without."""
    found = []
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        before, now = quantile(alone, part), quantile(beside, part)
        found.append(common.Row(f"{what}: others' {name}", now, "ms"))
        found.append(common.Row(f"{what}: others' {name}, times that without", now / before, "×", "≤ 2 ×"))
    found.append(common.Row(f"{what}: others' mean", statistics.fmean(beside), "ms"))
    return found
