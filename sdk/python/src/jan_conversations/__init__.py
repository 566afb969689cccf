"""Client of jan-conversations, a service that keeps conversations with AI models."""

from . import errors, models, params
from .client import Client
from .errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    JanError,
    StreamInterruptedError,
)
from .page import Page
from .streams import ChatChunk, ItemCompleted, ItemDelta, ItemEvent, ItemReasoningDelta, Stream

__version__ = "0.1.0"

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "ChatChunk",
    "Client",
    "ItemCompleted",
    "ItemDelta",
    "ItemEvent",
    "ItemReasoningDelta",
    "JanError",
    "Page",
    "Stream",
    "StreamInterruptedError",
    "errors",
    "models",
    "params",
]
