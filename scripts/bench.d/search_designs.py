"""Designs of the index of words, on the same words: sizes, appends and queries.

The words of a message are numbers, as the service stores them: each word and its beginning, and each Chinese character alone
and with the next one. Where a design keeps owners apart by their words, each number is mixed with the owner's.
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
    is_salted: bool
    extension: str = ""


GIN = "create index on {table} using gin ({columns}) with (fastupdate = off);"
DESIGNS = [
    Design("words of each owner apart, one GIN (shipped)",
           "create table designed (" + ROW + ");" + GIN.format(table="designed", columns="words"), True),
    Design("btree_gin: owner and words in one GIN",
           "create table designed (" + ROW + ");" + GIN.format(table="designed", columns="owner_id, words"), False, "btree_gin"),
    Design(f"{PARTITIONS} partitions by hash of the owner, a GIN each",
           "create table designed (" + ROW + ") partition by hash (owner_id);"
           + "".join(f"create table designed_{n} partition of designed for values with (modulus {PARTITIONS}, remainder {n});"
                     for n in range(PARTITIONS)) + GIN.format(table="designed", columns="words"), False),
    Design("no index of words", "create table designed (" + ROW + ");", False),
]


def mixed(number: int, salt: int) -> int:
    """A number of 32 bits with a sign."""
    return ((number * 2_654_435_761 ^ salt) * 2_246_822_519 & 0xFFFF_FFFF) - 0x8000_0000


class Corpus:
    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.by_rank = list(itertools.accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.by_han_rank = list(itertools.accumulate(1 / (rank + 10) for rank in range(HAN)))
        # Beginnings of words are shared by many.
        self.beginnings = [self.chance.randrange(4_000) for _ in range(WORDS)]

    def message(self, number: int) -> set[int]:
        if number % 10 == 0:
            han = self.chance.choices(range(HAN), cum_weights=self.by_han_rank, k=150)
            return {self.han(one) for one in han} | {self.pair(*two) for two in itertools.pairwise(han)}
        ranks = set(self.chance.choices(range(WORDS), cum_weights=self.by_rank, k=self.chance.randrange(10, 150)))
        return ranks | {WORDS + self.beginnings[rank] for rank in ranks}

    @staticmethod
    def han(one: int) -> int:
        return 100_000 + one

    @staticmethod
    def pair(one: int, other: int) -> int:
        return 200_000 + one * HAN + other


def owner(number: int) -> str:
    return str(uuid.UUID(int=(START << 80) + number + 1))


def identity(number: int) -> str:
    return str(uuid.UUID(int=(START + number) << 80 | number))


def salt(number: int) -> int:
    return mixed(number + 1, 0x9E37_79B9) & 0xFFFF_FFFF


def write(path: pathlib.Path, messages: int, owners: int, is_salted: bool) -> None:
    corpus = Corpus()
    with path.open("w") as rows:
        for number in range(messages + APPENDED):
            of = number % owners
            words = {mixed(word, salt(of) if is_salted else 0) for word in corpus.message(number)}
            rows.write(f"{owner(of)}\t{identity(number)}\t{{{','.join(map(str, sorted(words)))}}}\n")


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
    chance = random.Random(11)

    def of(words: tuple[int, ...]) -> str:
        number = chance.randrange(owners)
        wanted = ",".join(str(mixed(word, salt(number) if design.is_salted else 0)) for word in words)
        return (f"select id from designed where owner_id = '{owner(number)}' and words @> '{{{wanted}}}'::int[] "
                "order by id desc limit 21;")

    def some(low: int, high: int, count: int = 1) -> list[str]:
        return [of(tuple(chance.randrange(low, high) for _ in range(count))) for _ in range(times)]

    def han(low: int, high: int) -> list[str]:
        return [of((Corpus.pair(chance.randrange(low, high), chance.randrange(low, high)),)) for _ in range(times)]

    return {
        "common word": some(0, 20),
        "word in 1 %": some(500, 900),
        "rare word": some(20_000, 50_000),
        "two words": some(20, 900, 2),
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
    psql(extension + design.ddl + "alter table designed alter column words set statistics 0;", database)
    psql("create unlogged table staged (number serial, owner_id uuid, id uuid, words int[]);", database)
    path = SCRATCH / "designs.tsv"
    write(path, messages, owners, design.is_salted)
    psql(f"\\copy staged (owner_id, id, words) from '{path}'", database)
    path.unlink()
    psql("create index on staged (number); analyze staged;", database)
    copy = "insert into designed select owner_id, id, words from staged where number"
    filled = timed([f"{copy} <= {messages};"], database)[0]
    psql("vacuum analyze designed; checkpoint;", database)
    size = int(psql("select sum(pg_total_relation_size(oid)) from pg_class where relname like 'designed%' and relkind = 'r'", database))
    log = psql("select pg_current_wal_lsn()", database)
    appended = timed((f"{copy} = {messages + 1 + number};" for number in range(APPENDED)), database)
    written = int(float(psql(f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{log}')", database)))
    cells = [design.name, f"{size / messages:.0f}", f"{filled / messages * 1e3:.0f}", middle(appended), f"{written / APPENDED:.0f}"]
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
        head = ["design", "bytes a message", "filling, µs a message", "append, ms p50 / p95", "log, bytes an append"]
        head += list(queries(DESIGNS[0], owners, 1))
        print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
        for design in DESIGNS:
            row = measure(design, chosen.messages, owners, chosen.times)
            print(row or f"| {design.name}: skipped, this PostgreSQL has no {design.extension} |", flush=True)


if __name__ == "__main__":
    main()
