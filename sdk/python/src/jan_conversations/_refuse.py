"""Mistakes in calls, told before anything is sent."""

from __future__ import annotations

import re


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
