"""Others' appends while a conversation's row is locked and its owner asks for it: by appends, and 40 at once."""

import subprocess
import threading
import time

import common
from neighbours import Owners, conversation, rows

SECONDS = 6


class Lock:
    """Holds a conversation's row."""

    def __init__(self, service: common.Service) -> None:
        command = ["psql", "-qAtX", "-h", str(service.data / "run"), "-U", "postgres", "-d", "postgres"]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # The newest conversation is the one that was just made.
        self.psql.stdin.write(
            "begin; select 'held' from conversations order by created_at desc limit 1 for update;\n"
        )
        self.psql.stdin.flush()
        if self.psql.stdout.readline().strip() != "held":
            raise RuntimeError("the row could not be locked")

    def release(self) -> None:
        self.psql.communicate("rollback;\n")


def measure(service: common.Service) -> list[common.Row]:
    others, found = Owners(service, 4), []
    others.waits(2)
    for what, number, method, suffix, body in (
        ("one append at a time", 1, "POST", "/items", {"role": "user", "content": "a"}),
        ("40 new titles at once", 40, "PATCH", "", {"title": "T"}),
    ):
        alone = others.waits(SECONDS)
        token = service.guest()
        path, until = f"/v1/conversations/{conversation(service, token)}{suffix}", time.monotonic() + SECONDS + 1

        def ask() -> None:
            while time.monotonic() < until:
                service.request(method, path, body, token)

        lock = Lock(service)
        threads = [threading.Thread(target=ask) for _ in range(number)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        beside = others.waits(SECONDS)
        lock.release()
        for thread in threads:
            thread.join()
        found += rows(f"a locked row, {what}", alone, beside)
    return found


if __name__ == "__main__":
    common.main(measure)
