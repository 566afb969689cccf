"""Large conversations: how fast they are sent, and the memory that takes."""

from dataclasses import dataclass, field

import copies
import tools
import world
from load import Load, Outcome, Requests
from report import Contest, Line

READERS, CONVERSATIONS, SIZE = 8, 8, 4_000


@dataclass
class Stream(Contest):
    """The growth of memory counts, too."""

    growth: list[float] = field(default_factory=list)

    def lines(self) -> list[Line]:
        what = f"{self.what}: memory over that before"
        return [*super().lines(), Line(what, self.growth, 16, 8, "MiB", at_most=True)]


def rows(load: Load, first: int, messages: int) -> list[Contest]:
    # An answer takes a part of a second, or more.
    load = Load(load.instance, 2 * load.seconds)
    owner = world.guest(load.instance)
    text = tools.prose(SIZE)
    world.fill(load, [owner.id], first, CONVERSATIONS, messages, text)
    paths = [f"{world.path(first + n)} {owner.token}" for n in range(CONVERSATIONS)]
    size = SIZE * messages / 1e6

    def http() -> Outcome:
        """In megabytes of messages, as of the whole answer so much is text."""
        before, _ = tools.resident_mib(load.instance.pid)
        answer = len(load.instance.send("GET", world.path(first), token=owner.token)) / 1e6
        done = load.http(Requests(paths), READERS)
        stream.growth.append(done.peak - before)
        rate = done.megabytes / answer * size
        # For each message: of an answer there may be a part at the end.
        each = max(done.count, 1) / (rate * load.seconds * 1e6 / SIZE)
        costs = {name: getattr(done, name) * each for name in ("service", "postgres", "generator")}
        return Outcome(**(vars(done) | costs | {"rate": rate}))

    def copy() -> Outcome:
        done = copies.copy_out(load, owner.id, first, CONVERSATIONS, messages, READERS)
        return Outcome(**(vars(done) | {"rate": done.rate * SIZE / 1e6}))

    what = f"GET of {messages:,} messages of 4 kB, {READERS} at once, against `COPY`"
    stream = Stream("stream", what, {"HTTP": http, "copy": copy}, 0.5, 0.8, "copy", "MB/s")
    return [stream]
