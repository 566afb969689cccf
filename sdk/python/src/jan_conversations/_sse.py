"""Server-sent events, out of bytes that may be cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerEvent:
    event: str
    data: str


def lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Lines that ended. Not str.splitlines: that cuts at U+2028, which texts may have."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode("utf-8")


def events(pieces: Iterator[bytes]) -> Iterator[ServerEvent]:
    """Events that are complete; one whose end did not come is not told."""
    name, data = "", list[str]()
    for line in lines(pieces):
        if not line:
            if data:
                yield ServerEvent(name or "message", "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
