"""Reading: a conversation of 20 messages, lists of conversations, and the page of a link."""

from urllib.parse import urlsplit

import plain
import world
from load import Load, Outcome, Requests
from report import Contest, Line, latency
from tools import CONNECTIONS
from world import Owner

COUNT, ITEMS, LIMIT, PAGE = 1_000, 20, 20, 40
MARKDOWN = (
    "## The week in question\n\nThe network is set up from **Monday to Wednesday**. This leaves:\n\n"
    "- Thursday, which is a holiday;\n- Friday, for the move itself.\n\nSee the `plan.md` in "
    "[the shared folder](https://example.org/plan)."
)
HTML = "text/html"


class Get(Contest):
    """Its tail counts, too."""

    def lines(self) -> list[Line]:
        tails = [outcome.p99 / outcome.p50 for outcome in self.found["HTTP"]]
        what = f"{self.what}: p99 against p50"
        p50, p99 = latency(self.found["plain"])
        beside = f"plain: {p50:.1f}, {p99:.1f} ms"
        return [*super().lines(), Line(what, tails, 5, 3, "×", at_most=True, costs=beside)]


class Reads:
    def __init__(self, load: Load, first: int) -> None:
        self.load, self.first = load, first
        self.owner = world.guest(load.instance)
        world.fill(load, [self.owner.id], first, COUNT, ITEMS)
        self.page = self.shared()

    def get(self) -> Outcome:
        paths = [f"{world.path(n)} {self.owner.token}" for n in range(self.first, self.first + COUNT)]
        return self.load.read(Requests(paths))

    def items(self) -> Outcome:
        """The items on OpenAI's face."""
        numbers = range(self.first, self.first + COUNT)
        return self.load.read(Requests([f"/openai{world.path(n)}/items {self.owner.token}" for n in numbers]))

    def plain(self) -> Outcome:
        return self.load.pgbench("get-plain", plain.get(self.owner.id, plain.random(self.first, COUNT)))

    def own(self) -> Outcome:
        return self.load.pgbench("get-own", plain.own_get(self.owner.id, plain.random(self.first, COUNT)))

    def shared(self) -> str:
        """The path of a link to the only conversation of an owner: lists stay as they are."""
        instance, owner = self.load.instance, world.guest(self.load.instance)
        items = [{"role": role, "content": MARKDOWN} for role in ("user", "assistant")] * (ITEMS // 2)
        made = instance.ask("POST", "/v1/conversations", {"title": "The plan", "items": items}, owner.token)
        link = instance.ask("POST", f"/v1/conversations/{made['id']}/share", {}, owner.token)
        return str(urlsplit(link["url"]).path)

    def show_page(self) -> Outcome:
        return self.load.read(Requests([self.page], accept=HTML))

    def lists(self) -> list[Contest]:
        paths = [f"/v1/conversations?limit={LIMIT}{sort}" for sort in ("", "&sort=updated")]
        paths += [self.later(path) for path in paths]
        orders = ("id desc", "updated_at desc, id desc")
        owner = self.owner.id
        last = self.first + COUNT - LIMIT * (PAGE - 1)
        of_activity = f"and (updated_at, id) < {self.time_of(last)}"
        afters = ("", "", f"and id < {world.stored(str(last))}", of_activity)
        names = ("list", "list-activity", "list-late", "list-activity-late")
        whats = ("first page", "first page, by activity", f"page {PAGE}", f"page {PAGE}, by activity")
        own = plain.own_pages(self.load.instance, paths, self.owner.token)
        return [
            self.list(name, what, path, plain.page(owner, orders[n % 2], after), statement)
            for n, (name, what, path, after, statement) in enumerate(zip(names, whats, paths, afters, own))
        ]

    def list(self, name: str, what: str, path: str, expert: str, own: str) -> Contest:
        requests = Requests([f"{path} {self.owner.token}"])
        sides = {
            "HTTP": lambda: self.load.read(requests),
            "own": lambda: self.load.pgbench(f"{name}-own", own),
            "plain": lambda: self.load.pgbench(f"{name}-plain", expert),
        }
        return Contest(name, f"list of {LIMIT} of {COUNT:,} conversations, {what}", sides, 0.7, 1.0)

    def later(self, path: str) -> str:
        """The path of page 40."""
        found = self.load.instance.ask("GET", path, token=self.owner.token)
        for _ in range(PAGE - 2):
            found = self.load.instance.ask("GET", f"{path}&after={found['next_after']}", token=self.owner.token)
        return f"{path}&after={found['next_after']}"

    def time_of(self, number: int) -> str:
        """The place of a conversation in the list by activity."""
        time = self.load.sql(f"select updated_at from conversations where owner_id = '{self.owner.id}' "
                             f"and id = {world.stored(str(number))}")
        return f"('{time}', {world.stored(str(number))})"


def rows(load: Load, first: int) -> tuple[list[Contest], Owner]:
    """And the owner of the conversations."""
    ours = Reads(load, first)
    what = f"GET of a conversation of {ITEMS} messages, {CONNECTIONS} connections"
    page = {"HTTP": ours.show_page, "GET": ours.get}
    return [
        Get("get", what, {"HTTP": ours.get, "own": ours.own, "plain": ours.plain}, 0.75, 1.0),
        *ours.lists(),
        Contest("items", f"list of {ITEMS} items on OpenAI's face, against GET over HTTP",
                {"HTTP": ours.items, "GET": ours.get}, 0.6, 0.9, "GET"),
        Contest("page", f"page of a link to {ITEMS} messages of Markdown, against GET over HTTP",
                page, 0.4, 0.8, "GET"),
    ], ours.owner
