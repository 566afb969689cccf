"""OpenAI's agents SDK against /openai/v1: its session keeps a conversation here."""

import asyncio
import os

import agents
import openai

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]


async def check_session(client: openai.AsyncOpenAI) -> None:
    session = agents.OpenAIConversationsSession(openai_client=client)
    items = [
        {"role": "user", "content": "How warm is it?"},
        {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "21"},
        {"role": "assistant", "content": "21 °C."},
    ]
    await session.add_items(items)
    kept = await session.get_items()
    assert [item.get("type") for item in kept] == [
        "message",
        "function_call",
        "function_call_output",
        "message",
    ], kept
    assert [item["content"][0]["text"] for item in (kept[0], kept[3])] == [
        "How warm is it?",
        "21 °C.",
    ], kept
    last = await session.get_items(limit=2)
    assert last == kept[2:], last
    popped = await session.pop_item()
    assert popped["content"][0]["text"] == "21 °C.", popped
    assert len(await session.get_items()) == 3
    await session.add_items([{"role": "user", "content": str(number)} for number in range(19)])
    assert len(await session.get_items()) == 22
    one = session.session_id
    again = agents.OpenAIConversationsSession(conversation_id=one, openai_client=client)
    assert len(await again.get_items()) == 22
    await session.clear_session()
    try:
        await client.conversations.retrieve(one)
    except openai.NotFoundError:
        pass
    else:
        raise AssertionError("the conversation is still there")
    print("  a session: added, read, popped, found again, cleared")


async def check_run(client: openai.AsyncOpenAI) -> None:
    """A turn of an agent, by a chat completion; the session keeps both messages."""
    session = agents.OpenAIConversationsSession(openai_client=client)
    model = agents.OpenAIChatCompletionsModel(model="check-model", openai_client=client)
    agent = agents.Agent(name="Guide", instructions="Be brief.", model=model)
    run = await agents.Runner.run(agent, "What are the next steps?", session=session)
    assert run.final_output == "That depends on the question.", run.final_output
    kept = await session.get_items()
    assert [item["role"] for item in kept] == ["user", "assistant"], kept
    print("  a turn of an agent")


@agents.function_tool
def thermometer(place: str) -> str:
    """How warm it is."""
    return f"21 °C in {place}"


@agents.function_tool
def barometer(place: str) -> str:
    """How high the pressure is."""
    return f"1013 hPa in {place}"


async def check_tools(client: openai.AsyncOpenAI) -> None:
    """Two turns of an agent that calls two tools in each, by responses; whole, then streamed."""
    session = agents.OpenAIConversationsSession(openai_client=client)
    model = agents.OpenAIResponsesModel(model="tools-model", openai_client=client)
    agent = agents.Agent(
        name="Guide", instructions="Be brief.", model=model, tools=[thermometer, barometer]
    )
    turn = ["message"] + ["function_call"] * 2 + ["function_call_output"] * 2 + ["message"]
    run = await agents.Runner.run(agent, "How is the weather?", session=session)
    assert run.final_output == "That depends on the question.", run.final_output
    kept = await session.get_items()
    assert [item["type"] for item in kept] == turn, kept
    assert {item["output"] for item in kept[3:5]} == {"21 °C in Oslo", "1013 hPa in Oslo"}, kept
    streamed = agents.Runner.run_streamed(agent, "And now?", session=session)
    async for _ in streamed.stream_events():
        pass
    assert streamed.final_output == "That depends on the question.", streamed.final_output
    kept = await session.get_items()
    assert [item["type"] for item in kept] == turn * 2, kept
    print("  two turns of an agent with two tools, by responses, whole and streamed")


async def main() -> None:
    print("openai-agents, base_url /openai/v1")
    agents.set_tracing_disabled(True)
    client = openai.AsyncOpenAI(base_url=f"{BASE_URL}/openai/v1", api_key=TOKEN)
    await check_session(client)
    await check_run(client)
    await check_tools(client)


if __name__ == "__main__":
    asyncio.run(main())
