"""Prints how often each operation answered with each status, and its share of successes; fails if one never
succeeded.

    status_histogram.py OPENAPI_DOCUMENT STATUS_COUNTS

A run in which every answer is a 404 finds no fault either, and has tested nothing.
"""

import json
import pathlib
import sys

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def documented_operations(document: dict) -> list[str]:
    return [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations
    ]


def share(row: dict) -> str:
    """How many of the answers were 2xx."""
    successes = sum(count for status, count in row.items() if status.startswith("2"))
    return f"{100 * successes / sum(row.values()):.1f}%" if row else "."


def print_table(operations: list[str], counts: dict) -> None:
    statuses = sorted({status for row in counts.values() for status in row})
    width = max(map(len, operations))
    print(f"\n{'answers by status':{width}}", *(f"{status:>6}" for status in [*statuses, "2xx"]))
    for operation in operations:
        row = counts.get(operation, {})
        cells = [row.get(status) or "." for status in statuses]
        print(f"{operation:{width}}", *(f"{cell:>6}" for cell in [*cells, share(row)]))
    # Methods that a path does not have, which the checks try as well.
    rest = [row for operation, row in counts.items() if operation not in operations]
    sums = {status: sum(row.get(status, 0) for row in rest) for status in statuses}
    print(f"{'(other methods)':{width}}", *(f"{sums[status] or '.':>6}" for status in statuses))
    print(f"{sum(sum(row.values()) for row in counts.values())} requests")


def main() -> int:
    document_path, counts_path = sys.argv[1:]
    operations = documented_operations(json.loads(pathlib.Path(document_path).read_text()))
    # Without the file, the service or Schemathesis did not get as far as a first request.
    counts_file = pathlib.Path(counts_path)
    counts = json.loads(counts_file.read_text()) if counts_file.exists() else {}
    print_table(operations, counts)
    never_succeeded = [
        operation
        for operation in operations
        if not any(status.startswith("2") for status in counts.get(operation, {}))
    ]
    for operation in never_succeeded:
        print(f"error: {operation} never answered with 2xx", file=sys.stderr)
    return 1 if never_succeeded else 0


if __name__ == "__main__":
    sys.exit(main())
