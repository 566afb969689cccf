"""Links of the documents lead to files and headings that exist, and docs/ERRORS.md has a row for each code.

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


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout
    pages = [pathlib.Path(name) for name in listed.splitlines()]
    findings = [finding for page in pages for finding in broken_links(page)] + list(code_differences())
    print("\n".join(findings) or f"the links of {len(pages)} documents lead somewhere; each error code has its row")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
