"""Measures the rows of docs/PERFORMANCE.md's table; see scripts/bench."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Protocol

import load as loads
import table
import world
from instance import Instance, end_in_order
from load import Load
from report import Line
from rows import append, build, bulk, cost, growth, memory, read, response, stream

# The numbers of conversations, of which the rows have their own each.
APPENDED, READ, STREAMED, DELETED, LONG = 2_000_000, 1_000_000, 1_100_000, 1_200_000, 1_300_000


class Row(Protocol):
    name: str
    is_alone: bool

    def measure(self, turn: int) -> None: ...
    def show(self) -> None: ...
    def lines(self) -> list[Line]: ...


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rows", default="")
    for name in ("quick", "large", "build", "write"):
        parser.add_argument(f"--{name}", action="store_true")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds = chosen.seconds = 1
    if chosen.quick and chosen.write:
        parser.error("results of --quick cannot be written down")
    return chosen


class Bench:
    def __init__(self, chosen: argparse.Namespace, instance: Instance) -> None:
        self.chosen, self.load = chosen, Load(instance, chosen.seconds)
        self.rows: list[Row] = []
        self.endings: list[Callable[[], None]] = []
        self.reads: list[Row] = []

    def prepare(self) -> None:
        wanted = set(filter(None, self.chosen.rows.split(",")))
        appends, _ = append.rows(self.load, APPENDED)
        reads, reader = read.rows(self.load, READ)
        self.reads = list(reads)
        contests = [*appends, *reads]
        answered = response.Response(self.chosen.program, self.chosen.seconds)
        self.endings.append(answered.remove)
        rows: list[Row] = [*contests, memory.Memory(self.load, LONG, self.chosen.program), answered]
        if self.chosen.large:
            rows += self.large(reader)
        if self.chosen.build:
            rows.append(build.Build())
        unknown = wanted - {row.name for row in rows}
        if unknown:
            sys.exit(f"error: no row {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in rows)}")
        self.rows = [row for row in rows if not wanted or row.name in wanted]
        self.rows.append(cost.Cost([row for row in contests if row in self.rows]))
        world.settle(self.load)

    def large(self, reader: world.Owner) -> list[Row]:
        """With --quick, of a hundredth of the size."""
        part = 100 if self.chosen.quick else 1
        program, seconds = self.chosen.program, self.chosen.seconds
        grown = growth.Growth(program, seconds, 1_000_000 // part)
        self.endings.append(grown.remove)
        others = [world.path(READ + n) for n in range(read.COUNT)]
        return [
            *stream.rows(self.load, STREAMED, 10_000 // part),
            bulk.Bulk(self.load, DELETED, 10_000 // part, reader, others),
            grown,
        ]

    def measure(self) -> None:
        """The rows take turns; what others would notice comes afterwards."""
        together = [row for row in self.rows if not row.is_alone]
        for rows in [together, *([row] for row in self.rows if row.is_alone)]:
            for turn in range(self.chosen.rounds):
                for before, row in zip([None, *rows], rows, strict=False):
                    if row in self.reads and before not in self.reads:
                        # PostgreSQL still cleans up after the rows that write.
                        world.settle(self.load)
                    print(f"{time.strftime('%H:%M:%S')} round {turn + 1}: {row.name}", flush=True)
                    row.measure(turn)

    def check(self) -> None:
        """The counts of all conversations are those of the messages that are there."""
        wrong = self.load.sql(
            "select count(*) from (select owner_id, id, item_count, last_sequence from conversations) c "
            "left join lateral (select count(*) as stored, max(sequence) as last from items i "
            "where i.owner_id = c.owner_id and i.conversation_id = c.id) found on true "
            "where c.item_count <> stored or c.last_sequence <> coalesce(last, 0)"
        )
        if wrong != "0":
            sys.exit(f"error: {wrong} conversations do not hold as many messages as they count")

    def report(self, circumstances: str) -> None:
        lines = [line for row in self.rows for line in row.lines()]
        for row in self.rows:
            row.show()
        print("\nAgainst the bar and the aim; ratios are rates against the yardstick:")
        for line in lines:
            print(f"  {line.what}: {line.measured()}; bar {line.bound(line.bar)}, aim {line.bound(line.aim)}")
        if self.chosen.write:
            table.write(lines, circumstances)


def main() -> int:
    chosen = arguments()
    end_in_order()
    busy, count = os.getloadavg()[0], loads.cores()
    instance = Instance(chosen.program)
    bench = Bench(chosen, instance)
    try:
        instance.start()
        version = bench.load.sql("show server_version").split()[0]
        circumstances = f"{count} cores, load {busy:.1f} before, PostgreSQL {version}"
        print(f"{time.strftime('%Y-%m-%d')}, {circumstances}, {chosen.rounds} × {chosen.seconds} s", flush=True)
        bench.prepare()
        bench.measure()
        bench.check()
        bench.report(circumstances)
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        for end in bench.endings:
            end()
        instance.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
