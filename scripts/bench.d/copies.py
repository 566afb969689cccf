"""COPY, the yardstick for much data at once: by psql on a few connections, again and again."""

import subprocess
import threading
import time
from collections.abc import Callable

import world
from load import Load, Outcome
from tools import MESSAGE

COLUMNS = "owner_id, conversation_id, id, created_at, updated_at, sequence, role, content"
ROWS = 10_000


class Copier:
    """A connection that copies."""

    def __init__(self, load: Load) -> None:
        self.psql = subprocess.Popen(
            ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", load.instance.socket, "-U", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.wait("\\o /dev/null\n")

    def wait(self, commands: str) -> None:
        """Until these are done."""
        if self.psql.stdin is None or self.psql.stdout is None:
            raise RuntimeError("psql has no pipes")
        self.psql.stdin.write(commands + "\\echo done\n")
        self.psql.stdin.flush()
        if self.psql.stdout.readline() != "done\n":
            raise RuntimeError("a COPY failed; psql's message is above")

    def close(self) -> None:
        self.psql.communicate()


def measured(load: Load, connections: int, each: int, commands: Callable[[int], str]) -> Outcome:
    """The rate of what a COPY does `each` of. `commands` makes the n-th one."""
    done, turn, lock = [0], [0], threading.Lock()
    copiers = [Copier(load) for _ in range(connections)]
    used, begun = load.processor(), time.monotonic()

    def work(copier: Copier) -> None:
        while time.monotonic() - begun < load.seconds:
            with lock:
                turn[0] += 1
                number = turn[0]
            copier.wait(commands(number))
            with lock:
                done[0] += each

    workers = [threading.Thread(target=work, args=(copier,)) for copier in copiers]
    with load.without_indexing():
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    taken = time.monotonic() - begun
    for copier in copiers:
        copier.close()
    if not done[0]:
        raise RuntimeError("no COPY was done; psql's messages are above")
    time.sleep(0.3)
    service, postgres, generator = used.microseconds(done[0])
    return Outcome(done[0] / taken, service=service, postgres=postgres, generator=generator, count=done[0])


def copy_in(load: Load, owner: str, first: int, connections: int) -> Outcome:
    """Messages a second, into conversations from this number on."""
    seed, place = "0190a3c5d7e9fb1d3f517395", "CONVERSATION"
    now = "2026-01-01 00:00:00Z"
    rows = "".join(
        f"{owner}\t{place}\t{seed}{n:08x}\t{now}\t{now}\t{n}\t2\t{MESSAGE}\n" for n in range(1, ROWS + 1)
    )

    def commands(number: int) -> str:
        conversation = f"{world.PREFIX}{first + number}"
        return f"copy items ({COLUMNS}) from stdin;\n{rows.replace(place, conversation)}\\.\n"

    return measured(load, connections, ROWS, commands)


def copy_out(load: Load, owner: str, first: int, conversations: int, messages: int,
             connections: int) -> Outcome:
    """Messages a second, a whole conversation each time."""

    def commands(number: int) -> str:
        conversation = world.stored(str(first + number % conversations))
        return (
            "copy (select id, created_at, updated_at, version, role, author_id, call_id, model, content "
            f"from items where owner_id = '{owner}' and conversation_id = {conversation} "
            "order by sequence) to stdout;\n"
        )

    return measured(load, connections, messages, commands)
