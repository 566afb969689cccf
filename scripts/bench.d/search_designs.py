"""Designs of the index of words, on the same words: sizes, appends and queries.

The words of a message are numbers, as the service stores them: a word is the root of its first letters and a branch of the
rest, and a Chinese character is a root whose branch is the next one. Before, a word was a number, its beginning another one,
and each Chinese character two. A row is of one message, or of some that follow each other. Where a design keeps owners
apart by their words, each number is mixed with the owner's.
"""

import argparse
import itertools
import os
import pathlib
import random
import statistics
import subprocess
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from tools import psql

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
WORDS, HAN = 50_000, 3_000
START = 1_767_225_600_000
# Messages that are appended one by one, after the others.
APPENDED = 1_000
ROW = "owner_id uuid not null, id uuid not null, words int[] not null, primary key (owner_id, id)"
PARTITIONS = 16


@dataclass
class Design:
    name: str
    ddl: str
    # Whether the words of each owner are numbers of its own.
    is_salted: bool = True
    # How many messages are in a row, and whether each word has a second number for its beginning.
    messages: int = 7
    is_double: bool = False
    extension: str = ""


GIN = "create index on {table} using gin ({columns}) with (fastupdate = off);"
ONE = "create table designed (" + ROW + ");"
WORDS_ALONE = ONE + GIN.format(table="designed", columns="words")
DESIGNS = [
    Design("7 messages in a row, one number for a word and its beginnings (shipped)", WORDS_ALONE),
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


class Corpus:
    def __init__(self, is_double: bool) -> None:
        self.is_double = is_double
        self.chance = random.Random(7)
        self.by_rank = list(itertools.accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.by_han_rank = list(itertools.accumulate(1 / (rank + 10) for rank in range(HAN)))
        # Beginnings of words are shared by many.
        self.beginnings = [self.chance.randrange(4_000) for _ in range(WORDS)]

    def message(self, number: int) -> set[int]:
        if number % 10 == 0:
            han = self.chance.choices(range(HAN), cum_weights=self.by_han_rank, k=150)
            alone = {(1 << 20) + one for one in han} if self.is_double else set()
            return alone | {self.pair(*two) for two in itertools.pairwise(han)}
        ranks = set(self.chance.choices(range(WORDS), cum_weights=self.by_rank, k=self.chance.randrange(10, 150)))
        words = {self.word(rank) for rank in ranks}
        return words | {(1 << 21) + self.beginnings[rank] for rank in ranks} if self.is_double else words

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
    words: list[set[int]] = [set() for _ in range(owners)]
    counts = [0] * owners
    count = rows_before = 0
    with path.open("w") as rows:
        for number in range(messages + APPENDED):
            of = number % owners
            words[of] |= corpus.message(number)
            counts[of] += 1
            if counts[of] == design.messages:
                own = salt(of) if design.is_salted else 0
                keys = sorted({salted(word, own, design.is_double) for word in words[of]})
                rows.write(f"{owner(of)}\t{identity(number)}\t{{{','.join(map(str, keys))}}}\n")
                words[of], counts[of] = set(), 0
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

    def of(words: list[int], operator: str = "@>") -> str:
        number = chance.randrange(owners)
        own = salt(number) if design.is_salted else 0
        wanted = ",".join(str(salted(word, own, design.is_double)) for word in words)
        return (f"select id from designed where owner_id = '{owner(number)}' and words {operator} '{{{wanted}}}'::int[] "
                "order by id desc limit 21;")

    def some(low: int, high: int, count: int = 1) -> list[str]:
        return [of([corpus.word(chance.randrange(low, high)) for _ in range(count)]) for _ in range(times)]

    def han(low: int, high: int) -> list[str]:
        return [of([corpus.pair(chance.randrange(low, high), chance.randrange(low, high))]) for _ in range(times)]

    return {
        "common word": some(0, 20),
        "word in 1 %": some(500, 900),
        "rare word": some(20_000, 50_000),
        "two words": some(20, 900, 2),
        "beginning": [of(corpus.beginning(chance.randrange(1_000, 9_000)), "&&") for _ in range(times)],
        "Chinese, common": han(0, 30),
        "Chinese, rare": han(200, 900),
    }


def measure(design: Design, messages: int, owners: int, times: int) -> str | None:
    if design.extension and psql(f"select count(*) from pg_available_extensions where name = '{design.extension}'") == "0":
        return None
    database = "designs"
    psql(f"create database {database}")
    extension = f"create extension {design.extension};" if design.extension else ""
    # As shipped: statistics of all owners' words mean nothing.
    column = "alter table designed alter column words set statistics 0, alter column words set storage external;"
    psql(extension + design.ddl + column, database)
    psql("create unlogged table staged (number serial, owner_id uuid, id uuid, words int[]);", database)
    path = SCRATCH / "designs.tsv"
    rows = write(path, messages, owners, design)
    psql(f"\\copy staged (owner_id, id, words) from '{path}'", database)
    path.unlink()
    psql("create index on staged (number); analyze staged;", database)
    copy = "insert into designed select owner_id, id, words from staged where number"
    # In portions, as the service does.
    filled = sum(timed((f"{copy} between {first} and {min(first + 999, rows)};" for first in range(1, rows + 1, 1_000)), database))
    psql("vacuum analyze designed; checkpoint;", database)
    size = int(psql("select sum(pg_total_relation_size(oid)) from pg_class where relname like 'designed%' and relkind = 'r'", database))
    log = psql("select pg_current_wal_lsn()", database)
    more = APPENDED // design.messages
    appended = timed((f"{copy} = {rows + 1 + number};" for number in range(more)), database)
    written = int(float(psql(f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{log}')", database)))
    cells = [design.name, f"{size / messages:.0f}", f"{filled / messages * 1e3:.0f}", middle(appended), f"{written / more / design.messages:.0f}"]
    for asked in queries(design, owners, times).values():
        cells.append(middle(timed(asked, database)))
    psql(f"drop database {database}")
    return "| " + " | ".join(cells) + " |"


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
        for design in DESIGNS:
            row = measure(design, chosen.messages, owners, chosen.times)
            print(row or f"| {design.name}: skipped, this PostgreSQL has no {design.extension} |", flush=True)


if __name__ == "__main__":
    main()
