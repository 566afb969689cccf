"""Names the source files that have more than 250 lines without their tests: a file that outgrows this becomes a folder."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = 250
TESTS = re.compile(r"^\s*#\[cfg\(test\)\]\n\s*mod \w+ \{", re.MULTILINE)


def length(file: pathlib.Path) -> int:
    """The lines before the tests."""
    text = file.read_text()
    tests = TESTS.search(text)
    return text[: tests.start() if tests else len(text)].count("\n")


def main() -> None:
    files = (ROOT / "crates").glob("*/src/**/*.rs")
    sources = [file for file in files if file.name != "tests.rs" and "tests" not in file.parts]
    long = sorted(((length(file), file) for file in sources), reverse=True)
    for lines, file in long:
        if lines > MOST:
            print(f"{file.relative_to(ROOT)} has {lines} lines without its tests", file=sys.stderr)


if __name__ == "__main__":
    main()
