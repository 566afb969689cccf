"""The table in docs/PERFORMANCE.md, between two marks. Rows that were not measured this time stay as they
were, with their date."""

import pathlib
import time

from report import Line

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/PERFORMANCE.md"
BEGIN, END = "<!-- written by scripts/bench --write -->", "<!-- until here -->"
HEAD = "| measured | result | HTTP: p50, p99; processor time of service, PostgreSQL; memory | bar | aim | when |"


def cells(line: Line, when: str) -> list[str]:
    return [line.what, line.measured(), line.costs, line.bound(line.bar), line.bound(line.aim), when]


def merged(old: list[list[str]], lines: list[Line], circumstances: str) -> list[list[str]]:
    when = f"{time.strftime('%Y-%m-%d')}, {circumstances}"
    new = {line.what: cells(line, when) for line in lines}
    kept = [new.pop(row[0], row) for row in old]
    return kept + list(new.values())


def write(lines: list[Line], circumstances: str) -> None:
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    old = [
        [cell.strip() for cell in row.strip("|").split(" | ")]
        for row in table.strip().splitlines()[2:]
    ]
    rows = ["| " + " | ".join(row) + " |" for row in merged(old, lines, circumstances)]
    table = "\n".join([HEAD, "|---" * 6 + "|", *rows])
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}")
