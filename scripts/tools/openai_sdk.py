"""OpenAI's SDK for Python against the service, as its users would use it."""

import json
import os
import urllib.request

import openai

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]
REPLY = "That depends on the question."
QUESTION = [{"role": "user", "content": "What are the next steps?"}]


def call(method: str, path: str, body: dict | None = None) -> dict:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(BASE_URL + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def said(conversation: str) -> list[str]:
    return [item["content"] for item in call("GET", f"/v1/conversations/{conversation}")["items"]]


def refused(kind: type, status: int, code: str, act) -> None:
    try:
        act()
    except openai.APIStatusError as error:
        assert type(error) is kind, type(error)
        assert (error.status_code, error.code) == (status, code), error
        assert error.request_id and error.body["message"], error
        print(f"  {kind.__name__}: {code}")
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def check_answers(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["check-model"]
    whole = client.chat.completions.create(model="check-model", messages=QUESTION)
    assert whole.choices[0].message.content == REPLY, whole
    assert whole.usage.total_tokens == 12, whole
    # Of the second, the provider sends a whole completion where a stream is asked for.
    for model in ("check-model", "unstreaming-model"):
        stream = client.chat.completions.create(model=model, messages=QUESTION, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == REPLY, model
    print("  models, a completion and a stream")


def check_conversations(client: openai.OpenAI) -> None:
    conversation = call("POST", "/v1/conversations", {})["id"]
    kept = {"id": conversation, "title": "What are the next steps?"}
    whole = client.chat.completions.create(
        model="check-model", messages=QUESTION, extra_body={"conversation": conversation}
    )
    assert whole.choices[0].message.content == REPLY, whole
    assert whole.model_extra["conversation"] == kept, whole
    stream = client.chat.completions.create(
        model="check-model",
        messages=QUESTION,
        stream=True,
        extra_body={"conversation": {"id": conversation}},
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == REPLY
    assert chunks[-1].choices[0].finish_reason == "stop", chunks[-1]
    assert chunks[-1].model_extra["conversation"]["id"] == conversation, chunks[-1]
    assert said(conversation) == [QUESTION[0]["content"], REPLY] * 2
    long = call("POST", "/v1/conversations", {})["id"]
    for number in range(45):
        body = {"role": "user", "content": str(number)}
        call("POST", f"/v1/conversations/{long}/items", body)
    # The SDK pages by itself, by the id of a page's last message.
    seen = [item.content for item in client.conversations.items.list(long)]
    assert seen == [str(number) for number in range(45)], seen
    print("  a completion and a stream in a conversation, and the 45 messages of another")


def check_errors(client: openai.OpenAI) -> None:
    create = client.chat.completions.create
    stranger = client.with_options(api_key="nobody's")
    refused(openai.AuthenticationError, 401, "token_invalid", lambda: stranger.models.list())
    refused(
        openai.NotFoundError,
        404,
        "model_not_found",
        lambda: create(model="absent-model", messages=QUESTION),
    )
    refused(
        openai.NotFoundError,
        404,
        "conversation_not_found",
        lambda: create(
            model="check-model", messages=QUESTION, extra_body={"conversation": "conv_1"}
        ),
    )
    refused(
        openai.BadRequestError,
        400,
        "invalid_value",
        lambda: create(
            model="check-model",
            messages=QUESTION,
            n=2,
            extra_body={"conversation": call("POST", "/v1/conversations", {})["id"]},
        ),
    )


def check_repeats(client: openai.OpenAI) -> None:
    """An SDK that may repeat a request does so only where that may help."""
    sent = []
    counting = openai.DefaultHttpxClient(event_hooks={"request": [sent.append]})
    patient = client.with_options(max_retries=1, http_client=counting)
    for model, times in (("locked-model", 1), ("broken-model", 2)):
        sent.clear()
        refused(
            openai.InternalServerError,
            502,
            "model_provider_error",
            lambda: patient.chat.completions.create(model=model, messages=QUESTION),
        )
        assert len(sent) == times, (model, sent)

    # A client that gives up too early, and asks again by itself, makes one turn.
    sent.clear()
    conversation = call("POST", "/v1/conversations", {})["id"]
    hasty = client.with_options(max_retries=9, timeout=1.5, http_client=counting)
    hasty.chat.completions.create(
        model="slow-model", messages=QUESTION, extra_body={"conversation": conversation}
    )
    assert len(sent) > 1, sent
    assert len(said(conversation)) == 2, said(conversation)


def main() -> None:
    print(f"openai {openai.__version__} for Python, with an access token")
    client = openai.OpenAI(base_url=f"{BASE_URL}/v1", api_key=TOKEN, max_retries=0)
    check_answers(client)
    check_conversations(client)
    key = call("POST", "/auth/api-keys", {"name": "SDK"})["key"]
    print("  the same with an API key")
    check_answers(client.with_options(api_key=key))
    check_conversations(client.with_options(api_key=key))
    check_errors(client)
    check_repeats(client)


if __name__ == "__main__":
    main()
