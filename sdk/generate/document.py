"""What the SDKs need of the OpenAPI document."""

import json
import pathlib
from dataclasses import dataclass, field

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"

# What the SDKs call failures of a status; those without a name of their own are APIError.
FAMILIES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    410: "GoneError",
    429: "RateLimitError",
    503: "UnavailableError",
}


def family(status: int) -> str:
    return FAMILIES.get(status, "ServerError" if status >= 500 else "APIError")


@dataclass
class Operation:
    id: str
    method: str
    path: str
    query: list[dict] = field(default_factory=list)
    has_body: bool = False


class Document:
    def __init__(self, path: pathlib.Path) -> None:
        self.tree = json.loads(path.read_text(encoding="utf-8"))
        self.schemas: dict[str, dict] = self.tree["components"]["schemas"]
        self.operations = [
            self._operation(path, method, item, item[method])
            for path, item in self.tree["paths"].items()
            for method in METHODS
            if method in item
        ]

    @staticmethod
    def _operation(path: str, method: str, item: dict, operation: dict) -> Operation:
        parameters = item.get("parameters", []) + operation.get("parameters", [])
        query = [one for one in parameters if one["in"] == "query"]
        return Operation(
            operation["operationId"], method.upper(), path, query, "requestBody" in operation
        )

    def resolve(self, part: dict) -> dict:
        while "$ref" in part:
            _, *steps = part["$ref"].split("/")
            part = self.tree
            for step in steps:
                part = part[step]
        return part

    def request_schemas(self) -> list[str]:
        """The schemas that requests are made of, in the order of the document."""
        bodies = [
            operation["requestBody"]["content"][JSON]["schema"]
            for item in self.tree["paths"].values()
            for method, operation in item.items()
            if method in METHODS and "requestBody" in operation
        ]
        return self._closure(bodies)

    def answer_schemas(self) -> list[str]:
        """The schemas that answers are made of, failures included."""
        responses = [
            self.resolve(response)
            for item in self.tree["paths"].values()
            for method, operation in item.items()
            if method in METHODS
            for response in operation["responses"].values()
        ]
        schemas = [
            response["content"][JSON]["schema"]
            for response in responses
            if JSON in response.get("content", {})
        ]
        return self._closure(schemas)

    def _closure(self, roots: list[dict]) -> list[str]:
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            part = waiting.pop()
            if isinstance(part, list):
                waiting += part
            elif isinstance(part, dict):
                name = part.get("$ref", "").rpartition("/")[2]
                if name and name not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
                waiting += part.values()
        return [name for name in self.schemas if name in found]

    def error_codes(self) -> dict[str, int]:
        """Every code of a failure with its status, by status and name."""
        codes = {}
        for item in self.tree["paths"].values():
            for method, operation in item.items():
                if method not in METHODS:
                    continue
                for status, response in operation["responses"].items():
                    content = self.resolve(response).get("content", {}).get(JSON, {})
                    if status >= "400":
                        codes |= {code: int(status) for code in content.get("examples", {})}
        return dict(sorted(codes.items(), key=lambda entry: (entry[1], entry[0])))


def class_name(code: str) -> str:
    """`conversation_not_found` is raised as ConversationNotFoundError."""
    return "".join(word.capitalize() for word in code.removesuffix("_error").split("_")) + "Error"
