"""The responses of OpenAI's SDK for Python against the service: answers, streams, calls and repeats."""

import os
import time

import openai

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]
REPLY = "That depends on the question."
QUESTION = "What are the next steps?"
TOOL = {
    "type": "function",
    "name": "weather",
    "description": None,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


def whole_answers(client: openai.OpenAI) -> None:
    first = client.responses.create(model="check-model", input=QUESTION, instructions="Be brief.")
    assert first.output_text == REPLY and first.status == "completed", first
    assert first.usage.total_tokens == 12, first
    assert client.responses.retrieve(first.id) == first
    asked = list(client.responses.input_items.list(first.id))
    assert [item.content[0].text for item in asked] == [QUESTION], asked
    second = client.responses.create(
        model="check-model", input="And then?", previous_response_id=first.id
    )
    assert second.previous_response_id == first.id, second
    conversation = client.conversations.create()
    kept = client.responses.create(
        model="check-model", input=QUESTION, conversation=conversation.id
    )
    items = list(client.conversations.items.list(conversation.id))
    assert [item.id for item in items][0] == kept.output[0].id, items
    client.responses.delete(first.id)
    try:
        client.responses.retrieve(first.id)
    except openai.NotFoundError as error:
        assert error.code == "response_not_found", error
    else:
        raise AssertionError("it is not deleted")
    print("  answers, a conversation, a chain and a deletion")


def streams(client: openai.OpenAI) -> None:
    for model, kind in (
        ("check-model", "message"),
        ("unstreaming-model", "message"),
        ("calling-model", "function_call"),
        ("refusing-model", "message"),
        ("thinking-model", "reasoning"),
    ):
        with client.responses.stream(model=model, input=QUESTION, tools=[TOOL]) as stream:
            numbers = [event.sequence_number for event in stream]
            final = stream.get_final_response()
        assert numbers == list(range(len(numbers))), numbers
        assert final.output[0].type == kind, final
        stored = client.responses.retrieve(final.id)
        same = [(item.type, item.id, item.status) for item in stored.output]
        assert [(item.type, item.id, item.status) for item in final.output] == same, final
        assert final.output_text == stored.output_text, final
        for after in numbers:
            with client.responses.stream(response_id=final.id, starting_after=after) as rest:
                later = [event.sequence_number for event in rest]
                again = rest.get_final_response()
            assert later == numbers[after + 1 :], (model, after, later)
            assert again.output == final.output, (model, after)
            plain = client.responses.retrieve(final.id, stream=True, starting_after=after)
            assert [event.sequence_number for event in plain] == later, (model, after)
        print(f"  a stream of {model}, and the rest of it after each of {len(numbers)} events")


def endings(client: openai.OpenAI) -> None:
    for model, last in (("cut-model", "incomplete"), ("dying-model", "failed")):
        with client.responses.stream(model=model, input=QUESTION) as stream:
            events = list(stream)
        assert events[-1].type == f"response.{last}", events[-1]
        stored = client.responses.retrieve(events[-1].response.id)
        assert stored.status == last, stored
    print("  answers that are cut, or fail midway")


def tools(client: openai.OpenAI) -> None:
    first = client.responses.create(model="calling-model", input=QUESTION, tools=[TOOL])
    call = first.output[0]
    assert (call.name, call.arguments) == ("weather", '{"city":"Oslo"}'), call
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}
    second = client.responses.create(
        model="calling-model", input=[output], previous_response_id=first.id, tools=[TOOL]
    )
    assert second.output_text == REPLY, second
    try:
        client.responses.create(model="check-model", input=QUESTION, tools=[{"type": "web_search"}])
    except openai.BadRequestError as error:
        assert (error.code, error.param) == ("unsupported_parameter", "tools[0].type"), error
    else:
        raise AssertionError("a tool was dropped")
    print("  a call, its output, and a tool that is refused by name")


def background(client: openai.OpenAI) -> None:
    queued = client.responses.create(model="check-model", input=QUESTION, background=True)
    assert queued.status == "queued", queued
    while (done := client.responses.retrieve(queued.id)).status == "in_progress":
        time.sleep(0.1)
    assert done.output_text == REPLY, done
    slow = client.responses.create(model="endless-model", input=QUESTION, background=True)
    assert client.responses.cancel(slow.id).status == "cancelled"
    assert client.responses.retrieve(slow.id).status == "cancelled"
    print("  in the background: polled to its end, and cancelled")


def repeats(client: openai.OpenAI) -> None:
    """A client that gives up too early, and asks again by itself, makes one turn."""
    conversation = client.conversations.create()
    hasty = client.with_options(max_retries=9, timeout=1.5)
    hasty.responses.create(model="slow-model", input=QUESTION, conversation=conversation.id)
    assert len(list(client.conversations.items.list(conversation.id))) == 2
    print("  a repeat of the SDK itself makes one turn")


def main() -> None:
    print(f"openai {openai.__version__} for Python: responses")
    client = openai.OpenAI(base_url=f"{BASE_URL}/openai/v1", api_key=TOKEN, max_retries=0)
    whole_answers(client)
    streams(client)
    endings(client)
    tools(client)
    background(client)
    repeats(client)


if __name__ == "__main__":
    main()
