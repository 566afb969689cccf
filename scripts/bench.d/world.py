"""The data of the benchmarks. It is put straight into the tables: requests would take hours.

Conversations are numbered, and an id ends in the number, so that pgbench can name one at random: it can
put numbers together, but no text. All numbers have seven digits.
"""

import uuid
from dataclasses import dataclass

from instance import Instance
from load import Load
from tools import MESSAGE

PREFIX = "01890000-0000-7000-8000-00000"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FIRST = 1_000_000
TITLE = "The plan for the move to the new office"
# An id of a message ends in its number.
SEED = "'\\x0190a3c5d7e9fb1d3f517395'::bytea"


@dataclass(frozen=True)
class Owner:
    id: str
    token: str


def guest(instance: Instance) -> Owner:
    answer = instance.ask("POST", "/auth/guest-login")
    return Owner(str(uuid.UUID(int=number_of(answer["user"]["id"]))), answer["access_token"])


def number_of(public: str) -> int:
    number = 0
    for letter in public.split("_")[-1]:
        number = number * 32 + DIGITS.index(letter)
    return number


def public(number: int) -> str:
    """The id of a conversation, as the API names it."""
    rest, letters = uuid.UUID(PREFIX + str(number)).int, ""
    for _ in range(26):
        rest, digit = divmod(rest, 32)
        letters = DIGITS[digit] + letters
    return f"conv_{letters}"


def path(number: int) -> str:
    return f"/v1/conversations/{public(number)}"


def stored(number: str) -> str:
    """The same in SQL, of a number, a column or a variable."""
    return f"('{PREFIX}' || {number}::text)::uuid"


def fill(load: Load, owners: list[str], first: int, conversations: int, items: int,
         content: str = MESSAGE) -> None:
    """Conversations of so many messages each; the owners take turns. They are counted already, so that
    the background work has none of it to count."""
    listed = "'{" + ",".join(owners) + "}'::uuid[]"
    owner = f"({listed})[1 + n % {len(owners)}]"
    numbers = f"generate_series({first}, {first + conversations - 1}) n"
    text = content.replace("'", "''")
    # A crash would end the whole benchmark, so data need not survive one.
    load.sql(f"""set synchronous_commit = off;
insert into conversations (owner_id, id, created_at, updated_at, item_count, last_sequence, title_source,
    title, bytes, counted_sequence)
select {owner}, {stored("n")}, t, t, {items}, {items}, 1, '{TITLE}',
    {items}::bigint * {len(content.encode()) + 128}, {items}
from {numbers}, lateral (select timestamptz '2026-01-01Z' + make_interval(secs => n - {FIRST}) as t) times;
insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content)
select {owner}, {stored("n")}, encode({SEED} || int4send(s), 'hex')::uuid,
    timestamptz '2026-01-01Z', timestamptz '2026-01-01Z', s, 2 + s % 2, '{text}'
from {numbers}, generate_series(1, {items}) s""")


def settle(load: Load) -> None:
    load.sql("vacuum analyze conversations, items")
    load.sql("checkpoint")
