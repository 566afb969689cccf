"""Every example of the API document fits its schema; prints those that do not."""

import json
import sys

import jsonschema_rs

document = json.load(open(sys.argv[1]))
findings: list[str] = []
checked = 0


def resolved(value: dict) -> dict:
    reference = value.get("$ref")
    if reference is None:
        return value
    found = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def check(place: str, schema: dict, value) -> None:
    global checked
    checked += 1
    # Where the schema's own references lead.
    whole = schema | {"components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    for error in validator.iter_errors(value):
        findings.append(f"{place}: {error.message}")


def check_content(place: str, content: dict) -> None:
    for kind, media in content.items():
        if kind == "text/event-stream":
            check_lines(f"{place} {kind}", media["example"])
            continue
        examples = {"example": {"value": media["example"]}} if "example" in media else {}
        for name, example in (media.get("examples", {}) | examples).items():
            check(f"{place} {kind} {name}", media["schema"], resolved(example)["value"])


def check_lines(place: str, text: str) -> None:
    """The schema describes one event; the example is the lines of several, as they are sent."""
    global checked
    checked += 1
    for line in filter(None, text.splitlines()):
        name, _, value = line.partition(": ")
        if name == "data" and value != "[DONE]":
            json.loads(value)
        elif name not in ("event", "data"):
            findings.append(f"{place}: {line}")


def check_fields(place: str, schema: dict) -> None:
    plain = {name: part for name, part in schema.items() if name not in ("example", "examples")}
    for value in [schema["example"]] if "example" in schema else schema.get("examples", []):
        check(place, plain, value)
    for name, field in schema.get("properties", {}).items():
        check_fields(f"{place}.{name}", field)


for path, item in document["paths"].items():
    for method, operation in item.items():
        name = operation["operationId"]
        for parameter in operation.get("parameters", []):
            if "example" in parameter:
                check(f"{name} {parameter['name']}", parameter["schema"], parameter["example"])
        if "requestBody" in operation:
            check_content(f"{name} request", operation["requestBody"]["content"])
        for status, response in operation["responses"].items():
            check_content(f"{name} {status}", resolved(response).get("content", {}))
for name, schema in document["components"]["schemas"].items():
    check_fields(name, schema)

print("\n".join(findings) or f"{checked} examples fit their schemas")
sys.exit(bool(findings))
