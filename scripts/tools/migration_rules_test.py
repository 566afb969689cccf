"""That the rules for migrations refuse what breaks them, and let pass what keeps them."""

import sys

from migration_rules import problems

LIMIT = "set local lock_timeout = '2s';\n"
HINT = "-- Build it beforehand by `create index concurrently`.\n"

# Each with a word of the complaint, or None.
CASES = [
    (LIMIT + "alter table items add column note text;", None),
    (LIMIT + "alter table items add column note integer not null default 0, add column other text;", None),
    ("-- set local lock_timeout = '2s';\nalter table items add column note text;", "lock_timeout"),
    ("alter table items add column note text;\n" + LIMIT, "lock_timeout"),
    ("drop index items_by_call_id;", "lock_timeout"),
    ("create table notes (owner_id uuid not null, id uuid, primary key (owner_id, id));\ncreate index a on notes (id); create index b on notes (id);", None),
    ("create table notes (owner_id uuid primary key, at timestamptz not null default now());\nalter table notes add check (true);", None),
    ("create table notes (id uuid primary key, owner_id uuid);", "owner_id"),
    ("create table notes (id uuid not null, owner_id uuid, primary key (id, owner_id));", "owner_id"),
    ("-- Digest to owner: a global look-up table.\ncreate table notes (id uuid primary key, owner_id uuid);", None),
    (LIMIT + HINT + "create index if not exists a on items (owner_id, role);", None),
    (LIMIT + "create index if not exists a on items (owner_id, role);", "beforehand"),
    (LIMIT + HINT + "create unique index a on items (owner_id, role);", "if not exists"),
    (LIMIT + HINT + "create index concurrently if not exists a on items (role);", "concurrently"),
    (LIMIT + HINT + "create index if not exists a on items (role);\nCREATE INDEX IF NOT EXISTS b\nON shares (title);", "here are 2"),
    (LIMIT + "alter table items alter column role set not null;", "set not null"),
    (LIMIT + "alter table items\n  alter column role type integer;", "type"),
    (LIMIT + "alter table items add column at timestamptz not null default now();", "rewrites"),
    (LIMIT + "alter table items add column n bigserial;", "generated"),
    (LIMIT + "alter table items add column note text not null;", "without a default"),
    (LIMIT + "alter table items add constraint a check (role > 0);", "not valid"),
    (LIMIT + "alter table items add constraint a check (role > 0) not valid;", None),
    (LIMIT + "alter table items validate constraint a;", None),
    (LIMIT + "alter table items add constraint a unique (id);", "key"),
    (LIMIT + "alter table items rename column role to kind;", "three releases"),
    (LIMIT + "update items set role = 1;", "portions"),
    (LIMIT + "alter table items add column note text;\ninsert into jobs select 1;", "portions"),
    (LIMIT + "vacuum full items;", "large"),
    (LIMIT + "do $$ begin execute 'alter table items alter column note set compression lz4'; end $$;", None),
    ("do $$ begin execute 'alter table items alter column note set compression lz4'; end $$;", "lock_timeout"),
    (LIMIT + "alter table items add column note text default 'now; -- then';", None),
]


def main() -> int:
    wrong = 0
    for sql, expected in CASES:
        found = problems(sql)
        fits = any(expected in one for one in found) if expected else not found
        if not fits:
            wrong += 1
            print(f"migration rules: for\n{sql}\nexpected {expected!r}, found {found}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
