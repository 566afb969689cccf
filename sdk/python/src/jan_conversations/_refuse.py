"""Mistakes in calls, told before anything is sent."""

from __future__ import annotations

import re

from ._base import Record


def refuse(wished: object, name: str, call: str) -> None:
    """A call that returns an object cannot return another form: where that is wished, it names the call that can."""
    if wished:
        raise TypeError(f"{name} cannot be given here; use {call}")


def address(base_url: str) -> str:
    """The server's address as the paths of its routes follow it: without the `/v1` that OpenAI's SDKs need."""
    if not re.match(r"https?://", base_url, re.IGNORECASE):
        raise ValueError(f"base_url must begin with http:// or https://, and is {base_url!r}")
    return re.sub(r"([^/])/v1$", r"\1", base_url.rstrip("/"))


def check_key(idempotency_key: str | None) -> str | None:
    if idempotency_key is None or re.fullmatch(r"[ -~]{1,255}", idempotency_key):
        return idempotency_key
    raise ValueError("idempotency_key must have 1 to 255 printable ASCII characters")


def expected(if_match: Record | str | None) -> str | None:
    """The tag of the state in which a change is to be made; None for any state."""
    if if_match is None:
        return None
    tag = if_match
    if isinstance(tag, Record):
        # A message's tag is its version, so one from a list has one, too.
        is_item = getattr(tag, "object", None) == "conversation.item"
        tag = tag.etag or (f'"{getattr(tag, "version")}"' if is_item else "")
    if tag == "*" or re.fullmatch(r'(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*', tag):
        return tag
    raise ValueError(
        "if_match must be an object as a call returned it by itself (an entry of a list has no tag), or its etag"
    )
