"""OpenAI's SDK for Python against /openai/v1: conversations and their items, with nothing but another base_url."""

import json
import os
import urllib.request

import httpx
import openai

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]


def refused(kind: type, code: str, param: str | None, act) -> None:
    try:
        act()
    except openai.APIStatusError as error:
        assert type(error) is kind, type(error)
        assert (error.code, error.param) == (code, param), error
        assert error.request_id and error.body["message"], error
        print(f"  {kind.__name__}: {code}")
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def check_conversations(client: openai.OpenAI) -> None:
    conversations = client.conversations
    made = conversations.create(
        metadata={"topic": "demo"},
        items=[{"type": "message", "role": "user", "content": "Hello!"}],
    )
    assert made.object == "conversation" and made.metadata == {"topic": "demo"}, made
    assert conversations.retrieve(made.id) == made
    updated = conversations.update(made.id, metadata={"topic": "other"})
    assert updated.metadata == {"topic": "other"} and updated.created_at == made.created_at
    empty = conversations.create(items=[])
    assert empty.metadata == {}, empty
    deleted = conversations.delete(empty.id)
    assert (deleted.id, deleted.object, deleted.deleted) == (
        empty.id,
        "conversation.deleted",
        True,
    )
    refused(
        openai.NotFoundError,
        "conversation_not_found",
        None,
        lambda: conversations.retrieve(empty.id),
    )
    print("  conversations: created, retrieved, updated, deleted")


def check_items(client: openai.OpenAI) -> None:
    one = client.conversations.create()
    items = client.conversations.items
    added = items.create(
        one.id,
        include=["message.output_text.logprobs", "reasoning.encrypted_content"],
        items=[
            {"role": "user", "content": "How warm is it?"},
            {
                "type": "function_call",
                "call_id": "call_1",
                "name": "thermometer",
                "arguments": '{"place": "Oslo"}',
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "21"},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "21 °C.", "annotations": []}],
            },
        ],
    )
    kinds = [item.type for item in added.data]
    assert kinds == [
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "message",
    ], kinds
    prefixes = [item.id.split("_")[0] for item in added.data]
    assert prefixes == ["msg", "fc", "fco", "rs", "msg"], prefixes
    assert added.data[0].content[0].type == "input_text", added.data[0]
    assert added.data[4].content[0].annotations == [], added.data[4]
    found = items.retrieve(added.data[1].id, conversation_id=one.id)
    assert found == added.data[1], found
    left = items.delete(added.data[3].id, conversation_id=one.id)
    assert left.id == one.id and left.object == "conversation", left
    listed = list(items.list(one.id, order="asc"))
    assert [item.id for item in listed] == [
        item.id for item in added.data if item.type != "reasoning"
    ]
    # What the SDK read is taken again.
    again = items.create(one.id, items=[item.model_dump(mode="json") for item in listed])
    said = [item.model_dump(exclude={"id"}) for item in again.data]
    assert said == [item.model_dump(exclude={"id"}) for item in listed], said
    refused(
        openai.BadRequestError,
        "unknown_parameter",
        "more",
        lambda: items.create(one.id, items=[], extra_body={"more": 1}),
    )
    refused(
        openai.BadRequestError,
        "invalid_value",
        "items",
        lambda: items.create(one.id, items=[{"role": "user", "content": "x"}] * 21),
    )
    print("  items: created, retrieved, listed, deleted, sent again")


def check_pages(client: openai.OpenAI) -> None:
    one = client.conversations.create()
    made = []
    for first in (0, 20, 40):
        numbers = range(first, min(first + 20, 45))
        new = [{"role": "user", "content": str(number)} for number in numbers]
        made += [item.id for item in client.conversations.items.create(one.id, items=new).data]
    for options in ({}, {"limit": 7}, {"limit": 100}):
        items = client.conversations.items
        up = [item.id for item in items.list(one.id, order="asc", **options)]
        down = [item.id for item in items.list(one.id, **options)]
        assert up == made and down == made[::-1], options
    print("  45 items by the SDK's own pages, in both orders")


class Lost(httpx.BaseTransport):
    """Loses the first answers, after the service has given them."""

    def __init__(self, count: int) -> None:
        self.inner, self.count, self.sent = httpx.HTTPTransport(), count, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        self.sent += 1
        if self.sent > self.count:
            return answer
        # Closed before the body was read to its end: the service sees a client that has gone.
        answer.close()
        raise httpx.ReadError("the answer was lost", request=request)


def check_repeats() -> None:
    """A request whose answer was lost is repeated by the SDK itself, and makes one turn."""
    transport = Lost(0)
    client = openai.OpenAI(
        base_url=f"{BASE_URL}/openai/v1",
        api_key=TOKEN,
        max_retries=3,
        http_client=httpx.Client(transport=transport),
    )
    one = client.conversations.create()
    question = [{"role": "user", "content": "Once?"}]
    client.conversations.items.create(
        one.id, items=question, extra_headers={"Idempotency-Key": "once"}
    )
    transport.count, transport.sent = 2, 0
    client.conversations.items.create(
        one.id, items=question, extra_headers={"Idempotency-Key": "twice"}
    )
    assert transport.sent == 3, transport.sent
    assert len(list(client.conversations.items.list(one.id))) == 2
    # A slow model: the SDK gives up, and asks again by itself.
    hasty = openai.OpenAI(
        base_url=f"{BASE_URL}/openai/v1", api_key=TOKEN, max_retries=9, timeout=1.5
    )
    hasty.chat.completions.create(
        model="slow-model", messages=question, extra_body={"conversation": one.id}
    )
    assert len(list(client.conversations.items.list(one.id))) == 4
    print("  repeats of the SDK itself make one turn")


def check_both_faces(client: openai.OpenAI) -> None:
    request = urllib.request.Request(
        f"{BASE_URL}/v1/conversations",
        json.dumps({"title": "T", "items": [{"role": "user", "content": "Hei"}]}).encode(),
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        one = json.load(answer)["id"]
    [item] = client.conversations.items.list(one)
    assert item.role == "user" and item.content[0].text == "Hei", item
    chat = client.chat.completions.create(
        model="check-model",
        messages=[{"role": "user", "content": "And now?"}],
        extra_body={"conversation": one},
    )
    said = [item.content[0].text for item in client.conversations.items.list(one, order="asc")]
    assert said == ["Hei", "And now?", chat.choices[0].message.content], said
    assert [model.id for model in client.models.list()] == ["check-model"]
    assert client.models.retrieve("check-model").id == "check-model"
    print("  a conversation of /v1, a chat in it, the models")


def main() -> None:
    print(f"openai {openai.__version__} for Python, base_url /openai/v1")
    client = openai.OpenAI(base_url=f"{BASE_URL}/openai/v1", api_key=TOKEN, max_retries=0)
    check_conversations(client)
    check_items(client)
    check_pages(client)
    check_both_faces(client)
    check_repeats()


if __name__ == "__main__":
    main()
