"""That the rules for migrations refuse what breaks them, and let pass what keeps them."""

import sys

from migration_judge import problems

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
    # Only a later release removes.
    (LIMIT + "drop table items;", "not used since"),
    (LIMIT + "-- Not used since 0.9.0.\ndrop table items;", "not used since"),
    (LIMIT + "-- Not used since 0.1.0.\ndrop table items;", None),
    (LIMIT + "-- Not used since 0.1.0.\ndrop table items;\ndrop table shares;", "not used since"),
    (LIMIT + "alter table items drop column role;", "not used since"),
    (LIMIT + "alter table items\n  -- Not used since 0.1.0.\n  drop column role;", None),
    (LIMIT + "alter table items drop role;", "not used since"),
    (LIMIT + "drop view recent;", "not used since"),
    (LIMIT + "alter table items drop constraint a;", None),
    (LIMIT + "drop index items_by_call_id;", None),
    # The limit is one, and stays.
    ("set local lock_timeout = 0;\nalter table items add column note text;", "lock_timeout"),
    ("set local lock_timeout = '1h';\nalter table items add column note text;", "lock_timeout"),
    ("set local lock_timeout to '500ms';\nalter table items add column note text;", None),
    ("set local lock_timeout to default;\nalter table items add column note text;", "lock_timeout"),
    (LIMIT + "set local lock_timeout = '0';\nalter table items add column note text;", "lock_timeout"),
    (LIMIT + "reset lock_timeout;\nalter table items add column note text;", "lock_timeout"),
    ("set lock_timeout = '2s';\nalter table items add column note text;", "set local"),
    (LIMIT + "commit;\nalter table items add column note text;", "not known"),
    # Constraints of a new column.
    (LIMIT + "alter table items add column a text unique;", "constraint"),
    (LIMIT + "alter table items add column a uuid primary key;", "constraint"),
    (LIMIT + "alter table items add column a uuid references shares (id);", "constraint"),
    (LIMIT + "alter table items add a integer check (a > 0);", "constraint"),
    (LIMIT + "alter table items add column a integer default f();", "rewrites"),
    (LIMIT + "alter table items add column \"check\" text;", None),
    # Names in quotes, and each of several actions.
    (LIMIT + 'alter table items add constraint "my c" check (role > 0);', "not valid"),
    (LIMIT + 'alter table items add constraint "my c" check (role > 0) not valid;', None),
    (LIMIT + "alter table items add constraint a check (role > 0) not valid, add constraint b check (role > 1);", "not valid"),
    (LIMIT + "alter table items add constraint b check (role > 1), add constraint a check (role > 0) not valid;", "not valid"),
    (LIMIT + "alter table items add constraint a check (role > 0) not valid;\nalter table items validate constraint a;", "later migration"),
    (LIMIT + 'alter table items alter column "a b" type integer;', "type"),
    (LIMIT + 'alter table items alter "a b" set data type integer;', "type"),
    # Tables that are made here, and others.
    (LIMIT + "create table public.notes (owner_id uuid primary key);\nalter table public.items alter column role type integer;", "type"),
    (LIMIT + "create table public.notes (owner_id uuid primary key);\nalter table public.notes alter column a type integer;", None),
    (LIMIT + "create table if not exists items (owner_id uuid primary key);\nalter table items alter column role type integer;", "type"),
    ("create table if not exists notes (owner_id uuid primary key);", "if not exists"),
    (LIMIT + "create table notes as select * from items;", "columns alone"),
    ("create table notes (owner_id uuid primary key references items);", "lock_timeout"),
    ("create table notes (owner_id uuid primary key) partition by hash (owner_id);", None),
    (LIMIT + "create table notes (owner_id uuid primary key) inherits (items);", "columns alone"),
    (LIMIT + "do $$ begin execute 'select ''unfinished'; end $$;", "not SQL"),
    (LIMIT + "create table notes partition of items for values in (1);", "columns alone"),
    # Filling by other ways.
    (LIMIT + "with x as (update items set role = 1 returning 1) select count(*) from x;", "portions"),
    (LIMIT + "do $$ begin update items set role = 1; end $$;", "portions"),
    (LIMIT + "do $$ begin if true then update items set role = 1; end if; end $$;", "portions"),
    (LIMIT + "do $$ begin perform f(); end $$;", "not known"),
    (LIMIT + "do $$ begin raise notice '%', f(); end $$;", "not known"),
    (LIMIT + "do $$ declare a integer := (select f()); begin null; end $$;", "not known"),
    (LIMIT + "create table notes (owner_id uuid primary key, a integer);\ninsert into notes (owner_id, a) values ('0', 1), ('1', 2);", None),
    (LIMIT + "create table notes (owner_id uuid primary key, a integer);\ninsert into notes select f();", "portions"),
    (LIMIT + "create table notes (owner_id uuid primary key);\ninsert into notes with x as (delete from items returning *) select * from x;", "portions"),
    (LIMIT + "create schema more create table items (id uuid);", "not known"),
    (LIMIT + "do $$ begin execute 'update items set ' || 'role = 1'; end $$;", "without parts"),
    (LIMIT + "do $$ begin execute $q$update items set role = 1$q$; end $$;", "portions"),
    (LIMIT + "create function f() returns void language sql as $$ update items set role = 1 $$;\nselect f();", "not known"),
    (LIMIT + "create procedure f() language sql as $$ update items set role = 1 $$;\ncall f();", "not known"),
    (LIMIT + "explain analyze update items set role = 1;", "portions"),
    (LIMIT + HINT + "do $$ begin create index if not exists a on items (role); create index if not exists b on items (id); end $$;", "here are 2"),
    (LIMIT + "comment on table items is E'it\\'s';\nupdate items set role = 1;", "portions"),
    (LIMIT + "comment on table items is 'a\\';\nupdate items set role = 1; --'", "portions"),
    (LIMIT + "/* a /* b */ c */ update items set role = 1;", "portions"),
    # What rewrites, locks or stops.
    (LIMIT + "alter table items set unlogged;", "not known"),
    (LIMIT + "alter table items set tablespace fast;", "not known"),
    (LIMIT + "alter table items attach partition more for values in (1);", "not known"),
    (LIMIT + "alter table items disable trigger all;", "not known"),
    (LIMIT + "alter table items set (fillfactor = 90);", None),
    (LIMIT + "alter index items_by_call_id rename to other;", "three releases"),
    ("create or replace trigger a before insert on items for each row execute function f();", "lock_timeout"),
    (LIMIT + "create or replace trigger a before insert on items for each row execute function f();", None),
    ("create materialized view recent as select 1;", "lock_timeout"),
    (LIMIT + "create materialized view recent as select f();", "no data"),
    (LIMIT + "create materialized view recent as select 1 with no data;", None),
    (LIMIT + "select 'unfinished;", "not SQL"),
    # A comment exempts its own table.
    ("-- A look-up table.\ncreate table a (id uuid primary key);\ncreate table b (id uuid primary key);", "key of b"),
    ("create table a (\n  -- A look-up table.\n  id uuid primary key\n);", None),
]


def main() -> int:
    wrong = 0
    for sql, expected in CASES:
        found = problems(sql, {"0.1.0"})
        fits = any(expected in one for one in found) if expected else not found
        if not fits:
            wrong += 1
            print(f"migration rules: for\n{sql}\nexpected {expected!r}, found {found}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
