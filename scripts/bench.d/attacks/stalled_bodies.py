"""Memory under bodies that begin and do not end: 60 of one guest, and 250 sign-ins of strangers."""

import contextlib
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
    idle = service.memory()
    service.forget_peak()
    connections = stalled(service, number, path, length, token)
    time.sleep(2)
    most = service.peak() - idle
    begun = time.perf_counter()
    status, _ = service.request("POST", "/v1/conversations", b"{}" + b" " * 100_000, service.guest())
    other = (time.perf_counter() - begun) * 1e3 if status == 201 else float(status)
    for connection in connections:
        connection.close()
    after = common.settled(service, 10) - idle
    return [
        common.Row(f"{name}: memory over idle", most, "MiB", "≤ 64 MiB"),
        common.Row(f"{name}: memory over idle, 10 s afterwards", after, "MiB", "≤ 16 MiB"),
        common.Row(f"{name}: another's body of 100 kB", other, "ms (or its status)"),
    ]


def measure(service: common.Service) -> list[common.Row]:
    token = service.guest()
    rows = attack(service, "60 bodies of one guest", 60, "/v1/conversations", 16 * MIB, token)
    return rows + attack(service, "250 sign-ins of strangers", 250, "/auth/login", 2 * MIB)


if __name__ == "__main__":
    common.main(measure)
