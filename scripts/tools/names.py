"""Finds type names with two meanings: types of the workspace that other files can see and that share a name.

The wire types of the API are the exception: `…Body` is one object in the shape of each face. Types that a
macro declares (statements, rows) are named within their feature, and tests are left out.
"""

import collections
import pathlib
import re
import sys

from circles import COMMENT, ROOT, STRING, without_tests

TYPE = re.compile(r"^pub(?:\([^)]*\))? (?:unsafe )?(?:struct|enum|trait|type|union) (\w+)", re.M)


def is_wire_type(name: str, file: pathlib.Path) -> bool:
    return name.endswith("Body") and file.parts[:2] == ("api", "src")


def seen() -> dict[str, list[str]]:
    """The files that define each name."""
    found = collections.defaultdict(list)
    crates = ROOT / "crates"
    for path in sorted(crates.glob("*/src/**/*.rs")):
        file = path.relative_to(crates)
        if "tests" in file.with_suffix("").parts:
            continue
        text = without_tests(STRING.sub('""', COMMENT.sub("", path.read_text())))
        for name in TYPE.findall(text):
            if not is_wire_type(name, file):
                found[name].append(str(file))
    return found


def main() -> int:
    twice = {name: files for name, files in seen().items() if len(files) > 1}
    for name, files in sorted(twice.items()):
        print(f"{name} has {len(files)} meanings: {', '.join(files)}")
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main())
