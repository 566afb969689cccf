"""The exceptions. Each code of the service has a class, each status a family: `except NotFoundError` takes all
that is not found, `except ConversationNotFoundError` one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ._codes import *
from ._codes import BY_CODE, STATUS_OF
from ._status import *
from ._status import FAMILIES, APIError, ServerError


def of_answer(status: int, body: bytes, headers: Mapping[str, str]) -> APIError:
    """The exception that an answer stands for, also where it is a proxy's and has no envelope."""
    retry_after = seconds(headers.get("retry-after"))
    try:
        return of_envelope(json.loads(body), status, retry_after)
    except (ValueError, KeyError, TypeError):
        text = body.decode("utf-8", "replace").strip()[:500] or "the answer has no body"
        request_id = headers.get("x-request-id")
        return _class(status, None)(
            text, status=status, request_id=request_id, retry_after=retry_after
        )


def of_envelope(
    body: Any, status: int | None = None, retry_after: float | None = None
) -> APIError:
    """The exception of `{"error": {…}}`; in streams no status comes with it, and the code tells it."""
    error = body["error"]
    code = error.get("code")
    if status is None:
        status = STATUS_OF.get(code, 500)
    return _class(status, code)(
        error["message"],
        status=status,
        code=code,
        type=error.get("type"),
        param=error.get("param"),
        request_id=error.get("request_id"),
        doc_url=error.get("doc_url"),
        retry_after=retry_after,
    )


def seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds. This service sends no dates there."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None


def _class(status: int, code: str | None) -> type[APIError]:
    named = BY_CODE.get(code or "")
    family = FAMILIES.get(status, ServerError if status >= 500 else APIError)
    return named or family
