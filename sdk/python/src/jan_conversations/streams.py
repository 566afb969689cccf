"""Replies while they are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Literal, TypeVar

import httpx

from . import errors
from ._base import Record
from ._sse import ServerEvent, events
from .models import ChatConversation, Item

E = TypeVar("E")


@dataclass(frozen=True)
class ItemDelta:
    """The next piece of the reply."""

    text: str
    type: Literal["item.delta"] = "item.delta"


@dataclass(frozen=True)
class ItemReasoningDelta:
    """The next piece of what the model thinks."""

    text: str
    type: Literal["item.reasoning_delta"] = "item.reasoning_delta"


@dataclass(frozen=True)
class ItemCompleted:
    """The reply as it is stored; always the last event."""

    item: Item
    finish_reason: str | None
    context_truncated: bool
    type: Literal["item.completed"] = "item.completed"


ItemEvent = ItemDelta | ItemReasoningDelta | ItemCompleted


class ChunkDelta(Record):
    role: str | None = None
    content: str | None = None


class ChunkChoice(Record):
    index: int = 0
    delta: ChunkDelta = ChunkDelta()
    finish_reason: str | None = None


class ChatChunk(Record):
    """A `chat.completion.chunk` of OpenAI's API. The last one of a chat that is kept has its `conversation`."""

    id: str | None = None
    model: str | None = None
    choices: list[ChunkChoice] = []
    conversation: ChatConversation | None = None

    @property
    def text(self) -> str:
        """What the first choice says here."""
        return (self.choices[0].delta.content or "") if self.choices else ""


class Stream(Generic[E]):
    """An iterator of events. Closing it, or leaving its `with`, hangs up; the server goes on and stores the reply."""

    def __init__(
        self, response: httpx.Response, read: Callable[[Iterator[ServerEvent]], Iterator[E]]
    ) -> None:
        self._response = response
        self._events = self._guarded(read)

    @property
    def request_id(self) -> str | None:
        found: str | None = self._response.headers.get("x-request-id")
        return found

    def _guarded(self, read: Callable[[Iterator[ServerEvent]], Iterator[E]]) -> Iterator[E]:
        try:
            yield from read(events(self._response.iter_bytes()))
        except httpx.TimeoutException as error:
            raise errors.APITimeoutError("the stream was silent for too long") from error
        except httpx.TransportError as error:
            raise errors.StreamInterruptedError(f"the connection broke ({error})") from error
        finally:
            self._response.close()

    def __iter__(self) -> Iterator[E]:
        return self

    def __next__(self) -> E:
        return next(self._events)

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> Stream[E]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # `for event in client.items.stream_reply(…): break` must not leave a connection open.
        self.close()


def item_events(incoming: Iterator[ServerEvent]) -> Iterator[ItemEvent]:
    for event in incoming:
        body = json.loads(event.data)
        if event.event == "item.delta":
            yield ItemDelta(body["text"])
        elif event.event == "item.reasoning_delta":
            yield ItemReasoningDelta(body["text"])
        elif event.event == "item.completed":
            item = Item.model_validate(body["item"])
            yield ItemCompleted(item, body.get("finish_reason"), body.get("context_truncated", False))
            return
        elif event.event == "error":
            raise errors.of_envelope(body)
    raise errors.StreamInterruptedError("the stream ended before the reply was complete")


def chat_chunks(incoming: Iterator[ServerEvent]) -> Iterator[ChatChunk]:
    for event in incoming:
        if event.data == "[DONE]":
            return
        body = json.loads(event.data)
        if isinstance(body, dict) and "error" in body:
            raise errors.of_envelope(body)
        yield ChatChunk.model_validate(body)
    raise errors.StreamInterruptedError("the stream ended before the completion was whole")
