"""Mistakes in calls: each is told at once, and nothing is sent. And secrets, which are not printed."""

from collections.abc import Callable

import httpx
from jan_conversations import Client, models, params

MESSAGES: list[params.ChatMessage] = [{"role": "user", "content": "And then?"}]


class Scripted:
    """A client of a server that says the same to everything, and what it was sent."""

    def __init__(self, answer: str, base_url: str = "http://localhost:1") -> None:
        self.sent: list[str] = []
        self.answer = answer
        http = httpx.Client(transport=httpx.MockTransport(self.reply))
        self.client = Client(base_url, http=http, max_retries=0)

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(str(request.url))
        return httpx.Response(200, text=self.answer)


def refuses(kind: type[Exception], words: str, act: Callable[[], object]) -> None:
    try:
        result = act()
    except kind as error:
        assert words in str(error), error
        return
    raise AssertionError(f"{kind.__name__} expected, and it was {result!r}")


def check_forms() -> None:
    scripted = Scripted("# A title")
    client = scripted.client
    refuses(
        TypeError,
        "client.chat.stream(",
        lambda: client.chat.create(messages=MESSAGES, stream=True),  # type: ignore[arg-type]
    )
    refuses(
        TypeError,
        "client.items.stream_reply(",
        lambda: client.items.regenerate("conv", "item", stream=True),  # type: ignore[call-arg]
    )
    for form in ("md", "html"):
        refuses(
            TypeError,
            "client.shares.open_markdown(",
            lambda: client.shares.open("share", format=form),  # type: ignore[call-arg]
        )
    assert scripted.sent == [], scripted.sent
    assert client.shares.open_markdown("share", limit=2) == "# A title"
    assert scripted.sent == ["http://localhost:1/conversations/share/share?limit=2&format=md"], scripted.sent
    print("  forms that a call does not answer in, and the call that does")


def check_addresses() -> None:
    for given, used in {
        "http://localhost:1/v1": "http://localhost:1",
        "http://v1/v1/": "http://v1",
        "http://v1": "http://v1",
    }.items():
        scripted = Scripted('{"object": "list", "data": []}', given)
        scripted.client.chat.list_models()
        scripted.client._api.send("get_me")
        assert scripted.sent == [f"{used}/v1/models", f"{used}/auth/me"], scripted.sent
    for wrong in ("localhost:8000", "127.0.0.1:8000", "ftp://localhost", ""):
        refuses(ValueError, "must begin with http:// or https://", lambda: Client(wrong))
    print("  addresses with /v1, and such that are none")


def check_keys() -> None:
    client = Scripted("{}").client
    for key in ("order-7\n", "a\r\nb", "ü", "\u2028", "", "a" * 256):
        refuses(
            ValueError,
            "idempotency_key must have 1 to 255 printable ASCII characters",
            lambda: client.with_options(idempotency_key=key),
        )
    client.with_options(idempotency_key="order 7")
    print("  an idempotency key that cannot be one")


def check_tags() -> None:
    scripted = Scripted("{}")
    for tag in ("", "1", '"1', '"ü"', '"1"\n', models.Conversation.model_construct()):
        refuses(ValueError, "if_match must be", lambda: scripted.client.conversations.delete("conv", if_match=tag))
    assert scripted.sent == [], scripted.sent
    item = models.Item.model_construct(object="conversation.item", version=3)
    for good in ('"1"', 'W/"1", "2-gzip"', "*", item, None):
        scripted.client.conversations.delete("conv", if_match=good)
    print("  a state that cannot be one")


def check_secrets() -> None:
    with Client("https://name:secret@localhost:1/jan/") as client:
        assert repr(client) == "Client('https://localhost:1/jan')", client
        session = models.Session.model_construct(access_token="secret-1", refresh_token="secret-2", expires_in=900)
        key = models.CreatedApiKey.model_construct(key="secret-3", name="A notebook")
        for shown in (repr(session), str(session), repr(key), str(key), repr([session, key])):
            assert "secret" not in shown, shown
        assert "expires_in=900" in repr(session) and "A notebook" in repr(key)
        assert (session.access_token, key.key) == ("secret-1", "secret-3")
        assert session.model_dump()["refresh_token"] == "secret-2", "it can be kept"
    print("  secrets are not printed")


def main() -> None:
    print("the SDK for Python, when it is called in a wrong way")
    check_forms()
    check_addresses()
    check_keys()
    check_tags()
    check_secrets()


if __name__ == "__main__":
    main()
