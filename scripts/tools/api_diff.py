"""Compares two API documents as clients see them: `api_diff.py RELEASED PRESENT ANNOUNCED`.

A request may be asked for less and may be allowed more; an answer may say more and must not say less.
Names of schemas are not compared: requests and answers do not have them. Each line "breaks" fails, unless the
file of announcements has the same line.
"""

import json
import pathlib
import sys

METHODS = ("get", "put", "post", "delete", "patch")
# Bounds, with what makes each tighter.
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "minLength", "minItems", "minProperties")


class Comparison:
    def __init__(self, old: dict, new: dict):
        self.old, self.new = old, new
        self.breaking: list[str] = []
        self.others: list[str] = []

    def run(self) -> None:
        old, new = operations(self.old), operations(self.new)
        for key in sorted(old.keys() - new.keys()):
            self.breaking.append(f"{key} is gone")
        for key in sorted(new.keys() - old.keys()):
            self.others.append(f"{key} is new")
        for key in sorted(old.keys() & new.keys()):
            self.operation(key, old[key], new[key])

    def operation(self, key: str, old: dict, new: dict) -> None:
        if old["operationId"] != new["operationId"]:
            self.breaking.append(f"{key}: the method {old['operationId']} is called {new['operationId']}")
        self.parameters(key, old, new)
        self.request(key, old.get("requestBody"), new.get("requestBody"))
        for status in sorted(old["responses"].keys() | new["responses"].keys()):
            was = resolved(self.old, old["responses"].get(status))
            now = resolved(self.new, new["responses"].get(status))
            if now is None:
                report = self.breaking if status < "400" else self.others
                report.append(f"{key}: the answer {status} is gone")
            elif was is None:
                self.others.append(f"{key}: the answer {status} is new")
            else:
                self.contents(f"{key}: {status}", was, now)

    def parameters(self, key: str, old: dict, new: dict) -> None:
        was, now = named(self.old, old), named(self.new, new)
        # The name of a path's parameter is in no request.
        for where, name in sorted(was.keys() - now.keys()):
            if where != "path":
                self.breaking.append(f"{key}: the {where} parameter {name} is gone")
        for where, name in sorted(now.keys() - was.keys()):
            if where != "path":
                required = now[where, name].get("required", False)
                report = self.breaking if required else self.others
                report.append(f"{key}: the {where} parameter {name} is new")
        for both in sorted(was.keys() & now.keys()):
            if now[both].get("required", False) and not was[both].get("required", False):
                self.breaking.append(f"{key}: the {both[0]} parameter {both[1]} is required")
            self.schema(f"{key}: {both[1]}", was[both]["schema"], now[both]["schema"], True, ())

    def request(self, key: str, old: dict | None, new: dict | None) -> None:
        if old is None or new is None:
            if new is not None and new.get("required", False):
                self.breaking.append(f"{key}: a body is required")
            elif old is not new:
                self.others.append(f"{key}: whether it takes a body has changed")
            return
        if new.get("required", False) and not old.get("required", False):
            self.breaking.append(f"{key}: the body is required")
        self.contents(f"{key}: request", old, new, True)

    def contents(self, place: str, old: dict, new: dict, is_request: bool = False) -> None:
        was, now = old.get("content", {}), new.get("content", {})
        for kind in sorted(was.keys() - now.keys()):
            self.breaking.append(f"{place}: {kind} is gone")
        for kind in sorted(now.keys() - was.keys()):
            self.others.append(f"{place}: {kind} is new")
        for kind in sorted(was.keys() & now.keys()):
            self.schema(place, was[kind]["schema"], now[kind]["schema"], is_request, ())

    def schema(self, place: str, old: dict, new: dict, is_request: bool, above: tuple) -> None:
        pair = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True))
        if pair in above:
            return
        above = (*above, pair)
        old, new = flat(self.old, old), flat(self.new, new)
        self.kinds(place, old, new, is_request)
        self.bounds(place, old, new, is_request)
        was, now = old.get("properties", {}), new.get("properties", {})
        for name in sorted(was.keys() - now.keys()):
            self.breaking.append(f"{place}: the field {name} is gone")
        for name in sorted(now.keys() - was.keys()):
            required = is_request and name in new.get("required", [])
            (self.breaking if required else self.others).append(f"{place}: the field {name} is new")
        for name in sorted(was.keys() & now.keys()):
            before, after = name in old.get("required", []), name in new.get("required", [])
            if before != after:
                tighter = after if is_request else before
                said = "is required" if after else "may be absent"
                (self.breaking if tighter else self.others).append(f"{place}: the field {name} {said}")
            self.schema(f"{place}.{name}", was[name], now[name], is_request, above)
        if "items" in old and "items" in new:
            self.schema(f"{place}[]", old["items"], new["items"], is_request, above)

    def kinds(self, place: str, old: dict, new: dict, is_request: bool) -> None:
        """The possible values: a request may allow more, an answer must not contain more."""
        for what, was, now in (
            ("may be", kinds(old), kinds(new)),
            ("has the value", values(old), values(new)),
        ):
            if was == now:
                continue
            if is_request:
                is_safe = now is None or (was is not None and was <= now)
            else:
                is_safe = was is None or (now is not None and now <= was)
            said = f"{place}: {what} {shown(was)} became {shown(now)}"
            (self.others if is_safe else self.breaking).append(said)

    def bounds(self, place: str, old: dict, new: dict, is_request: bool) -> None:
        for name in (*UPPER, *LOWER, "pattern"):
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            if name == "pattern":
                tighter = now is not None
            elif name in UPPER:
                tighter = was is None or (now is not None and now < was)
            else:
                tighter = was is None or (now is not None and now > was)
            report = self.breaking if tighter and is_request else self.others
            report.append(f"{place}: {name} {was} became {now}")


def operations(document: dict) -> dict[str, dict]:
    found = {}
    for path, item in document["paths"].items():
        anonymous = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        for method in METHODS:
            if method in item:
                found[f"{method.upper()} {anonymous}"] = item[method]
    return found


def named(document: dict, operation: dict) -> dict[tuple[str, str], dict]:
    all_of_them = (resolved(document, one) for one in operation.get("parameters", []))
    return {(one["in"], one["name"]): one for one in all_of_them}


def resolved(document: dict, value: dict | None) -> dict | None:
    if value is None or "$ref" not in value:
        return value
    found = document
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def flat(document: dict, schema: dict) -> dict:
    """Without references, and parts of one object put together; `oneOf` with null is nullable."""
    schema = resolved(document, schema)
    if "allOf" in schema:
        whole: dict = {"type": "object", "properties": {}, "required": []}
        for part in schema["allOf"]:
            part = flat(document, part)
            whole["properties"] |= part.get("properties", {})
            whole["required"] += part.get("required", [])
        return whole
    if "oneOf" in schema:
        rest = [part for part in schema["oneOf"] if part.get("type") != "null"]
        if len(rest) == 1 and len(rest) < len(schema["oneOf"]):
            part = dict(flat(document, rest[0]))
            if "type" in part:
                part["type"] = sorted({*as_list(part["type"]), "null"})
            return part
        # Which of several it is, no type tells.
        return {}
    return schema


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def kinds(schema: dict) -> set | None:
    return set(as_list(schema["type"])) if "type" in schema else None


def values(schema: dict) -> set | None:
    return {json.dumps(value) for value in schema["enum"]} if "enum" in schema else None


def shown(values: set | None) -> str:
    return "anything" if values is None else " or ".join(sorted(values))


def main() -> None:
    old, new = (json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:3])
    announced = set(pathlib.Path(sys.argv[3]).read_text().splitlines())
    comparison = Comparison(old, new)
    comparison.run()
    unannounced = [line for line in comparison.breaking if line not in announced]
    for line in comparison.others:
        print(f"  changes: {line}")
    for line in comparison.breaking:
        print(f"  {'breaks' if line in unannounced else 'breaks, announced'}: {line}")
    print(f"{len(comparison.others)} changes, {len(comparison.breaking)} breaks, {len(unannounced)} unannounced")
    sys.exit(bool(unannounced))


if __name__ == "__main__":
    main()
