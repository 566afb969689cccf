"""Others' appends beside one owner who appends as much as 20 connections carry: large ones, then small."""

import multiprocessing
import os
import time

import common
from neighbours import MESSAGE, Owners, appending, conversation, rows

SECONDS = 6
CONNECTIONS = 20


def appending_elsewhere(*arguments) -> None:
    """As from another machine: the greedy owner's own program must not slow the others down."""
    os.nice(19)
    appending(*arguments)


def greedy(service: common.Service, content: str) -> list[multiprocessing.Process]:
    token, until = service.guest(), time.monotonic() + SECONDS + 2
    each = [conversation(service, token) for _ in range(CONNECTIONS)]
    processes = [
        multiprocessing.Process(target=appending_elsewhere, args=(service.port, token, where, content, until))
        for where in each
    ]
    for process in processes:
        process.start()
    time.sleep(1)
    return processes


def measure(service: common.Service) -> list[common.Row]:
    others, found = Owners(service, 4), []
    others.waits(2)
    for what, content in (("appends of 200 kB", "x" * 200_000), ("small appends", MESSAGE)):
        alone = others.waits(SECONDS)
        processes = greedy(service, content)
        beside = others.waits(SECONDS)
        for process in processes:
            process.join()
        found += rows(f"20 connections, {what}", alone, beside)
    return found


if __name__ == "__main__":
    common.main(measure)
