"""The schema that is shipped against others, with the shipped statements, in pgbench.

Each alternative is a database of its own: the migrations, what the alternative changes, and the
same data. Shipped and alternative take turns.
"""

import argparse
import os
import pathlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import statements
import tools
from tools import MESSAGE, middle, psql, spread

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
ROOT = tools.HERE.parents[1]
CLIENTS = 16
CONVERSATIONS = 10_000
OWNER = "01890000-0000-7000-8000-000000000001"
# Conversations are numbered from 10,000 to 19,999, so that pgbench can name one at random: it can
# put numbers together, but no text.
PREFIX = "01890000-0000-7000-8000-0000000"
PICK = f"\\set n random(10000, {9_999 + CONVERSATIONS})\n"
TABLES = ("conversations", "items")

UUID_ID = f"('{PREFIX}' || :n::text)::uuid"
TEXT_ID = "('conv_01J00000000000000000000' || :n::text)"
TEXT_OWNER = "'user_01J0000000000000000000000A'"


@dataclass
class Work:
    """One kind of transaction."""

    name: str
    script: str
    content: str = MESSAGE


@dataclass
class Alternative:
    name: str
    ddl: str
    # What the shipped schema does and what the alternative does, where statements differ.
    work: list[tuple[Work, Work]]
    conversations: int = CONVERSATIONS
    items: int = 2
    content: str = MESSAGE
    # The seed with other keys.
    seed: Callable[[str], str] = field(default=lambda sql: sql)


def append(content: str = MESSAGE, change=lambda text: text) -> Work:
    given = statements.APPEND | {"owner_id": f"'{OWNER}'::uuid", "conversation_id": UUID_ID}
    name = "append" if content is MESSAGE else f"append {len(content) // 1000} kB"
    return Work(name, PICK + statements.for_pgbench("Append", given, change), content)


def get(name: str = "get", change=lambda text: text) -> Work:
    given = {"owner_id": f"'{OWNER}'::uuid", "id": UUID_ID}
    return Work(name, PICK + statements.for_pgbench("FindWithItems", given, change))


def find(change=lambda text: text) -> Work:
    item = "encode('\\x0190a3c5d7e9fb1d3f517395'::bytea || int4send(1), 'hex')::uuid"
    given = {"sequence": "1", "id": item, "owner_id": f"'{OWNER}'::uuid", "conversation_id": UUID_ID}
    return Work("item by id", PICK + statements.for_pgbench("FindById", given, change))


def recent(name: str, before: str) -> Work:
    """As Diesel writes the list with sort=updated."""
    return Work(name, f"""{PICK}select id, project_id, title, metadata, item_count, created_at, updated_at
from conversations where owner_id = '{OWNER}'::uuid and updated_at <= '{before}'
    and (updated_at < '{before}' or updated_at = '{before}' and id < 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by updated_at desc, id desc limit 21;
""")


# As of the seeded data.
MIDDLE = "2026-01-01T12:01:23Z"


def both(work: Work) -> tuple[Work, Work]:
    """The same statements on both sides."""
    return work, work


def text_keys(text: str) -> str:
    text = text.replace(f"'{OWNER}'::uuid", TEXT_OWNER).replace(UUID_ID, TEXT_ID)
    # 16 bytes as 31 characters: the prefix and as many digits as a ULID has.
    return text.replace("encode(", "'item_' || substr(encode(").replace("'hex')::uuid", "'hex'), 1, 26)")


def text_seed(sql: str) -> str:
    sql = sql.replace(f"'{OWNER}'::uuid", TEXT_OWNER)
    sql = sql.replace(f"('{PREFIX}' || n)::uuid", "('conv_01J00000000000000000000' || n)")
    return sql.replace("encode(", "'item_' || substr(encode(").replace("'hex')::uuid", "'hex'), 1, 26)")


TEXT_4, TEXT_50 = tools.prose(4_000), tools.prose(50_000)
PGLZ = "alter table items alter content set compression pglz;"

TEXT_DDL = "".join(
    f"alter table {table} alter {column} type text;"
    for table, columns in (
        ("items", ("owner_id", "conversation_id", "id")),
        ("projects", ("owner_id", "id")),
        ("conversations", ("owner_id", "id", "project_id")),
        ("jobs", ("owner_id", "key", "conversation_id")),
    )
    for column in columns
)
TEXT_DDL = (
    "alter table conversations drop constraint conversations_owner_id_project_id_fkey;" + TEXT_DDL
)

# As a person would write the table down, without a thought for alignment.
NAIVE_ORDER = """
create table naive (
    id uuid not null, owner_id uuid not null, conversation_id uuid not null,
    sequence integer not null check (sequence > 0),
    created_at timestamptz not null,
    role smallint not null check (role between 0 and 4),
    updated_at timestamptz not null,
    version integer not null default 1 check (version > 0),
    author_id uuid, model text,
    call_id text check (char_length(call_id) between 1 and 256),
    content text not null,
    primary key (owner_id, conversation_id, sequence));
drop table items;
alter table naive rename to items;
create unique index items_by_call_id on items (owner_id, conversation_id, call_id) where call_id is not null;
"""

NO_CHECKS = """
do $$ declare wanted record; begin
    for wanted in select conrelid::regclass as place, conname from pg_constraint
        where contype = 'c' and conrelid in ('items'::regclass, 'conversations'::regclass)
    loop
        execute format('alter table %s drop constraint %I', wanted.place, wanted.conname);
    end loop;
end $$;
"""

# The append as it was before there was a queue of titles.
def without_queue(text: str) -> str:
    text = re.sub(r",\s+queued as \(.*?nothing\s+\)", "", text, flags=re.DOTALL)
    return re.sub(r", title_source = 2 and title = \S+ as named", "", text)


GROUPS: dict[str, list[Alternative]] = {
    "titles": [
        Alternative("append without the queue of titles", "", [(append(), append(change=without_queue))])
    ],
    "lookup": [
        Alternative(
            "unique index on (owner_id, conversation_id, id)",
            "create unique index items_by_id on items (owner_id, conversation_id, id);",
            [both(append()), (find(), find(lambda text: text.replace("and i.sequence = 1 ", "")))],
        )
    ],
    "fillfactor": [
        Alternative(f"fillfactor {n}", f"alter table conversations set (fillfactor = {n});", [both(append())])
        for n in (100, 90, 70)
    ],
    "keys": [
        Alternative(
            "text keys, 31 characters", TEXT_DDL,
            [(append(), append(change=text_keys)), (get(), get(change=text_keys))],
            items=20, seed=text_seed,
        )
    ],
    "toast": [
        Alternative("pglz, messages of 4 kB", PGLZ, [both(append(TEXT_4)), both(get("get of 20 × 4 kB"))],
                    conversations=200, items=20, content=TEXT_4),
        Alternative("pglz, messages of 50 kB", PGLZ, [both(append(TEXT_50)), both(get("get of 256 KiB"))],
                    conversations=200, items=6, content=TEXT_50),
    ],
    "activity": [
        Alternative(
            "no index on conversations (owner_id, updated_at, id)",
            "drop index conversations_by_activity;",
            # The appends come last: they make every conversation a recent one.
            [both(recent("list, first page", "9999-12-31")), both(recent("list, page 250", MIDDLE)),
             both(append())],
        )
    ],
    "foreign-key": [
        Alternative(
            "foreign key items → conversations",
            "alter table items add foreign key (owner_id, conversation_id) references conversations;",
            [both(append())],
        )
    ],
    "checks": [Alternative("no check constraints", NO_CHECKS, [both(append())])],
    "order": [Alternative("columns of items in another order", NAIVE_ORDER, [both(append())])],
}


def build(database: str, alternative: Alternative, ddl: str, seed: Callable[[str], str]) -> None:
    psql(f"create database {database}")
    for migration in sorted(ROOT.glob("migrations/*/up.sql")):
        psql(migration.read_text(), database)
    psql(ddl, database)
    last = 9_999 + alternative.conversations
    content = alternative.content.replace("'", "''")
    psql(seed(f"""
insert into conversations (owner_id, id, created_at, updated_at, item_count, last_sequence, title_source, title)
select '{OWNER}'::uuid, ('{PREFIX}' || n)::uuid, t, t, {alternative.items}, {alternative.items}, 2,
    'Could you look at the plan for the move to the new'
from (select n, timestamptz '2026-01-01 12:00Z' + make_interval(secs => (n - 9999) / 60.0) as t
    from generate_series(10000, {last}) n) numbers;
insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
select '{OWNER}'::uuid, ('{PREFIX}' || n)::uuid,
    encode('\\x0190a3c5d7e9fb1d3f517395'::bytea || int4send(s), 'hex')::uuid, '2026-01-01', '2026-01-01', s, 2,
    '{content}'
from generate_series(1, {alternative.items}) s, generate_series(10000, {last}) n;
"""), database)
    psql("vacuum analyze", database)


def sizes(database: str) -> dict[str, tuple[float, float]]:
    """Bytes per row of each table (with its toast) and of its indexes."""
    found = {}
    for table in TABLES:
        rows, heap, index = psql(
            f"select count(*), pg_table_size('{table}'), pg_indexes_size('{table}') from {table}", database
        ).split("|")
        found[table] = (int(heap) / int(rows), int(index) / int(rows))
    return found


def hot(database: str) -> float:
    done = psql(
        "select pg_stat_force_next_flush(); select n_tup_hot_upd::float / greatest(n_tup_upd, 1) "
        "from pg_stat_user_tables where relname = 'conversations'", database,
    )
    return float(done.split()[-1]) * 100


def compare(number: str, alternative: Alternative, rounds: int, seconds: int) -> None:
    shipped, other = f"shipped_{number}", f"other_{number}"
    build(shipped, alternative, "", lambda sql: sql)
    build(other, alternative, alternative.ddl, alternative.seed)
    seeded = {name: sizes(name) for name in (shipped, other)}
    print(f"\n{alternative.name}")
    for ours, theirs in alternative.work:
        rates, costs = {shipped: [], other: []}, {shipped: [], other: []}
        for turn in range(rounds):
            pair = [(shipped, ours), (other, theirs)]
            for database, work in pair if turn % 2 == 0 else reversed(pair):
                rate, cost = measure(database, work, alternative.conversations, seconds)
                rates[database].append(rate)
                costs[database].append(cost)
        ratios, of_costs = ([b / a for a, b in zip(each[shipped], each[other])] for each in (rates, costs))
        print(f"  {ours.name:<22} shipped {middle(rates[shipped]):>7,.0f}/s  other {middle(rates[other]):>7,.0f}/s"
              f"  ratio {spread(ratios)}   processor time {middle(costs[shipped]):.0f} µs and "
              f"{middle(costs[other]):.0f} µs, ratio {spread(of_costs)}", flush=True)
    if any(ours.name.startswith("append") for ours, _ in alternative.work):
        print(f"  HOT updates            shipped {hot(shipped):.1f} %  other {hot(other):.1f} %")
    for table in TABLES:
        (heap, index), (their_heap, their_index) = seeded[shipped][table], seeded[other][table]
        print(f"  bytes per row as seeded, {table}: shipped {heap:.0f} + {index:.0f} of indexes, "
              f"other {their_heap:.0f} + {their_index:.0f}", flush=True)
    grown = [psql("select pg_total_relation_size('conversations') / 1024", name) for name in (shipped, other)]
    print(f"  conversations afterwards: shipped {grown[0]} KiB, other {grown[1]} KiB", flush=True)
    for database in (shipped, other):
        psql(f"drop database {database} with (force)")


def measure(database: str, work: Work, conversations: int, seconds: int) -> tuple[float, float]:
    """Transactions per second, and the processor time of PostgreSQL for each in microseconds."""
    psql("checkpoint", database)
    script = SCRATCH / "alternative.sql"
    script.write_text(work.script.replace(PICK, f"\\set n random(10000, {9_999 + conversations})\n"))
    variables = {"now": "2026-01-01T18:00:00Z", "seed": tools.SEED, "title": MESSAGE[:60], "content": work.content}
    if "updated_at = greatest" in work.script:
        # Each append is later than the one before, as in life.
        script.write_text(script.read_text().replace(":now::timestamptz", "clock_timestamp()"))
    used = tools.Processor()
    rate = tools.pgbench(script, CLIENTS, seconds, variables, database)
    time.sleep(0.3)  # until the backends have ended and their time is counted
    return rate, used.microseconds(rate * seconds)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=" ".join(GROUPS))
    chosen = parser.parse_args()
    unknown = set(chosen.groups) - set(GROUPS)
    if unknown:
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    print(f"{time.strftime('%Y-%m-%d')}, PostgreSQL {psql('show server_version')}, load {os.getloadavg()[0]:.1f}, "
          f"{chosen.rounds} rounds of {chosen.seconds} s, {CLIENTS} clients")
    number = 0
    for group in chosen.groups or GROUPS:
        for alternative in GROUPS[group]:
            number += 1
            compare(str(number), alternative, chosen.rounds, chosen.seconds)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
