"""What goes wrong between a client and the service, and what the SDK makes of it."""

import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from jan_conversations import (
    APIConnectionError,
    APITimeoutError,
    Client,
    ItemDelta,
    StreamInterruptedError,
    errors,
)

BASE_URL, FLAKY_URL = os.environ["BASE_URL"], os.environ["FLAKY_URL"]
TOKEN = os.environ["ACCESS_TOKEN"]
# No test is about how long a client waits, unless it says so.
SECONDS = 60


class Flaky:
    """A client of the service with a fault of its own."""

    def __init__(self, fault: str, **options: Any) -> None:
        self.name = f"{fault}-{uuid.uuid4().hex}"
        self.client = Client(f"{FLAKY_URL}/{self.name}", token=TOKEN, **options)

    def seen(self) -> Any:
        return httpx.get(f"{FLAKY_URL}/seen/{self.name}", timeout=SECONDS).json()

    def keys(self) -> list[str | None]:
        return [request["key"] for request in self.seen()["requests"]]


E = TypeVar("E", bound=Exception)


def raises(kind: type[E], act: Callable[[], object]) -> E:
    try:
        result = act()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected, and it was {result!r}")


def check_repeats() -> None:
    for fault in ("busy_once", "in_progress_once", "lose_once"):
        flaky = Flaky(fault)
        title = f"Once only, {flaky.name}"
        made = flaky.client.conversations.create(title=title)
        first, second = flaky.keys()
        assert first and first == second, (fault, first, second)
        found = [one for one in Client(BASE_URL, token=TOKEN).conversations.list() if one.title == title]
        assert [one.id for one in found] == [made.id], (fault, found)
    flaky = Flaky("lose_once")
    flaky.client.conversations.delete(made.id)
    assert [request["method"] for request in flaky.seen()["requests"]] == ["DELETE"] * 2
    client = Client(BASE_URL, token=TOKEN)
    made = client.conversations.create()
    flaky = Flaky("lose_once")
    raises(
        APIConnectionError,
        lambda: flaky.client.conversations.update(made.id, title="Ours?", if_match=made),
    )
    assert [request["method"] for request in flaky.seen()["requests"]] == ["PATCH"] * 2, "the second finds our own change"
    renamed = client.conversations.get(made.id)
    assert renamed.title == "Ours?"
    busy = Flaky("busy_once").client
    raises(
        errors.PreconditionFailedError,
        lambda: busy.conversations.update(made.id, title="Late", if_match=made),
    )
    Flaky("lose_once").client.conversations.delete(made.id, if_match=renamed)
    flaky = Flaky("busy_once")
    flaky.client.auth.guest_login()
    assert flaky.keys() == [None, None], "nothing was done the first time"
    flaky = Flaky("lose_once")
    raises(APIConnectionError, flaky.client.auth.guest_login)
    assert flaky.keys() == [None], "there may be a guest, and no key to find them by"
    flaky = Flaky("busy_once")
    # The tests of other languages run beside these, for the same owner.
    mine = f"mine-{uuid.uuid4()}"
    flaky.client.with_options(idempotency_key=mine).conversations.create()
    assert flaky.keys() == [mine, mine]
    print("  what failed once is sent again, with the same key, and done once")


def check_refusals() -> None:
    flaky = Flaky("refuse")
    error = raises(errors.ModelProviderError, flaky.client.conversations.create)
    assert error.request_id == "req_test" and len(flaky.keys()) == 1, "x-should-retry: false"
    flaky = Flaky("closed_for_long")
    full = raises(errors.StorageFullError, flaky.client.conversations.create)
    assert full.retry_after == 3600 and len(flaky.keys()) == 1, "an hour is too long to sleep"
    flaky = Flaky("busy_once", max_retries=0)
    raises(errors.ServerBusyError, flaky.client.conversations.create)
    page = raises(errors.NotFoundError, lambda: Flaky("gateway").client.auth.me())
    assert page.code is None and "Not here" in page.message, page
    raises(APITimeoutError, lambda: Flaky("silent", timeout=0.2, max_retries=1).client.auth.me())
    nowhere = Client("http://127.0.0.1:9", max_retries=1)
    raises(APIConnectionError, nowhere.auth.guest_login)
    print("  what cannot succeed is not sent again, and what is not ours is told as such")


def check_renewal() -> None:
    flaky = Flaky("expired_once")
    with Client(BASE_URL) as client:
        session = client.auth.guest_login()
    flaky.client._api.credentials.use(session)
    assert flaky.client.auth.me().kind == "guest"
    asked = [request["path"] for request in flaky.seen()["requests"]]
    assert asked == ["/auth/me", "/auth/refresh-token", "/auth/me"], asked
    assert flaky.client.session and flaky.client.session.refresh_token != session.refresh_token
    print("  a token that expired is renewed")


def check_streams() -> None:
    stream = Flaky("stream_cut").client.items.stream_reply("conv", "item")
    assert next(stream) == ItemDelta("😀\u2028")
    raises(StreamInterruptedError, lambda: next(stream))
    for leave in (by_closing, by_breaking, by_forgetting):
        flaky = Flaky("stream_endless")
        kept = leave(flaky)
        wait_for(lambda: flaky.seen()["hung_up"])
        del kept
    print("  a stream that is cut is told as such, and one that is left is hung up")


def by_closing(flaky: Flaky) -> object:
    with flaky.client.items.stream_reply("conv", "item") as stream:
        next(stream)
    return stream


def by_breaking(flaky: Flaky) -> None:
    for event in flaky.client.items.stream_reply("conv", "item"):
        assert event == ItemDelta("and so on ")
        break


def by_forgetting(flaky: Flaky) -> None:
    flaky.client.items.stream_reply("conv", "item")


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def check_lists() -> None:
    flaky = Flaky("many")
    items = [item.id for item in flaky.client.items.list("conv", limit=100)]
    assert items == [f"item_{number}" for number in range(10_000)]
    assert len(flaky.keys()) == 100
    flaky = Flaky("many")
    for number, _ in enumerate(flaky.client.items.list("conv", limit=100)):
        if number == 150:
            break
    assert len(flaky.keys()) == 2, "a list is read as far as it is used"
    print("  10,000 messages in pages, and no page that is not used")


def check_texts() -> None:
    client = Client(BASE_URL, token=TOKEN)
    texts = ["😀👩‍👩‍👧‍👦", "\u2028\u2029\u0085\r\n\t", '"\\u0000"', "a" * 100_000, "\u202eשלום", "\ufeffx"]
    conversation = client.conversations.create(items=[{"role": "user", "content": text} for text in texts])
    assert [item.content for item in client.items.list(conversation.id)] == texts
    nul = raises(
        errors.NulCharacterError,
        lambda: client.items.create(conversation.id, role="user", content="a\0b"),
    )
    assert nul.param == "content", nul.param
    raises(ValueError, lambda: client.items.create(conversation.id, role="user", content="\ud800"))
    for strange in ("a/b", "a?b=c", "a#b", "ü", "%2e", "x\0y", "a b"):
        refused = raises(errors.APIError, lambda: client.conversations.get(strange))
        assert refused.status in (400, 404) and refused.code, refused
    for elsewhere in ("", ".", ".."):
        raises(ValueError, lambda: client.conversations.delete(elsewhere))
    print("  texts of all kinds, and ids that are none")


def check_threads() -> None:
    client = Client(BASE_URL)
    client.auth.guest_login()
    workers = [threading.Thread(target=client.conversations.create) for _ in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(list(client.conversations.list(limit=7))) == 20
    print("  twenty threads with one client")


def main() -> None:
    print("the SDK for Python, when things go wrong")
    check_repeats()
    check_refusals()
    check_renewal()
    check_streams()
    check_lists()
    check_texts()
    check_threads()


if __name__ == "__main__":
    main()
