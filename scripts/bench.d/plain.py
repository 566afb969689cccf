"""The statements of an expert without titles, jobs and limits on a result's size, for the
same tables: the yardstick. And our own ones, for comparison."""

import re

import statements
import world
from instance import Instance
from tools import MESSAGE, psql

GIVEN = {"now": "now()", "seed": world.SEED, "title": ":title::text", "content": ":content::text"}
TEXTS = {"title": MESSAGE[:60], "content": MESSAGE}


def random(first: int, count: int) -> str:
    return f"\\set n random({first}, {first + count - 1})\n"


def moving(first: int, count: int, each: int) -> str:
    """All clients take the same conversation, and the next one after so many turns each."""
    return f"""\\if :left = 0
\\set turn :turn + 1
\\set left {each}
\\endif
\\set left :left - 1
\\set n {first} + (:turn % {count})
"""


def append(owner: str, pick: str) -> str:
    return f"""{pick}with place as (
    update conversations set item_count = item_count + 1, last_sequence = last_sequence + 1,
        updated_at = now()
    where owner_id = '{owner}' and id = {world.stored(":n")} and item_count < 10000
    returning owner_id, id, last_sequence
)
insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
select owner_id, id, encode({world.SEED} || int4send(last_sequence), 'hex')::uuid, now(), now(),
    last_sequence, 2, :content::text
from place returning sequence;
"""


def own_append(owner: str, pick: str) -> str:
    given = {"owner_id": f"'{owner}'::uuid", "conversation_id": world.stored(":n")}
    return pick + statements.for_pgbench("Append", statements.APPEND | GIVEN | given)


def own_group(owner: str, first: int, count: int, size: int) -> str:
    """The statement that stores appends which arrive together: as many as there are connections, each to
    another conversation. The arrays are made once for each client."""
    step = count // size
    arrays = {
        "owner_ids": f"'{owner}'::uuid", "conversation_ids": world.stored("n"), "nows": "now()",
        "titles": ":title::text", "seeds": world.SEED, "roles": "2", "author_ids": "null::uuid",
        "contents": ":content::text",
    }
    made = ", ".join(f"array_agg({value}) as {name}" for name, value in arrays.items())
    return f"""\\if :left = 0
\\set begin random({first}, {first + step - 1})
select {made} from generate_series(:begin::int, {first + count - 1}, {step}) n \\gset
\\set left 100
\\endif
\\set left :left - 1
""" + statements.for_pgbench("AppendGroup", statements.WITHOUT_MODEL)


# The conversation and its messages in one round trip.
def get(owner: str, pick: str) -> str:
    return f"""{pick}\\startpipeline
select id, project_id, title, metadata, item_count, created_at, updated_at, archived, pinned, last_sequence
from conversations where owner_id = '{owner}' and id = {world.stored(":n")};
select id, created_at, updated_at, version, role, author_id, call_id, model, content
from items where owner_id = '{owner}' and conversation_id = {world.stored(":n")} order by sequence;
\\endpipeline
"""


def own_get(owner: str, pick: str) -> str:
    given = {"owner_id": f"'{owner}'::uuid", "id": world.stored(":n")}
    return pick + statements.for_pgbench("FindWithItems", given)


def page(owner: str, order: str, after: str) -> str:
    """A page of 20 conversations, and one more, to see whether others follow."""
    return f"""select id, project_id, title, metadata, item_count, created_at, updated_at, archived, pinned
from conversations where owner_id = '{owner}' and not archived {after} order by {order} limit 21;
"""


def own_pages(instance: Instance, paths: list[str], token: str) -> list[str]:
    """The service's statements for these lists, with their values, as PostgreSQL logs them. What its role is
    set to holds for new sessions, so the service begins anew."""
    names = ("log_statement", "log_parameter_max_length", "log_error_verbosity")
    log = instance.folder / "data/postgres.log"
    for name, value in zip(names, ("all", "-1", "default")):
        psql(f"alter role postgres set {name} = '{value}'", socket=instance.socket)
    instance.stop()
    before = log.stat().st_size if log.exists() else 0
    instance.start()
    for path in paths:
        instance.ask("GET", path, token=token)
    for name in names:
        psql(f"alter role postgres reset {name}", socket=instance.socket)
    instance.stop()
    found = pages(log.read_bytes()[before:].decode(errors="replace"))
    instance.start()
    if len(found) != len(paths):
        raise RuntimeError(f"of {len(paths)} lists, the log of PostgreSQL has {len(found)}")
    return found


def pages(log: str) -> list[str]:
    """The statements of a log that read a list of conversations."""
    found = []
    listed = r"execute [^:]+: ([^\n]*from conversations where owner_id = \$1[^\n]* order by [^\n]*)\n"
    for text, values in re.findall(listed + r"[^\n]*parameters: ([^\n]*)", log):
        given = dict(re.findall(r"\$(\d+) = ('[^']*'|NULL)", values))
        found.append(re.sub(r"\$(\d+)", lambda number: given[number[1]], text) + ";\n")
    return found
