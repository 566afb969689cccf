"""Memory under bodies that begin and do not end: 60 of one guest, and 250 sign-ins of strangers."""

import contextlib
import functools
import time

import common

MIB = 1024 * 1024


def stalled(service: common.Service, number: int, path: str, length: int, token: str = "") -> list:
    """Connections on which all of a body but its end was sent, as far as it was taken."""
    connections = []
    piece = b'{"x":"' + b"x" * (length - 16)
    for _ in range(number):
        connection = service.connect()
        connection.settimeout(5)
        with contextlib.suppress(OSError):
            connection.sendall(common.head("POST", path, length, token) + piece)
        connections.append(connection)
    return connections


def attack(service: common.Service, name: str, number: int, path: str, length: int, token: str = ""):
    body = b"{}" + b" " * 100_000
    request = ("POST", "/v1/conversations", body, service.guest())
    connect = functools.partial(stalled, service, number, path, length, token)
    return common.held(service, name, connect, 2, "another's body of 100 kB", *request, good=201)


def at_rest(service: common.Service, token: str) -> common.Row:
    """The processor time while one body stands still."""
    connections = stalled(service, 1, "/v1/conversations", 1_000, token)
    time.sleep(0.5)
    before = service.processor_time()
    time.sleep(2)
    taken = service.processor_time() - before
    for connection in connections:
        connection.close()
    return common.Row("one body: processor time of 2 s", taken * 1e3, "ms", "≤ 100 ms")


def measure(service: common.Service) -> list[common.Row]:
    token = service.guest()
    rows = [at_rest(service, token)]
    rows += attack(service, "60 bodies of one guest", 60, "/v1/conversations", 16 * MIB, token)
    return rows + attack(service, "250 sign-ins of strangers", 250, "/auth/login", 2 * MIB)


if __name__ == "__main__":
    common.main(measure)
