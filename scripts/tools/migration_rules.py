"""The rules of migrations/README.md that a program can see, for each migration that migrations/released.sha256 does not
list. Those in it must be what they were: their checksums are there.

    migration_rules.py           judges migrations/
    migration_rules.py --accept  adds the new ones to the list, which a release does

What is not known to be harmless is refused: statements, and actions of `alter table`.
"""

import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "migrations"
RELEASED = FOLDER / "released.sha256"
RELEASES = re.compile(r"^## \[?(\d+\.\d+\.\d+)", re.MULTILINE)


def digest(folder: pathlib.Path) -> str:
    return hashlib.sha256((folder / "up.sql").read_bytes()).hexdigest()


def main() -> int:
    folders = sorted(path for path in FOLDER.iterdir() if (path / "up.sql").is_file())
    if sys.argv[1:] == ["--accept"]:
        RELEASED.write_text("".join(f"{digest(folder)}  {folder.name}/up.sql\n" for folder in folders))
        return 0
    # Only the judgement needs sqlglot.
    from migration_judge import problems

    releases = set(RELEASES.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    lines = (line.split("  ", 1) for line in RELEASED.read_text().splitlines())
    released = {name.removesuffix("/up.sql"): checksum for checksum, name in lines}
    found = [f"{name} was released, and is not there any more" for name in released if not (FOLDER / name).is_dir()]
    for folder in folders:
        if folder.name in released:
            if digest(folder) != released[folder.name]:
                found.append(f"{folder.name} was released, and has changed; add another migration")
        else:
            if released and folder.name < max(released):
                found.append(f"{folder.name} is new, and comes before one that was released")
            found += [f"{folder.name}: {problem}" for problem in problems((folder / "up.sql").read_text(), releases)]
    for problem in found:
        print(f"migrations: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
