"""A hundred times the data: how much longer a request takes. Two services take turns."""

import json

import world
from instance import Instance
from load import Load, Outcome, Requests
from report import Line, Numbers
from tools import MESSAGE, middle

OWNERS, ITEMS, TIMES = 100, 10, 100
# As many of the conversations are asked for.
ASKED = 10_000


class House:
    """A service with so many conversations."""

    def __init__(self, program: str, seconds: int, conversations: int) -> None:
        self.instance = Instance(program)
        self.load = Load(self.instance, seconds)
        self.instance.start()
        self.owners = [world.guest(self.instance) for _ in range(OWNERS)]
        world.fill(self.load, [owner.id for owner in self.owners], world.FIRST, conversations, ITEMS)
        world.settle(self.load)
        step = max(1, conversations // ASKED)
        # Without a common divisor, so that all owners have their turn.
        step += step % 2 == 0
        numbers = [world.FIRST + n * step % conversations for n in range(min(ASKED, conversations))]
        self.paths = [(world.path(n), self.owners[n % OWNERS].token) for n in numbers]

    def append(self) -> Outcome:
        lines = [f"{path}/items {token}" for path, token in self.paths]
        body = json.dumps({"role": "user", "content": MESSAGE})
        return self.load.append(Requests(lines, "POST", body), ",".join(owner.id for owner in self.owners))

    def get(self) -> Outcome:
        return self.load.http(Requests([f"{path} {token}" for path, token in self.paths]))

    def list(self, more: str = "") -> Outcome:
        return self.load.http(Requests([f"/v1/conversations?limit=20{more} {one.token}" for one in self.owners]))

    def by_activity(self) -> Outcome:
        return self.list("&sort=updated")


KINDS = {"append": House.append, "GET": House.get, "list": House.list, "list by activity": House.by_activity}


class Growth(Numbers):
    def __init__(self, program: str, seconds: int, conversations: int) -> None:
        super().__init__("growth")
        self.program, self.seconds, self.conversations = program, seconds, conversations
        self.houses: list[House] = []

    def measure(self, turn: int) -> None:
        sizes = (self.conversations // TIMES, self.conversations)
        for size in sizes[len(self.houses) :]:
            self.houses.append(House(self.program, self.seconds, size))
        for kind, ask in KINDS.items():
            small, large = self.houses
            pair = (small, large) if turn % 2 == 0 else (large, small)
            for house in pair:
                self.add(f"{kind} {house is large}", ask(house).p50)

    def remove(self) -> None:
        for house in self.houses:
            house.instance.remove()

    def lines(self) -> list[Line]:
        of = f"{self.conversations:,} conversations of {ITEMS} messages against {self.conversations // TIMES:,}"
        found = []
        for kind in KINDS:
            small, large = self.found.get(f"{kind} False", []), self.found.get(f"{kind} True", [])
            if small and large:
                ratios = [after / before for before, after in zip(small, large)]
                beside = f"{middle(small):.1f} → {middle(large):.1f} ms"
                found.append(Line(f"p50 of {kind} with {of}", ratios, 1.3, 1.1, "×", True, beside))
        return found


