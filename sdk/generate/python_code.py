"""Writes the generated part of the Python SDK: models of answers, parameters of calls, routes, errors.

The document is flat, so that this is short. A form that it does not know stops it.
"""

import json
import keyword
from collections.abc import Iterable

from document import Document, class_name, family

HEAD = '"""Made from openapi/openapi.json by scripts/sdk. Changes here are lost."""\n\nfrom __future__ import annotations\n'
# Which call it is says in which form the answer comes.
DECIDED = ("format",)
# What is not printed with an answer, so that no log has it.
SECRETS = ("access_token", "refresh_token", "key")
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


class Types:
    """Annotations of schemas, as they are read (`answers`) or as they are given."""

    def __init__(self, document: Document, answers: bool) -> None:
        self.document = document
        self.answers = answers

    def of(self, schema: dict) -> str:
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "oneOf" in schema:
            return " | ".join(self.of(part) for part in schema["oneOf"])
        if "enum" in schema:
            return self._choice(schema)
        kinds = schema.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        return " | ".join(self._kind(kind, schema) for kind in kinds) or "Any"

    def _named(self, name: str) -> str:
        # A value that a later release adds must not make an answer unreadable.
        return f"{name} | str" if self.answers and "enum" in self.document.schemas[name] else name

    def _choice(self, schema: dict) -> str:
        values = [value for value in schema["enum"] if value is not None]
        if self.answers and len(values) == 1:
            return "str"
        nullable = " | None" if None in schema["enum"] else ""
        return f"Literal[{', '.join(json.dumps(value) for value in values)}]{nullable}"

    def _kind(self, kind: str, schema: dict) -> str:
        if kind == "array":
            return f"{'list' if self.answers else 'Sequence'}[{self.of(schema['items'])}]"
        if kind == "object":
            values = schema.get("additionalProperties", {})
            values = self.of(values) if isinstance(values, dict) else "Any"
            return f"{'dict' if self.answers else 'Mapping'}[str, {values}]"
        if kind == "string" and schema.get("format") == "date-time":
            return "datetime" if self.answers else "datetime | str"
        return PLAIN[kind]


def described(text: str, indent: str = "    ") -> str:
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    text += " " if text.endswith('"') else ""
    return f'{indent}"""{text}"""\n' if text else ""


def is_object(schema: dict) -> bool:
    return "properties" in schema or "additionalProperties" in schema and schema["additionalProperties"] is False


def class_of(name: str, base: str, summary: str, fields: Iterable[str]) -> str:
    # A class needs something in it.
    body = "".join(fields) or ("" if summary else "    pass\n")
    return f"\n\nclass {name}({base}):\n{described(summary)}" + (f"\n{body}" if body else "")


def models(document: Document) -> str:
    types = Types(document, answers=True)
    imports = "from datetime import datetime\nfrom typing import Any, Literal\n\nfrom pydantic import Field\n\nfrom ._base import Record\n"
    parts = [f"{HEAD}\n{imports}"]
    for name in document.answer_schemas():
        schema = document.schemas[name]
        required = schema.get("required", [])
        if not is_object(schema):
            parts.append(f"\n\n{name} = {types.of(schema)}\n{described(schema.get('description', ''), '')}")
            continue
        fields = []
        for field, part in schema["properties"].items():
            annotation = types.of(part)
            absent = "" if field in required else " = None"
            hidden = " = Field(repr=False)" if field in SECRETS and not absent else ""
            if absent and "None" not in annotation and annotation != "Any":
                annotation += " | None"
            fields.append(f"    {field}: {annotation}{absent}{hidden}\n{described(part.get('description', ''))}")
        parts.append(class_of(name, "Record", schema.get("description", ""), fields))
    return "".join(parts)


def typed_dict(name: str, summary: str, fields: dict[str, tuple[str, bool, str]]) -> str:
    lines = []
    for field, (annotation, required, description) in fields.items():
        field += "_" if keyword.iskeyword(field) else ""
        annotation = annotation if required else f"NotRequired[{annotation}]"
        lines.append(f"    {field}: {annotation}\n{described(description)}")
    return class_of(name, "TypedDict", summary, lines)


def params(document: Document) -> str:
    types = Types(document, answers=False)
    imports = (
        "from collections.abc import Mapping, Sequence\nfrom datetime import datetime\n"
        "from typing import Any, Literal, NotRequired, TypedDict\n"
    )
    parts = [f"{HEAD}\n{imports}"]
    for name in document.request_schemas():
        schema = document.schemas[name]
        summary = schema.get("description", "")
        if not is_object(schema):
            parts.append(f"\n\n{name} = {types.of(schema)}\n{described(summary, '')}")
            continue
        required = schema.get("required", [])
        fields = {
            field: (types.of(part), field in required, part.get("description", ""))
            for field, part in schema.get("properties", {}).items()
        }
        parts.append(typed_dict(name, summary, fields))
    for operation in document.operations:
        if any(one["name"] not in DECIDED for one in operation.query):
            name = "".join(word.capitalize() for word in operation.id.split("_")) + "Query"
            fields = {
                one["name"]: (types.of(one["schema"]), False, one.get("description", ""))
                for one in operation.query
                if one["name"] not in DECIDED
            }
            parts.append(typed_dict(name, f"What `{operation.id}` may be narrowed by.", fields))
    return "".join(parts)


def routes(document: Document) -> str:
    ids = ",\n    ".join(f'"{operation.id}"' for operation in document.operations)
    table = "".join(
        f'    "{operation.id}": ("{operation.method}", "{operation.path}"),\n'
        for operation in document.operations
    )
    return (
        f"{HEAD}\nfrom typing import Literal\n\nOperation = Literal[\n    {ids},\n]\n\n"
        f"ROUTES: dict[Operation, tuple[str, str]] = {{\n{table}}}\n"
    )


def errors(document: Document) -> str:
    codes = document.error_codes()
    parts = [f"{HEAD}\nfrom . import _status as status\n"]
    for code, number in codes.items():
        parts.append(f'\n\nclass {class_name(code)}(status.{family(number)}):\n    """`{code}`"""\n')
    table = "".join(f'    "{code}": {class_name(code)},\n' for code in codes)
    parts.append(f"\n\nBY_CODE: dict[str, type[status.APIError]] = {{\n{table}}}\n")
    statuses = "".join(f'    "{code}": {number},\n' for code, number in codes.items())
    parts.append(f"\nSTATUS_OF: dict[str, int] = {{\n{statuses}}}\n")
    return "".join(parts)
