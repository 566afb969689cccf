"""Memory under bodies that begin and do not end: 60 of one guest, 250 sign-ins of strangers, and bodies
of many guests who hang up and begin again."""

import contextlib
import functools
import threading
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


def hanging_up(service: common.Service, guests: int, each: int, seconds: float) -> common.Row:
    """The memory over idle while guests send large bodies, hang up before the end, and begin again."""
    tokens = [service.guest() for _ in range(guests)]
    idle = common.settled(service, 3)
    service.forget_peak()
    until = time.monotonic() + seconds

    def send(token: str) -> None:
        while time.monotonic() < until:
            for connection in stalled(service, 1, "/v1/conversations", 15 * MIB, token):
                time.sleep(0.5)
                connection.close()

    senders = [threading.Thread(target=send, args=(token,)) for token in tokens for _ in range(each)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    name = f"{guests} guests who hang up, {each} bodies each: memory over idle"
    return common.Row(name, service.peak() - idle, "MiB", "≤ 256 MiB, as all bodies may have")


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
    rows += attack(service, "250 sign-ins of strangers", 250, "/auth/login", 2 * MIB)
    return [*rows, hanging_up(service, 24, 4, 15)]


if __name__ == "__main__":
    common.main(measure)
