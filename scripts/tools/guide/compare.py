"""Compares an answer with the documented one: names and types, not values. More fields are allowed."""

import re

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
LINK = re.compile(r"^https?://[^/]+(/conversations/share/)\w+$")
ID = re.compile(r"^([a-z]+(?:_[a-z]+)*_)[0-9A-Za-z…]+$")


def kind(value) -> str:
    """The type of a value; of texts also whether they are times, links, or ids with which prefix."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if TIME.match(value):
        return "a time"
    if found := LINK.match(value):
        return f"a link to {found[1]}"
    if found := ID.match(value):
        return f"an id that begins with {found[1]}"
    return "a text"


def differences(documented, actual, place: str = "the answer") -> list[str]:
    if kind(documented) != kind(actual):
        return [f"{place} is documented as {kind(documented)}, and is {kind(actual)}"]
    if isinstance(documented, dict):
        missing = [f"{place}.{name} is missing" for name in documented if name not in actual]
        shared = [name for name in documented if name in actual]
        return missing + [
            difference
            for name in shared
            for difference in differences(documented[name], actual[name], f"{place}.{name}")
        ]
    if isinstance(documented, list) and documented:
        if len(actual) < len(documented):
            return [f"{place} is documented with {len(documented)} entries, and has {len(actual)}"]
        return [
            difference
            for index, entry in enumerate(documented)
            for difference in differences(entry, actual[index], f"{place}[{index}]")
        ]
    return []


def names(documented) -> int:
    """How many names an answer documents."""
    if isinstance(documented, dict):
        return len(documented) + sum(map(names, documented.values()))
    return sum(map(names, documented)) if isinstance(documented, list) else 0
