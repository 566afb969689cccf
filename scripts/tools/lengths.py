"""Refuses source files of more than 250 lines without their tests, handlers of more than 30 lines without their
parameters, and files under /v1 with more than one endpoint. A file that outgrows this becomes a folder."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = 250
MOST_OF_HANDLER = 30
# Made from the migrations, one table after the other.
LONG = {"crates/infra/src/postgres/schema.rs"}
# One answer at two addresses.
SEVERAL = {
    "crates/api/src/auth/validate_api_key.rs",
    "crates/api/src/conversations/export/mod.rs",
    "crates/api/src/system/swagger_ui.rs",
}
ENDPOINT = re.compile(r"^#\[(?:get|post|put|patch|delete)\(", re.MULTILINE)
TESTS = re.compile(r"^\s*#\[cfg\(test\)\]\n\s*mod \w+ \{", re.MULTILINE)


def length(file: pathlib.Path) -> int:
    """The lines before the tests."""
    text = file.read_text()
    tests = TESTS.search(text)
    return text[: tests.start() if tests else len(text)].count("\n")


def handlers(text: str) -> list[tuple[str, int]]:
    """The handlers of a file, and the lines between their braces."""
    found = []
    for endpoint in ENDPOINT.finditer(text):
        name = re.compile(r"\bfn (\w+)").search(text, endpoint.end())
        end = text.index("\n}\n", name.end())
        body = text.index("{\n", name.end())
        found.append((name[1], text.count("\n", body, end)))
    return found


def complaints(name: str, file: pathlib.Path) -> list[str]:
    found = []
    lines = length(file)
    if lines > MOST and name not in LONG:
        found.append(f"{name} has {lines} lines without its tests, more than {MOST}")
    if not name.startswith("crates/api/"):
        return found
    all_handlers = handlers(file.read_text())
    # The faces of other clients translate, so theirs are small and stand together.
    if len(all_handlers) > 1 and name not in SEVERAL and "/jan/" not in name and "/openai/" not in name:
        found.append(f"{name} has {len(all_handlers)} endpoints: each has a file of its own")
    for handler, lines in all_handlers:
        if lines > MOST_OF_HANDLER:
            found.append(f"{handler} in {name} has {lines} lines, more than {MOST_OF_HANDLER}")
    return found


def main() -> int:
    files = sorted((ROOT / "crates").glob("*/src/**/*.rs"))
    sources = [file for file in files if file.name != "tests.rs" and "tests" not in file.parts]
    found = [line for file in sources for line in complaints(str(file.relative_to(ROOT)), file)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
