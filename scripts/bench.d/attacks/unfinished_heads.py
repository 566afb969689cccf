"""Memory under 3,000 connections whose heads begin and do not end, and under 3,000 that had a large head."""

import contextlib
import time

import common

NUMBER = 3_000


def attack(service: common.Service, name: str, data: bytes) -> list[common.Row]:
    idle = service.memory()
    service.forget_peak()
    connections = []
    for _ in range(NUMBER):
        with contextlib.suppress(OSError):
            connections.append(service.connect())
    for connection in connections:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.send(data)
    time.sleep(3)
    most = service.peak() - idle
    begun = time.perf_counter()
    status, _ = service.request("GET", "/healthz")
    other = (time.perf_counter() - begun) * 1e3 if status == 200 else float(status)
    for connection in connections:
        connection.close()
    after = common.settled(service, 10) - idle
    return [
        common.Row(f"{name}: memory over idle", most, "MiB", "≤ 64 MiB"),
        common.Row(f"{name}: memory over idle, 10 s afterwards", after, "MiB", "≤ 16 MiB"),
        common.Row(f"{name}: another's request", other, "ms (or its status)"),
    ]


def measure(service: common.Service) -> list[common.Row]:
    begun = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: "
    rows = []
    for length in (40, 8_000, 60_000, 120_000):
        rows += attack(service, f"3,000 heads of {length} bytes", (begun + b"x" * length)[:length])
    whole = begun + b"x" * 60_000 + b"\r\n\r\n"
    return rows + attack(service, "3,000 whole heads of 60,000 bytes", whole)


if __name__ == "__main__":
    common.main(measure)
