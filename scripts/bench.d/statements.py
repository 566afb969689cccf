"""The service's own statements, read from its Rust source, so that the measured ones cannot drift.

    statements.py Append|AppendGroup|FindById|FindWithItems    prints one for pgbench
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


def literals(source: str) -> str:
    """The text of Rust's string literals, one after the other."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', source, re.DOTALL)
    return "".join(re.sub(r"\\\n\s*", "", part) for part in parts)


def macro_of(kind: str, name: str) -> str:
    """The body of a macro for the columns of items or conversations, without its parameters."""
    source = (POSTGRES / kind / "rows.rs").read_text()
    found = re.search(rf"macro_rules! {name} \{{(.*?)\n\}}", source, re.DOTALL)
    if not found:
        sys.exit(f"error: {kind}/rows.rs has no macro {name}")
    return found[1][found[1].rindex("=> {") :]


def macro(name: str, row: str) -> str:
    """What one of the macros for an item's columns makes of a row's name."""
    return literals(expanded(macro_of("items", name).replace("$row", f'"{row}"')))


def expanded(source: str) -> str:
    """The same without macros, except `concat!`."""
    inner = r'(?:[$\w]+::)*(reasoning|unparted|size)!\("([\w.]*)"\)'
    return re.sub(inner, lambda found: f'"{macro(found[1], found[2])}"', source)


def columns(arguments: list[str]) -> str:
    """An item's columns, with these in place of its text and its thoughts."""
    body = macro_of("items", "columns")
    given = dict(zip(("$content", "$reasoning"), arguments))
    body = body.replace("$content", given.get("$content", '"i.content"'))
    return literals(expanded(body.replace("$reasoning", given.get("$reasoning", 'reasoning!("i")'))))


def of_conversation(kind: str, row: str) -> str:
    """What one of the macros for a conversation's columns makes of a row's name."""
    return literals(macro_of("conversations", kind).replace("$of", f'"{row}"'))


def split(source: str) -> list[str]:
    """The arguments of a macro."""
    found, depth = [""], 0
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|.', source, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "," and depth == 0:
            found.append("")
        else:
            found[-1] += part
    return [argument for argument in found if argument.strip()]


def with_columns(source: str) -> str:
    """The same with columns in place of their macros. A row's name and a point are an argument of a
    conversation's alone."""
    source = re.sub(
        r'\brows::(?:(columns)!\("(\w+\.)"\)|(nulls)!\(\))',
        lambda found: f'"{of_conversation(found[1] or found[3], found[2] or "")}"',
        source,
    )
    while found := re.search(r"(?:\w+::)*columns!\(", source):
        end, depth = found.end(), 1
        while depth > 0:
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
        source = f'{source[: found.start()]}"{columns(split(source[found.end() : end - 1]))}"{source[end:]}'
    return source


def shipped(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The text of a statement, and its parameters: name and SQL type, in the order $1, $2, …"""
    source = (POSTGRES / PLACES[name]).read_text()
    found = re.search(rf"^    {name}(?:<'a>)? \{{(.*?)\}} -> (.*?)^\);", source, re.DOTALL | re.MULTILINE)
    if not found:
        sys.exit(f"error: {PLACES[name]} has no statement {name}")
    fields, rest = found.groups()
    parameters = [
        (field, TYPES[sql] + ("[]" if array else ""))
        for field, array, sql in re.findall(r"(\w+): [^\n]*?=> (Array<)?(?:Nullable<)?(\w+)", fields)
    ]
    body = rest[rest.index('"' if "concat!(" not in rest else "concat!(") :]
    text = literals(expanded(with_columns(body)))
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
    "bytes": "1000::int8",
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PLACES:
        sys.exit(__doc__)
    print(for_pgbench(sys.argv[1], {}), end="")
