"""The rules of migrations/README.md that a program can see, for each migration that migrations/released.sha256 does not
list. Those in it must be what they were: their checksums are there.

    migration_rules.py           judges migrations/
    migration_rules.py --accept  adds the new ones to the list, which a release does
"""

import hashlib
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).parents[2] / "migrations"
RELEASED = FOLDER / "released.sha256"
VOLATILE = r"\b(now|random|gen_random_uuid|clock_timestamp|statement_timestamp|nextval|current_timestamp)\b"
TABLE = r'(?:if (?:not )?exists )?(?:only )?"?([a-z_0-9]+)"?'

# Statements that an existing table must not get, with the reasons.
REFUSED = [
    (r"^alter table .*\bset not null\b", "`set not null` scans the table under its lock; check it by a constraint that is `not valid` first"),
    (r"^alter table .*\balter (column )?\S+ (set data )?type\b", "changing a type rewrites the table under its lock"),
    (r"^alter table .*\badd (column )?(?!constraint).*\b(big|small)?serial\b|\bgenerated\b.*\b(identity|stored)\b", "a generated column rewrites the table"),
    (rf"^alter table .*\badd (column )?.*\bdefault\b[^,]*{VOLATILE}", "a default that changes rewrites the table"),
    (r"^alter table .*\badd (column )?(if not exists )?(?!constraint)\S+ (?!.*\bdefault\b).*\bnot null\b", "a column that is `not null` without a default fails where there are rows"),
    (r"^alter table .*\badd (constraint \S+ )?(check|foreign key)(?!.*\bnot valid\b)", "a constraint is added as `not valid`, and validated by a later migration"),
    (r"^alter table .*\badd (constraint \S+ )?(primary key|unique|exclude)(?! using index)", "a key is built under the table's lock; build its index first"),
    (r"^alter table .*\brename\b", "renaming takes three releases: add, copy, remove"),
    (r"^alter table .*\bvalidate constraint\b.*\badd\b|^alter table .*\badd\b.*\bvalidate constraint\b", "a constraint is validated by a later migration than the one that adds it"),
    (r"^(update|delete from|truncate|insert into|merge into|copy)\b", "columns are filled by the service, in portions, as jobs do"),
    (r"^(vacuum|cluster|reindex|lock)\b", "this holds the table for as long as it is large"),
]


def statements(sql: str) -> list[str]:
    """Without comments, in lower case, with single blanks. The body of a `do` block is a part of its statement."""
    pieces = re.compile(r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<body>\$[a-z_]*\$.*?\$[a-z_]*\$)|(?P<text>'(?:[^']|'')*')", re.DOTALL | re.IGNORECASE)
    kept = pieces.sub(lambda piece: piece[0].replace(";", "\0") if piece["body"] else " " if piece["comment"] else "''", sql)
    found = (" ".join(one.replace("\0", ";").lower().split()) for one in kept.split(";"))
    return [one for one in found if one]


def problems(sql: str) -> list[str]:
    found: list[str] = []
    made: set[str] = set()
    has_limit, indexes = False, 0
    for one in statements(sql):
        if re.match(r"set local lock_timeout\b", one):
            has_limit = True
        if match := re.match(rf"create (?:unlogged )?table {TABLE}", one):
            made.add(match[1])
            found += problems_of_table(match[1], one, sql)
            continue
        index = re.match(rf"create (?:unique )?index (concurrently )?(if not exists )?.*?\bon {TABLE}", one)
        if index and index[3] not in made:
            indexes += 1
            found += problems_of_index(index, sql)
        table = re.match(rf"(?:alter table|update|delete from|truncate(?: table)?|insert into) {TABLE}", one)
        if (table and table[1] in made) or (index and index[3] in made):
            continue
        if not has_limit and re.match(r"(alter|drop|create (unique )?index|create trigger|do)\b", one):
            found.append(f"`set local lock_timeout` comes before: {one[:60]}")
        found += [why for pattern, why in REFUSED if re.search(pattern, one)]
    if indexes > 1:
        found.append(f"one `create index` on a table that is there for each migration, so that each is short; here are {indexes}")
    return list(dict.fromkeys(found))


def problems_of_table(name: str, statement: str, sql: str) -> list[str]:
    key = re.search(r"primary key \((\w+)", statement) or re.search(r"[(,] ?(\w+) [^,]*\bprimary key\b", statement)
    if key and key[1] == "owner_id" or re.search(r"--.*look-up table", sql):
        return []
    return [f"the key of {name} begins with owner_id, or a comment says that it is a look-up table"]


def problems_of_index(index: re.Match, sql: str) -> list[str]:
    if index[1]:
        return ["`concurrently` would wait for instances that wait for the migration; an operator does it beforehand"]
    found = [] if index[2] else ["an index is made `if not exists`, so that an operator can build it beforehand"]
    if "create index concurrently" not in sql:
        found.append("a comment says how to build the index beforehand, with `create index concurrently`")
    return found


def digest(folder: pathlib.Path) -> str:
    return hashlib.sha256((folder / "up.sql").read_bytes()).hexdigest()


def main() -> int:
    folders = sorted(path for path in FOLDER.iterdir() if (path / "up.sql").is_file())
    if sys.argv[1:] == ["--accept"]:
        RELEASED.write_text("".join(f"{digest(folder)}  {folder.name}/up.sql\n" for folder in folders))
        return 0
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
            found += [f"{folder.name}: {problem}" for problem in problems((folder / "up.sql").read_text())]
    for problem in found:
        print(f"migrations: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
