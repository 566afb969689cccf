"""Writes the generated part of the TypeScript SDK that openapi-typescript does not: routes, errors."""

import json

from document import Document, class_name, family

HEAD = "// Made from openapi/openapi.json by scripts/sdk. Changes here are lost.\n\n"


def routes(document: Document) -> str:
    table = "".join(
        f"  {operation.id}: {json.dumps([operation.method, operation.path])},\n"
        for operation in document.operations
    )
    return f"{HEAD}export const routes = {{\n{table}}} as const;\n"


def errors(document: Document) -> str:
    codes = document.error_codes()
    families = sorted({family(number) for number in codes.values()} | {"APIError"})
    parts = [f'{HEAD}import {{ {", ".join(families)} }} from "../status.js";\n']
    for code, number in codes.items():
        parts.append(f"\n/** `{code}` */\nexport class {class_name(code)} extends {family(number)} {{}}\n")
    table = "".join(f"  {code}: [{number}, {class_name(code)}],\n" for code, number in codes.items())
    parts.append(
        "\n/** Every code there is, with its status and its class. */\n"
        f"export const codes = {{\n{table}}} as const satisfies Record<string, [number, typeof APIError]>;\n"
        "\nexport type ErrorCode = keyof typeof codes;\n"
    )
    return "".join(parts)
