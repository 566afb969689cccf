"""Links of the documents lead to files and headings that exist, docs/ERRORS.md has a row for each code, and the tests
and files that docs/TESTING.md names exist.

Run in the project's folder. Links to other sites are not followed.
"""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
CODE_IN_RUST = re.compile(r'^    [A-Z_]+ = "(\w+)", (\d{3}),', re.MULTILINE)

TESTS = pathlib.Path("crates/server/tests/it")
FUNCTION = re.compile(r"\bfn (\w+)\s*[(<]")
# A test's name, with its modules or long; or a file of the crates.
NAMED = re.compile(r"`((?!server::)(?:[a-z]\w*::)+(?:\w+|\w*\*)|crates/[\w/.]+|\w+(?:_[a-z0-9]+){5,})`")


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(text):
        words = re.sub(r"\]\([^)]*\)", "", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 0
        while (anchor := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(anchor)
    return found


def read(page: pathlib.Path) -> str:
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def broken_links(page: pathlib.Path):
    for found in LINK.finditer(CODE.sub("", read(page))):
        link = found[1] or found[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists():
            yield f"{page}: {link} leads to no file"
        elif anchor and anchor not in anchors(read(target)):
            yield f"{page}: {link} leads to no heading"


def code_differences():
    source = pathlib.Path("crates/api/src/error/code.rs").read_text(encoding="utf-8")
    known = set(CODE_IN_RUST.findall(source))
    told = set(ROW.findall(pathlib.Path("docs/ERRORS.md").read_text(encoding="utf-8")))
    yield from (f"docs/ERRORS.md: there is no row of {' '.join(code)}" for code in sorted(known - told))
    yield from (f"docs/ERRORS.md: {' '.join(code)} does not exist" for code in sorted(told - known))


def tests_over_http() -> set[str]:
    """The names of the tests' functions and modules, as docs/TESTING.md writes them."""
    found: set[str] = set()
    for file in TESTS.rglob("*.rs"):
        parts = [part for part in file.relative_to(TESTS).with_suffix("").parts if part != "mod"]
        found.add("::".join(parts))
        found.update("::".join([*parts, name]) for name in FUNCTION.findall(file.read_text(encoding="utf-8")))
    return found


def absent_tests():
    page = pathlib.Path("docs/TESTING.md")
    known = tests_over_http()
    files = pathlib.Path("crates").rglob("*.rs")
    functions = {name for file in files for name in FUNCTION.findall(file.read_text(encoding="utf-8"))}
    for name in NAMED.findall(page.read_text(encoding="utf-8")):
        if "/" in name:
            is_there = pathlib.Path(name).exists()
        elif "::" not in name:
            is_there = name in functions
        elif name.endswith("*"):
            is_there = any(one.startswith(name.rstrip("*:")) for one in known)
        else:
            is_there = name in known
        if not is_there:
            yield f"{page}: {name} does not exist"


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout
    pages = [pathlib.Path(name) for name in listed.splitlines()]
    findings = [finding for page in pages for finding in broken_links(page)]
    findings += [*code_differences(), *absent_tests()]
    well = f"the links of {len(pages)} documents lead somewhere; each error code has its row; each named test exists"
    print("\n".join(findings) or well)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
