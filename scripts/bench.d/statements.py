"""The service's own statements, read from its Rust source, so that the measured ones cannot drift.

    statements.py Append|AppendGroup|AppendOne|FindById|FindWithItems    prints one for pgbench
    statements.py --check    reads all of them: a change of the source that this file does not understand is an error
"""

import pathlib
import re
import sys
from collections.abc import Callable

POSTGRES = pathlib.Path(__file__).resolve().parents[2] / "crates/infra/src/postgres"

# Where each is, by the name of its type there.
PLACES = {
    "Append": "items/statements/write.rs",
    "AppendGroup": "items/statements/write.rs",
    "AppendOne": "items/statements/write.rs",
    "FindById": "items/statements/read.rs",
    "FindWithItems": "conversations/statements.rs",
}
TYPES = {
    "BigInt": "int8",
    "Binary": "bytea",
    "Bool": "bool",
    "Integer": "int4",
    "SmallInt": "int2",
    "SqlUuid": "uuid",
    "Text": "text",
    "Timestamptz": "timestamptz",
}


# The macros for an item's columns.
MACROS = ("item_rows/rows.rs", "item_rows/texts.rs")
STRING = r'"(?:[^"\\]|\\.)*"'


def found(pattern: str, places: list[pathlib.Path], what: str) -> re.Match[str]:
    for place in places:
        if match := re.search(pattern, place.read_text(), re.DOTALL):
            return match
    sys.exit(f"error: {what} was not found in the Rust source")


def text_of(expression: str, given: dict[str, str]) -> str:
    """The constant text of a Rust expression: of literals, constants and macros, whose arguments are given."""
    expression = expression.strip().rstrip(";").strip()
    if re.fullmatch(STRING, expression, re.DOTALL):
        return re.sub(r"\\\n\s*", "", expression[1:-1])
    if expression in given:
        return given[expression]
    if macro := re.fullmatch(r"(?:[$\w]+::)*(\w+)!\((.*)\)", expression, re.DOTALL):
        name, arguments = macro[1], split(macro[2])
        if name in ("sql", "concat"):
            return "".join(text_of(argument, given) for argument in arguments)
        if name in ("names", "nulls"):
            columns = columns_of(arguments[0].split("::")[-1].strip())
            before = text_of(arguments[1], given) if name == "names" else ""
            return ", ".join(before + column if name == "names" else "null" for column in columns)
        return of_macro(name, [text_of(argument, given) for argument in arguments])
    constant = expression.split("::")[-1]
    pattern = rf"const {re.escape(constant)}: &str =(.*?);\n"
    return text_of(found(pattern, sorted(POSTGRES.rglob("*.rs")), expression)[1], {})


def of_macro(name: str, arguments: list[str]) -> str:
    places = [POSTGRES / place for place in MACROS]
    macro = found(rf"macro_rules! {name} \{{\s*\((.*?)\) => \{{(.*?)\n    \}};\n\}}", places, f"{name}!")
    names = re.findall(r"\$\w+", macro[1])
    return text_of(macro[2], dict(zip(names, arguments)))


def columns_of(row: str) -> list[str]:
    fields = found(rf"\n    {row} of \w+ \{{(.*?)\n    \}}", sorted(POSTGRES.rglob("rows.rs")), f"the row {row}")[1]
    return re.findall(r"^\s*(\w+):", fields, re.MULTILINE)


def split(source: str) -> list[str]:
    """The arguments of a macro."""
    parts, depth = [""], 0
    for part in re.findall(STRING + "|.", source, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += part
    return [argument for argument in parts if argument.strip()]


def shipped(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The text of a statement, and its parameters: name and SQL type, in the order $1, $2, …"""
    source = (POSTGRES / PLACES[name]).read_text()
    statement = re.search(rf"^    {name}(?:<'a>)? \{{(.*?)\}} -> (.*?)^\);", source, re.DOTALL | re.MULTILINE)
    if not statement:
        sys.exit(f"error: {PLACES[name]} has no statement {name}")
    fields, rest = statement.groups()
    parameters = [
        (field, TYPES[sql] + ("[]" if array else ""))
        for field, array, sql in re.findall(r"(\w+): [^\n]*?=> (Array<)?(?:Nullable<)?(\w+)", fields)
    ]
    text = text_of(rest[rest.index("sql!(") :], {})
    numbers = {int(n) for n in re.findall(r"\$(\d+)", text)}
    if numbers != set(range(1, len(parameters) + 1)):
        sys.exit(f"error: {name} was not understood: parameters {parameters}, text {text}")
    return text, parameters


def for_pgbench(
    name: str, given: dict[str, str], change: Callable[[str], str] = lambda text: text
) -> str:
    """A statement for pgbench: each parameter is what `given` says, else a variable of its name.
    The casts state the types that the service states when it prepares the statement."""
    text, parameters = shipped(name)
    for number, (field, sql) in reversed(list(enumerate(parameters, 1))):
        value = given.get(field, f":{field}::{sql}")
        text = re.sub(rf"\${number}\b", value.replace("\\", r"\\"), text)
    return change(text) + ";\n"


# No model writes titles.
WITHOUT_MODEL = {"titles_due": "null::timestamptz"}

# A user's message without a call id. pgbench knows no null.
APPEND = WITHOUT_MODEL | {
    "author_id": "null::uuid",
    "call_id": "null::text",
    "role": "2::int2",
    "item_type": "null::text",
    "parts": "null::text",
    "shown": "null::text",
    "reasoning": "null::text",
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {*PLACES, "--check"}:
        sys.exit(__doc__)
    if sys.argv[1] == "--check":
        for each in PLACES:
            for_pgbench(each, {})
    else:
        print(for_pgbench(sys.argv[1], {}), end="")
