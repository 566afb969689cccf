"""Memory under 3,000 connections whose heads begin and do not end, and under 3,000 that had a large head."""

import contextlib
import functools

import common

NUMBER = 3_000


def begun(service: common.Service, data: bytes) -> list:
    """Connections on which these bytes were sent, as far as they were taken."""
    connections = []
    for _ in range(NUMBER):
        with contextlib.suppress(OSError):
            connections.append(service.connect())
    for connection in connections:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.send(data)
    return connections


def attack(service: common.Service, name: str, data: bytes) -> list[common.Row]:
    request = ("GET", "/healthz")
    connect = functools.partial(begun, service, data)
    return common.held(service, name, connect, 3, "another's request", *request, good=200)


def measure(service: common.Service) -> list[common.Row]:
    start = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: "
    rows = []
    for length in (40, 8_000, 60_000, 120_000):
        rows += attack(service, f"3,000 heads of {length} bytes", (start + b"x" * length)[:length])
    whole = start + b"x" * 60_000 + b"\r\n\r\n"
    return rows + attack(service, "3,000 whole heads of 60,000 bytes", whole)


if __name__ == "__main__":
    common.main(measure)
