from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

Pair = tuple[str, str | int | float | bool | None]


def encode(query: Mapping[str, object] | None) -> list[Pair]:
    """A query as the service reads it: `tag=a&tag=b`, `metadata[key]=value`, `true`."""
    pairs: list[Pair] = []
    for name, value in (query or {}).items():
        # A name that is a word of Python has an underscore behind it.
        name = name.rstrip("_")
        if value is None:
            continue
        if isinstance(value, Mapping):
            pairs += [(f"{name}[{key}]", _text(one)) for key, one in value.items()]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            pairs += [(name, _text(one)) for one in value]
        else:
            pairs.append((name, _text(value)))
    return pairs


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
