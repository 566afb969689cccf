"""The deletion of 100 conversations at once, and what others notice of the purge."""

import time

import world
from load import Load, Requests
from report import Line, Numbers
from world import Owner

COUNT = 100
READERS = 8


class Bulk(Numbers):
    def __init__(self, load: Load, first: int, messages: int, others: Owner, read: list[str]) -> None:
        super().__init__("bulk")
        self.load, self.next, self.messages = load, first, messages
        self.read = Requests([f"{path} {others.token}" for path in read])

    def measure(self, turn: int) -> None:
        owner = world.guest(self.load.instance)
        full, empty = self.next, self.next + COUNT
        self.next += 3 * COUNT
        world.fill(self.load, [owner.id], empty, 2 * COUNT, 0)
        world.fill(self.load, [owner.id], full, COUNT, self.messages)
        world.settle(self.load)
        before = self.load.http(self.read, READERS)
        # The first request of a kind takes longer, whatever is deleted.
        self.delete(owner, empty + COUNT)
        first = self.delete(owner, empty)
        second = self.delete(owner, full)
        meanwhile = self.load.http(self.read, READERS)
        left = self.load.stored(owner.id)
        print(f"bulk: empty {first * 1e3:.1f} ms, full {second * 1e3:.1f} ms; others' p99 {before.p99:.2f} ms "
              f"before, {meanwhile.p99:.2f} ms meanwhile; {left:,} messages left to purge afterwards", flush=True)
        self.add("deletion", second / first)
        if left:
            self.add("others", meanwhile.p99 / before.p99)
        else:
            print("bulk: the purge was over before the measurement; measure for less long", flush=True)

    def delete(self, owner: Owner, first: int) -> float:
        ids = [world.public(n) for n in range(first, first + COUNT)]
        begun = time.perf_counter()
        body = {"conversation_ids": ids}
        answer = self.load.instance.ask("POST", "/v1/conversations/bulk-delete", body, owner.token)
        taken = time.perf_counter() - begun
        if answer["deleted_count"] != COUNT:
            raise RuntimeError(f"of {COUNT} conversations, {answer['deleted_count']} were deleted")
        return taken

    def lines(self) -> list[Line]:
        whats = {
            "deletion": (f"deletion of {COUNT} × {self.messages:,} messages against {COUNT} empty ones", 1.5, 1.1),
            "others": ("others' p99 while the purge runs, against that before", 2, 1.2),
        }
        return [
            Line(what, self.found[key], bar, aim, "×", at_most=True)
            for key, (what, bar, aim) in whats.items()
            if key in self.found
        ]
