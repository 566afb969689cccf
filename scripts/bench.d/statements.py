"""The service's own statements, read from its Rust source, so that what is measured cannot drift.

    statements.py append|append-group|append-plain|get|get-plain    prints one as a script for pgbench
"""

import pathlib
import re
import sys

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


def macro(name: str, row: str) -> str:
    """What one of the macros for an item's columns makes of a row's name."""
    source = (POSTGRES / "items/rows.rs").read_text()
    body = re.search(rf"macro_rules! {name} \{{(.*?)\n\}}", source, re.DOTALL)[1]
    body = body[body.rindex("concat!(") :].replace("$row", f'"{row}"')
    return literals(expanded(body))


def expanded(source: str) -> str:
    """The same without macros, but for `concat!`."""
    inner = r'(?:[$\w]+::)*(reasoning|unparted|size)!\("([\w.]*)"\)'
    return re.sub(inner, lambda found: f'"{macro(found[1], found[2])}"', source)


def columns(content: str) -> str:
    """An item's columns, with this in place of its text."""
    source = (POSTGRES / "items/rows.rs").read_text()
    body = re.search(r"macro_rules! columns \{(.*?)\n\}", source, re.DOTALL)[1]
    body = body[body.rindex("concat!(") :].replace("$content", f'"{content}"')
    return literals(expanded(body.replace("$reasoning", 'reasoning!("i")')))


def with_columns(source: str) -> str:
    """The same with the columns of items in place of their macro."""
    while found := re.search(r"(?:\w+::)*columns!\(", source):
        end, depth = found.end(), 1
        while depth > 0:
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
        content = literals(expanded(source[found.end() : end - 1])) or "i.content"
        source = f'{source[: found.start()]}"{columns(content)}"{source[end:]}'
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


def for_pgbench(name: str, given: dict[str, str], change=lambda text: text) -> str:
    """A statement for pgbench: each parameter is what `given` says, else a variable of its name.
    The casts state the types that the service states when it prepares the statement."""
    text, parameters = shipped(name)
    for number, (field, sql) in reversed(list(enumerate(parameters, 1))):
        value = given.get(field, f":{field}::{sql}")
        text = re.sub(rf"\${number}\b", lambda _: value, text)
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

# Each client has conversations of its own and moves on before one is full. The first statement is
# one in 500 and costs nothing that could be seen.
OWN_CONVERSATION = """\\if :left = 0
\\set number (:client_id + :clients * :turn) % :targets
select owner_id, conversation_id from bench_targets where run = :run and number = :number \\gset
\\set left 500
\\set turn :turn + 1
\\endif
\\set left :left - 1
"""

# As many messages as there are connections, each to another conversation, stored by one statement:
# the fullest group that 32 waiting requests can make. The arrays are made once for each client.
GROUP = """\\if :left = 0
\\set share (:targets / :group)
\\set number :turn % :share
select array_agg(owner_id) as owner_ids, array_agg(conversation_id) as conversation_ids,
    array_agg(:now::text) as nows, array_agg(:title::text) as titles,
    array_agg(:seed::bytea) as seeds, array_agg(2) as roles, array_agg(null::uuid) as author_ids,
    array_agg(:content::text) as contents
from bench_targets where run = :run and number % :share::int = :number \\gset
\\set left 4900
\\set turn :turn + 1
\\endif
\\set left :left - 1
"""

# What an expert would write who needs neither titles nor times that only grow.
PLAIN_APPEND = """with place as (
    update conversations set item_count = item_count + 1, last_sequence = last_sequence + 1,
        updated_at = :now::timestamptz
    where owner_id = :owner_id::uuid and id = :conversation_id::uuid and item_count < 10000
    returning owner_id, id, last_sequence
)
insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
select owner_id, id, encode(:seed::bytea || int4send(last_sequence), 'hex')::uuid, :now::timestamptz,
    :now::timestamptz, last_sequence, 2, :content::text
from place returning sequence;
"""

# The same for reading: two statements in one round trip, without a limit of the size.
PLAIN_GET = """\\startpipeline
select id, project_id, title, metadata, item_count, created_at, updated_at, last_sequence
from conversations where owner_id = :owner_id::uuid and id = :conversation_id::uuid;
select id, created_at, updated_at, version, role, author_id, call_id, model, content
from items where owner_id = :owner_id::uuid and conversation_id = :conversation_id::uuid
order by sequence;
\\endpipeline
"""

SCRIPTS = {
    "append": lambda: OWN_CONVERSATION + for_pgbench("Append", APPEND),
    "append-plain": lambda: OWN_CONVERSATION + PLAIN_APPEND,
    "append-group": lambda: GROUP + for_pgbench("AppendGroup", WITHOUT_MODEL),
    "get-plain": lambda: OWN_CONVERSATION + PLAIN_GET,
    "get": lambda: OWN_CONVERSATION
    + for_pgbench("FindWithItems", {"id": ":conversation_id::uuid"}),
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SCRIPTS:
        sys.exit(__doc__)
    print(SCRIPTS[sys.argv[1]](), end="")
