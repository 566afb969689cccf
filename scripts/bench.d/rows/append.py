"""Appends of one message, and of 100 in one request."""

import json

import copies
import plain
import world
from load import Load, Outcome, Requests
from report import Contest
from tools import CONNECTIONS, MESSAGE
from world import Owner

BODY = json.dumps({"role": "user", "content": MESSAGE})
BATCH = 100
BATCH_BODY = json.dumps({"items": [{"role": "user", "content": MESSAGE}] * BATCH})
COUNT = 20_000
# Conversations of one run that are hot one after the other, each nearly to its limit of 10,000.
HOT, HOT_MESSAGES = 200, 9_600
MANY = 128
COPIERS = 2
NOBODY = "01890000-0000-7000-8000-000000000001"


class Appends:
    def __init__(self, load: Load, first: int) -> None:
        self.load, self.first = load, first
        self.owner = world.guest(load.instance)
        # Runs that change what others read have an owner and numbers of their own.
        self.hot_owner, self.next = world.guest(load.instance), first + COUNT
        world.fill(load, [self.owner.id], first, COUNT, 2)

    def requests(self, body: str = BODY, suffix: str = "/items") -> Requests:
        paths = [f"{world.path(n)}{suffix} {self.owner.token}" for n in range(self.first, self.first + COUNT)]
        return Requests(paths, "POST", body)

    def http(self, connections: int = CONNECTIONS) -> Outcome:
        return self.load.append(self.requests(), self.owner.id, connections=connections)

    def batch(self) -> Outcome:
        """Messages a second."""
        # They are stored in conversations of this run alone: each holds 100 requests.
        first = self.fresh(COUNT // 10)
        paths = [f"{world.path(n)}/items/batch {self.hot_owner.token}" for n in range(first, first + COUNT // 10)]
        # Each thread sends 40 to each conversation.
        done = self.load.append(Requests(paths, "POST", BATCH_BODY, each=40), self.hot_owner.id, BATCH)
        each = 1 / BATCH
        return Outcome(
            done.rate * BATCH, done.p50, done.p99, done.service * each, done.postgres * each,
            done.generator * each, done.peak, done.count * BATCH,
        )

    def copy(self) -> Outcome:
        """Into conversations that do not exist, of an unknown owner."""
        outcome = copies.copy_in(self.load, NOBODY, world.FIRST, COPIERS)
        self.load.sql(f"delete from items where owner_id = '{NOBODY}'")
        self.load.sql("vacuum items")
        return outcome

    def fresh(self, count: int) -> int:
        first, self.next = self.next, self.next + count
        world.fill(self.load, [self.hot_owner.id], first, count, 1)
        return first

    def hot(self) -> Outcome:
        first = self.fresh(HOT)
        paths = [f"{world.path(n)}/items {self.hot_owner.token}" for n in range(first, first + HOT)]
        return self.load.append(Requests(paths, "POST", BODY, each=HOT_MESSAGES // 2), self.hot_owner.id)

    def hot_plain(self, clients: int = CONNECTIONS) -> Outcome:
        pick = plain.moving(self.fresh(HOT), HOT, HOT_MESSAGES // clients)
        script = plain.append(self.hot_owner.id, pick)
        return self.load.pgbench("append-hot", script, clients, variables=plain.TEXTS | {"left": "0", "turn": "0"})

    def plain(self, clients: int = CONNECTIONS) -> Outcome:
        script = plain.append(self.owner.id, plain.random(self.first, COUNT))
        return self.load.pgbench("append-plain", script, clients, variables=plain.TEXTS)

    def own(self) -> Outcome:
        script = plain.own_append(self.owner.id, plain.random(self.first, COUNT))
        return self.load.pgbench("append-own", script, variables=plain.TEXTS)

    def group(self) -> Outcome:
        """As many messages as there are connections, by the service's statement for them."""
        script = plain.own_group(self.owner.id, self.first, COUNT, CONNECTIONS)
        variables = plain.TEXTS | {"left": "0"}
        return self.load.pgbench("append-group", script, 1, CONNECTIONS, variables)


def rows(load: Load, first: int) -> tuple[list[Contest], Owner]:
    """And the owner of the messages that are appended one by one."""
    ours = Appends(load, first)
    sides = {"HTTP": ours.http, "own": ours.own, "plain": ours.plain, "own, in groups": ours.group}
    one = {"HTTP": lambda: ours.http(1), "plain": lambda: ours.plain(1)}
    many = {"HTTP": lambda: ours.http(MANY), "plain": ours.plain}
    return [
        Contest("append", f"append, {CONNECTIONS} connections, any of {COUNT:,} conversations", sides, 1.7, 2.2),
        Contest("append-one", "append, one connection, against one client", one, 0.65, 0.8),
        Contest("append-hot", f"append, {CONNECTIONS} connections, one conversation",
                {"HTTP": ours.hot, "plain": ours.hot_plain}, 8, 12),
        Contest("append-many", f"append, {MANY} connections, against {CONNECTIONS} clients", many, 2.4, 3.0),
        Contest("batch", f"batches of {BATCH} messages, messages a second against `COPY`",
                {"HTTP": ours.batch, "copy": ours.copy}, 0.25, 0.5, "copy", "messages/s"),
    ], ours.owner
