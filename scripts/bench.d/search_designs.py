"""Designs of the index of words, on the same words: sizes, appends and queries.

The words of a message are numbers, as the service stores them: a word is the root of its first letters and a branch of the
rest, and a Chinese character is a root whose branch is the next one. Before, a word was a number, its beginning another one,
and each Chinese character two. A row is of one message, or of some that follow each other. Where a design keeps owners
apart by their words, each number is mixed with the owner's. Marks say which messages of a row may have a word, or two words
that follow each other.
"""

import argparse
import itertools
import os
import pathlib
import random
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from tools import psql

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
WORDS, HAN = 50_000, 3_000
START = 1_767_225_600_000
# Messages that are appended one by one, after the others.
APPENDED = 1_000
ROW = "owner_id uuid not null, id uuid not null, words int[] not null, marks bytea, primary key (owner_id, id)"
PARTITIONS = 16
COPY = "insert into designed select owner_id, id, words, marks from staged where number"


@dataclass
class Design:
    name: str
    ddl: str
    # Whether the words of each owner are numbers of its own.
    is_salted: bool = True
    # How many messages are in a row, and whether each word has a second number for its beginning.
    messages: int = 7
    is_double: bool = False
    has_marks: bool = False
    extension: str = ""


GIN = "create index on {table} using gin ({columns}) with (fastupdate = off);"
ONE = "create table designed (" + ROW + ");"
WORDS_ALONE = ONE + GIN.format(table="designed", columns="words")
DESIGNS = [
    Design("7 messages in a row, one number for a word and its beginnings, and marks (shipped)", WORDS_ALONE, has_marks=True),
    Design("7 messages in a row, without marks", WORDS_ALONE),
    Design("14 messages in a row", WORDS_ALONE, messages=14),
    Design("a row for each message", WORDS_ALONE, messages=1),
    Design("a row for each message, two numbers for a word (before)", WORDS_ALONE, messages=1, is_double=True),
    Design("btree_gin: owner and words in one GIN",
           ONE + GIN.format(table="designed", columns="owner_id, words"), is_salted=False, extension="btree_gin"),
    Design(f"{PARTITIONS} partitions by hash of the owner, a GIN each",
           "create table designed (" + ROW + ") partition by hash (owner_id);"
           + "".join(f"create table designed_{n} partition of designed for values with (modulus {PARTITIONS}, remainder {n});"
                     for n in range(PARTITIONS)) + GIN.format(table="designed", columns="words"), is_salted=False),
    Design("no index of words", ONE, is_salted=False),
]


def mixed(number: int, salt: int) -> int:
    """A number of 32 bits with a sign."""
    return ((number * 2_654_435_761 ^ salt) * 2_246_822_519 & 0xFFFF_FFFF) - 0x8000_0000


BRANCHES, TWIGS, FOLLOWERS = 256, 16, 64


@dataclass
class Message:
    keys: set[int]
    # Its words, and the pairs of words that follow each other.
    entries: set[int]


def two_words(one: int, other: int) -> int:
    return (1 << 33) + one * WORDS + other


def places(entry: int) -> list[int]:
    return [mixed(entry, salt) & 0x7FFF_FFFF for salt in (3, 5)]


def marks(messages: list[set[int]]) -> bytes:
    """As crates/domain/src/search/marks.rs makes them."""
    span = len(messages)
    wanted = max(3 * sum(map(len, messages)) // span + max(map(len, messages)), 8)
    size = min(-(-wanted * span // 8), 2_046)
    width = 8 * size // span
    bits = bytearray(size + 2)
    for number, entries in enumerate(messages):
        for place in itertools.chain.from_iterable(map(places, entries)):
            bit = span * (place % width) + number
            bits[bit // 8] |= 1 << bit % 8
    return bytes(bits)


def mask(entries: list[int], span: int) -> str:
    """The messages of a row whose marks have the entries, as in crates/infra/src/postgres/search/statements/candidates.rs."""
    wanted = ",".join(str(place) for entry in entries for place in places(entry))
    return f""" cross join lateral (
    select coalesce(bit_and((get_byte(marks, at >> 3) + (get_byte(marks, (at >> 3) + 1) << 8)
        + (get_byte(marks, (at >> 3) + 2) << 16)) >> (at & 7)) & {(1 << span) - 1}, -1) as mask
    from (select {span} * (place % (8 * (octet_length(marks) - 2) / {span})) as at
        from unnest('{{{wanted}}}'::int[]) o(place)) p) m """


class Corpus:
    def __init__(self, is_double: bool) -> None:
        self.is_double = is_double
        self.chance = random.Random(7)
        self.by_rank = list(itertools.accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.by_han_rank = list(itertools.accumulate(1 / (rank + 10) for rank in range(HAN)))
        # Beginnings of words are shared by many.
        self.beginnings = [self.chance.randrange(4_000) for _ in range(WORDS)]

    def message(self, number: int) -> "Message":
        if number % 10 == 0:
            han = self.chance.choices(range(HAN), cum_weights=self.by_han_rank, k=150)
            alone = {(1 << 20) + one for one in han} if self.is_double else set()
            pairs = {self.pair(*two) for two in itertools.pairwise(han)}
            return Message(alone | pairs, {(1 << 32) + one * HAN + other for one, other in itertools.pairwise(han)})
        ranks = self.chance.choices(range(WORDS), cum_weights=self.by_rank, k=self.chance.randrange(10, 150))
        words = {self.word(rank) for rank in ranks}
        beginnings = {(1 << 21) + self.beginnings[rank] for rank in ranks} if self.is_double else set()
        return Message(words | beginnings, {*ranks, *(two_words(*two) for two in itertools.pairwise(ranks))})

    def word(self, rank: int) -> int:
        if self.is_double:
            return rank
        return (self.beginnings[rank] << 8) + mixed(rank, 1) % BRANCHES

    def beginning(self, rank: int) -> list[int]:
        """Those of a word's first four letters."""
        if self.is_double:
            return [(1 << 21) + self.beginnings[rank]]
        first = self.word(rank) // TWIGS * TWIGS
        return list(range(first, first + TWIGS))

    def pair(self, one: int, other: int) -> int:
        if self.is_double:
            return (1 << 22) + one * HAN + other
        return (1 << 24) + (one << 8) + mixed(other, 1) % FOLLOWERS


def salted(number: int, salt: int, is_double: bool) -> int:
    """The branch stays as it is."""
    return mixed(number, salt) if is_double else mixed(number >> 8, salt) >> 8 << 8 | number & 0xFF


def owner(number: int) -> str:
    return str(uuid.UUID(int=(START << 80) + number + 1))


def identity(number: int) -> str:
    return str(uuid.UUID(int=(START + number) << 80 | number))


def salt(number: int) -> int:
    return mixed(number + 1, 0x9E37_79B9) & 0xFFFF_FFFF


def write(path: pathlib.Path, messages: int, owners: int, design: Design) -> int:
    """The number of rows before those that are appended."""
    corpus = Corpus(design.is_double)
    words: list[list[Message]] = [[] for _ in range(owners)]
    count = rows_before = 0
    with path.open("w") as rows:
        for number in range(messages + APPENDED):
            of = number % owners
            words[of].append(corpus.message(number))
            if len(words[of]) == design.messages:
                own = salt(of) if design.is_salted else 0
                keys = sorted({salted(word, own, design.is_double) for message in words[of] for word in message.keys})
                marked = r"\\x" + marks([message.entries for message in words[of]]).hex() if design.has_marks else r"\N"
                rows.write(f"{owner(of)}\t{identity(number)}\t{{{','.join(map(str, keys))}}}\t{marked}\n")
                words[of] = []
                count += 1
                rows_before += number < messages
    return rows_before


def timed(statements: Iterable[str], database: str) -> list[float]:
    """Milliseconds of each, in one session."""
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", os.environ["SOCKET_DIR"], "-U", "postgres", "-d", database]
    text = "\n".join(["\\timing on", *statements])
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
    return [float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("Time: ")]


def middle(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.1f} / {ordered[int(len(ordered) * 0.95)]:.1f}"


def queries(design: Design, owners: int, times: int) -> dict[str, list[str]]:
    chance, corpus = random.Random(11), Corpus(design.is_double)

    def of(words: list[int], entries: list[int], operator: str = "@>") -> str:
        number = chance.randrange(owners)
        own = salt(number) if design.is_salted else 0
        wanted = ",".join(str(salted(word, own, design.is_double)) for word in words)
        is_marked = design.has_marks and entries
        return ("select id from designed" + (mask(entries, design.messages) if is_marked else "")
                + f" where owner_id = '{owner(number)}' and words {operator} '{{{wanted}}}'::int[] "
                + ("and mask <> 0 " if is_marked else "") + "order by id desc limit 21;")

    def some(low: int, high: int, count: int = 1, is_phrase: bool = False) -> list[str]:
        asked = []
        for _ in range(times):
            ranks = [chance.randrange(low, high) for _ in range(count)]
            pairs = [two_words(*two) for two in itertools.pairwise(ranks)] if is_phrase else []
            asked.append(of([corpus.word(rank) for rank in ranks], pairs + ranks))
        return asked

    def han(low: int, high: int) -> list[str]:
        asked = []
        for _ in range(times):
            one, other = chance.randrange(low, high), chance.randrange(low, high)
            asked.append(of([corpus.pair(one, other)], [(1 << 32) + one * HAN + other]))
        return asked

    return {
        "common word": some(0, 20),
        "word in 1 %": some(500, 900),
        "rare word": some(20_000, 50_000),
        "two words": some(20, 900, 2),
        "phrase": some(0, 30, 2, is_phrase=True),
        "beginning": [of(corpus.beginning(chance.randrange(1_000, 9_000)), [], "&&") for _ in range(times)],
        "Chinese, common": han(0, 30),
        "Chinese, rare": han(200, 900),
    }


@dataclass
class Filled:
    design: Design
    database: str
    rows: int
    size: int
    seconds: float


def fill(design: Design, database: str, messages: int, owners: int) -> Filled | None:
    if design.extension and psql(f"select count(*) from pg_available_extensions where name = '{design.extension}'") == "0":
        return None
    psql(f"create database {database}")
    extension = f"create extension {design.extension};" if design.extension else ""
    # As shipped: statistics of all owners' words mean nothing.
    column = "alter table designed alter column words set statistics 0, alter column words set storage external;"
    column += "alter table designed alter column marks set statistics 0, alter column marks set storage plain;"
    psql(extension + design.ddl + column, database)
    psql("create unlogged table staged (number serial, owner_id uuid, id uuid, words int[], marks bytea);", database)
    path = SCRATCH / "designs.tsv"
    rows = write(path, messages, owners, design)
    psql(f"\\copy staged (owner_id, id, words, marks) from '{path}'", database)
    path.unlink()
    psql("create index on staged (number); analyze staged;", database)
    # In portions, as the service does.
    portions = (f"{COPY} between {first} and {min(first + 999, rows)};" for first in range(1, rows + 1, 1_000))
    seconds = sum(timed(portions, database)) / 1e3
    psql("vacuum analyze designed; checkpoint;", database)
    size = int(psql("select sum(pg_total_relation_size(oid)) from pg_class where relname like 'designed%' and relkind = 'r'", database))
    return Filled(design, database, rows, size, seconds)


def measure(filled: Filled, messages: int, owners: int, times: int) -> str:
    design, database = filled.design, filled.database
    asked = [middle(timed(each, database)) for each in queries(design, owners, times).values()]
    log = psql("select pg_current_wal_lsn()", database)
    more = APPENDED // design.messages
    appended = timed((f"{COPY} = {filled.rows + 1 + number};" for number in range(more)), database)
    written = int(float(psql(f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{log}')", database)))
    return "| " + " | ".join([
        design.name, f"{filled.size / messages:.0f}", f"{filled.seconds / messages * 1e6:.0f}", middle(appended),
        f"{written / more / design.messages:.0f}", *asked,
    ]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench.d/search-designs")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--owners", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=40)
    chosen = parser.parse_args()
    for owners in (1, chosen.owners):
        print(f"\n{chosen.messages:,} messages of {owners:,} owner{'s' if owners > 1 else ''}; queries in ms, p50 / p95\n")
        head = ["design", "bytes a message", "filling, µs a message", "adding a row, ms p50 / p95", "log, bytes a message"]
        head += list(queries(DESIGNS[0], owners, 1))
        print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
        # All are filled before the first is asked, so that a machine needs to be quiet for a short time.
        all_filled = [fill(design, f"designs_{number}", chosen.messages, owners) for number, design in enumerate(DESIGNS)]
        print("all are filled", file=sys.stderr, flush=True)
        for design, filled in zip(DESIGNS, all_filled, strict=True):
            if filled is None:
                print(f"| {design.name}: skipped, this PostgreSQL has no {design.extension} |")
                continue
            print(measure(filled, chosen.messages, owners, chosen.times), flush=True)
        for filled in filter(None, all_filled):
            psql(f"drop database {filled.database}")


if __name__ == "__main__":
    main()
