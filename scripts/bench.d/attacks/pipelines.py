"""How long /healthz waits beside 60 connections that ask a thousand times at once and read nothing, or little; and the
memory of 500 with as many small requests as are read ahead."""

import contextlib
import json
import threading
import time

import common

CONNECTIONS = 60
SECONDS = 5
PATHS = ("/openapi.json", "/docs/swagger-ui-bundle.js", "/version", "/nowhere")


def asked(service: common.Service, path: str) -> list:
    connections = []
    for _ in range(CONNECTIONS):
        connection = service.connect()
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.send(common.head("GET", path) * 1_000)
        connections.append(connection)
    return connections


def read(connections: list, until: float) -> None:
    """Takes what there is on each, 256 KiB at a time."""
    while time.monotonic() < until:
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.recv(256 * 1024)
        time.sleep(0.01)


def small_requests(service: common.Service) -> common.Row:
    """Behind answers that are not read, and so not finished."""
    idle = service.memory()
    connections = []
    for _ in range(500):
        connection = service.connect()
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.send(common.head("GET", "/openapi.json") * 20 + common.head("GET", "/") * 200)
        connections.append(connection)
    time.sleep(SECONDS)
    row = common.Row("500 connections of small requests: memory over idle", service.memory() - idle, "MiB", "≤ 64 MiB")
    for connection in connections:
        connection.close()
    return row


def measure(service: common.Service) -> list[common.Row]:
    with common.Heartbeat(service) as idle:
        time.sleep(2)
    rows = [common.Row("/healthz, idle: longest", idle.worst(), "ms")]
    for path in PATHS:
        for way in ("unread", "read slowly"):
            with common.Heartbeat(service) as beat:
                connections = asked(service, path)
                until = time.monotonic() + SECONDS
                if way == "read slowly":
                    reader = threading.Thread(target=read, args=(connections, until))
                    reader.start()
                    reader.join()
                else:
                    time.sleep(SECONDS)
            for connection in connections:
                connection.close()
            rows.append(common.Row(f"/healthz, longest: {path}, {way}", beat.worst(), "ms", "≤ 100 ms"))
            rows.append(common.Row(f"/healthz, usually: {path}, {way}", beat.middle(), "ms"))
    rows.append(small_requests(service))
    # The longest answers that are made for each request.
    token = service.guest()
    _, answer = service.request("POST", "/v1/conversations", {}, token)
    items = f"/v1/conversations/{json.loads(answer)['id']}/items"
    for _ in range(40):
        service.request("POST", items, {"role": "user", "content": "ab\n\"" * 25_000}, token)
    with common.Heartbeat(service) as beat:
        for _ in range(20):
            service.request("GET", f"{items}?limit=100", token=token)
    rows.append(common.Row("/healthz, longest: pages of 4 MiB, one after the other", beat.worst(), "ms", "≤ 100 ms"))
    return rows


if __name__ == "__main__":
    common.main(measure)
