"""The memory that stays after an attack with bodies, without further requests."""

import contextlib
import threading
import time

import common

MIB = 1024 * 1024
GUESTS = 6


def bodies() -> list[bytes]:
    """Bodies of many small pieces, of a few large ones, and ones that are refused at their end."""
    small = b",".join([b'{"role":"user","content":"hello"}'] * 200_000)
    large = b",".join([b'{"role":"user","content":"' + b"x" * 150_000 + b'"}'] * 100)
    return [
        b'{"items":[' + small + b"]}",
        b'{"items":[' + large + b"]}",
        b'{"messages":[' + small + b"]",
        b'{"title":"' + b"x" * (15 * MIB) + b'"}',
    ]


def measure(service: common.Service) -> list[common.Row]:
    guests = [service.guest() for _ in range(GUESTS)]
    sent = bodies()

    def attack(token: str) -> None:
        for body in sent:
            for path in ("/v1/conversations", "/v1/chat/completions"):
                with contextlib.suppress(OSError):
                    service.request("POST", path, body, token)

    time.sleep(2)
    idle = service.memory()
    service.forget_peak()
    attackers = [threading.Thread(target=attack, args=(token,)) for token in guests]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    rows = [common.Row("bodies of 6 guests: memory over idle", service.peak() - idle, "MiB")]
    waited = 0
    for seconds, aim in ((5, ""), (20, ""), (60, "≤ 32 MiB")):
        time.sleep(seconds - waited)
        waited = seconds
        more = service.memory() - idle
        rows.append(common.Row(f"memory over idle, {seconds} s without a request", more, "MiB", aim))
    return rows


if __name__ == "__main__":
    common.main(measure)
