from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from .. import models, params
from .._api import MODEL_TIMEOUT
from .._refuse import refuse
from ..streams import ChatChunk, Stream, chat_chunks
from ._resource import Resource


class Chat(Resource):
    """OpenAI's chat completions. With a `conversation`, what it holds precedes `messages`, and the turn is kept in it."""

    def create(
        self,
        *,
        messages: Sequence[params.ChatMessage],
        model: str | None = None,
        conversation: str | None = None,
        stream: Literal[False] | None = None,
        **more: Any,
    ) -> models.ChatCompletion:
        """A whole completion; `stream(…)` gives it as it is written. Further fields (`temperature`, …) go to the model."""
        refuse(stream, "stream", "client.chat.stream(…)")
        body = _body(messages, model, conversation, more)
        return self._api.get(
            models.ChatCompletion, "create_chat_completion", body=body, timeout=MODEL_TIMEOUT
        )

    def stream(
        self,
        *,
        messages: Sequence[params.ChatMessage],
        model: str | None = None,
        conversation: str | None = None,
        **more: Any,
    ) -> Stream[ChatChunk]:
        """The completion as it is written, chunk by chunk."""
        body = _body(messages, model, conversation, more) | {"stream": True}
        response = self._api.send(
            "create_chat_completion", body=body, timeout=MODEL_TIMEOUT, stream=True
        )
        return Stream(response, chat_chunks)

    def get_model(self, model: str) -> models.Model:
        return self._api.get(models.Model, "get_model", model)

    def list_models(self) -> list[models.Model]:
        """The models of the server's provider."""
        return self._api.get(models.ModelList, "list_models").data


def _body(
    messages: Sequence[params.ChatMessage],
    model: str | None,
    conversation: str | None,
    more: dict[str, Any],
) -> dict[str, Any]:
    body = {"model": model, "conversation": conversation}
    return {name: value for name, value in body.items() if value is not None} | {
        "messages": list(messages),
        **more,
    }
