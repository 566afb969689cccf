"""Judges the statements of a migration by the rules of migrations/README.md."""

import re

from sql_words import Statement, Word, outside, parts, statements

VOLATILE = {"now", "random", "gen_random_uuid", "clock_timestamp", "statement_timestamp", "nextval", "current_timestamp"}
SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}
# The longest wait for a lock, in milliseconds.
LONGEST = 5000
UNITS = {"": 1, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "us": 0.001}
CONSTRAINTS = {"constraint", "check", "foreign", "primary", "unique", "exclude", "not"}
FILLING = {"update", "delete", "truncate", "insert", "merge", "copy"}
HOLDING = {"vacuum", "cluster", "reindex", "lock", "refresh"}
# What `create` may be followed by; the first of these lock no table that is there.
WITHOUT_LOCKS = {"function", "procedure", "type", "sequence", "domain"}
MAKES = {"trigger", "view", "materialized", *WITHOUT_LOCKS}
USED_BY_OLD = "is dropped by a later release than the last one that uses it: a comment says `not used since X.Y.Z`, a version of CHANGELOG.md"


def problems(sql: str, releases: set[str] = frozenset()) -> list[str]:
    judge = Judge(releases)
    try:
        found = statements(sql)
        judge.comments = "".join(one.comments for one in found)
        for one in found:
            judge.statement(one)
    except ValueError as error:
        judge.say(f"this is not SQL: {error}")
    if judge.indexes > 1:
        judge.say(f"one `create index` on a table that is there for each migration, so that each is short; here are {judge.indexes}")
    return list(dict.fromkeys(judge.found))


def calls(words: list[Word]) -> bool:
    """Whether something in it may be a call."""
    return any(one.kind in ("word", "name") and follows == Word("sign", "(") for one, follows in zip(words, words[1:]))


class Reader:
    """The words of a statement, one after the other."""

    def __init__(self, words: list[Word]):
        self.words, self.at = words, 0

    @property
    def rest(self) -> list[Word]:
        return self.words[self.at :]

    def skip(self, *texts: str) -> bool:
        """Whether these words come next; then they are read."""
        wanted = [Word("word", text) for text in texts]
        comes = self.words[self.at : self.at + len(texts)] == wanted
        self.at += len(texts) if comes else 0
        return comes

    def name(self) -> str:
        """A name, with its schema as it is written."""
        made = ""
        while self.at < len(self.words):
            one = self.words[self.at]
            if one.kind not in ("word", "name"):
                break
            made += one.text
            self.at += 1
            if self.rest[:1] != [Word("sign", ".")]:
                break
            made += "."
            self.at += 1
        return made


class Judge:
    def __init__(self, releases: set[str]):
        self.releases = releases
        self.found: list[str] = []
        self.made: set[str] = set()
        self.constraints: set[str] = set()
        self.has_limit, self.indexes, self.comments = False, 0, ""

    def say(self, problem: str) -> None:
        self.found.append(problem)

    def needs_limit(self, one: Statement) -> None:
        if not self.has_limit:
            self.say(f"`set local lock_timeout` comes before: {one}")

    def statement(self, one: Statement) -> None:
        reader = Reader(one.words)
        first = one.words[0].text if one.words[0].kind == "word" else ""
        if first in ("set", "reset"):
            self.setting(one)
        elif reader.skip("create"):
            self.create(one, reader)
        elif reader.skip("alter", "table"):
            self.alter_table(one, reader)
        elif reader.skip("drop"):
            self.drop(one, reader)
        elif reader.skip("do"):
            self.block(one)
        elif reader.skip("comment", "on"):
            self.needs_limit(one)
        elif first == "insert" and self.is_of_made(one):
            return
        elif first in HOLDING:
            self.say("this holds the table for as long as it is large")
        elif FILLING & {word.text for word in one.words if word.kind == "word"}:
            self.say(f"columns are filled by the service, in portions, as jobs do: {one}")
        elif first == "alter" and "rename" in outside(one.words):
            self.say("renaming takes three releases: add, copy, remove")
        else:
            self.say(f"it is not known whether this is harmless, or what it calls: {one}")

    def is_of_made(self, one: Statement) -> bool:
        """Whether it adds rows that are written here to a table that is made here."""
        reader = Reader(one.words)
        if not reader.skip("insert", "into") or reader.name() not in self.made:
            return False
        if [word.text for word in reader.rest[:1]] == ["("]:
            reader.at += self.closing(reader.rest) + 1
        return reader.skip("values") and not calls(reader.rest)

    def setting(self, one: Statement) -> None:
        reader = Reader(one.words)
        if reader.skip("set", "local", "lock_timeout"):
            value = "".join(word.text for word in reader.rest[1:])
            number = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value)
            wait = float(number[1]) * UNITS.get(number[2], 0) if number else 0
            self.has_limit = 1 <= wait <= LONGEST
            if not self.has_limit:
                self.say(f"`set local lock_timeout` is more than 0, and at most 5 s: {one}")
        elif not reader.skip("set", "local"):
            self.has_limit = False
            self.say(f"only `set local` is used, which ends with the migration, and is not taken back: {one}")

    def create(self, one: Statement, reader: Reader) -> None:
        is_replaced = reader.skip("or", "replace")
        reader.skip("unlogged")
        if reader.skip("table"):
            self.create_table(one, reader)
        elif reader.skip("unique", "index") or reader.skip("index"):
            self.create_index(one, reader)
        elif reader.skip("constraint", "trigger") or (reader.rest and reader.rest[0].text in MAKES):
            if reader.rest[0].text == "materialized" and outside(one.words)[-3:] != ["with", "no", "data"]:
                self.say("a materialized view is made `with no data`, and filled later")
            if is_replaced and reader.rest[0].text == "view":
                self.say("a view is replaced in three releases, as a column is renamed")
            if reader.rest[0].text not in WITHOUT_LOCKS:
                self.needs_limit(one)
        else:
            self.say(f"it is not known whether this is harmless: {one}")

    def create_table(self, one: Statement, reader: Reader) -> None:
        if reader.skip("if", "not", "exists"):
            self.say("a table is made without `if not exists`: otherwise it may be one that is there")
            return
        name = reader.name()
        if not reader.rest or reader.rest[0].text != "(" or {"as", "inherits"} & set(outside(reader.rest)):
            self.say(f"a table is made from its columns alone: {one}")
            return
        self.made.add(name)
        columns = parts(reader.rest[1 : self.closing(reader.rest)])
        if self.foreign(reader.rest):
            self.needs_limit(one)
        if not self.begins_with_owner(columns) and not re.search(r"look-up\s+(--\s*)?table", one.comments):
            self.say(f"the key of {name} begins with owner_id, or a comment at it says that it is a look-up table")

    @staticmethod
    def closing(words: list[Word]) -> int:
        depth = 0
        for place, one in enumerate(words):
            depth += {"(": 1, ")": -1}.get(one.text, 0) if one.kind == "sign" else 0
            if depth == 0:
                return place
        return len(words)

    def foreign(self, words: list[Word]) -> bool:
        """Whether it refers to a table that is there, which is locked for that."""
        places = [place for place, one in enumerate(words) if one == Word("word", "references")]
        return any(Reader(words[place + 1 :]).name() not in self.made for place in places)

    @staticmethod
    def begins_with_owner(columns: list[list[Word]]) -> bool:
        for column in columns:
            texts = [one.text for one in column]
            for place in range(len(texts) - 1):
                if texts[place : place + 2] == ["primary", "key"]:
                    is_of_table = texts[place + 2 : place + 3] == ["("]
                    return (texts[place + 3 : place + 4] if is_of_table else texts[:1]) == ["owner_id"]
        return False

    def create_index(self, one: Statement, reader: Reader) -> None:
        is_concurrent = reader.skip("concurrently")
        is_repeatable = reader.skip("if", "not", "exists")
        if not reader.skip("on"):
            reader.name()
            reader.skip("on")
        reader.skip("only")
        if reader.name() in self.made:
            return
        self.needs_limit(one)
        self.indexes += 1
        if is_concurrent:
            self.say("`concurrently` would wait for instances that wait for the migration; an operator does it beforehand")
            return
        if not is_repeatable:
            self.say("an index is made `if not exists`, so that an operator can build it beforehand")
        if "create index concurrently" not in self.comments:
            self.say("a comment says how to build the index beforehand, with `create index concurrently`")

    def drop(self, one: Statement, reader: Reader) -> None:
        self.needs_limit(one)
        if reader.skip("index"):
            if reader.skip("concurrently"):
                self.say("`concurrently` cannot be used in a migration")
        else:
            self.unused(one)

    def unused(self, one: Statement) -> None:
        since = re.search(r"not used since (\d+\.\d+\.\d+)", one.comments, re.IGNORECASE)
        if not since or since[1] not in self.releases:
            self.say(f"what an instance of an earlier version may use {USED_BY_OLD}: {one}")

    def block(self, one: Statement) -> None:
        """A `do` block: its statements, and the texts that it executes."""
        self.needs_limit(one)
        body = next((word.text for word in one.words if word.kind == "text"), "")
        for step in statements(body):
            reader = Reader(step.words)
            self.skip_frame(reader)
            if not reader.rest or reader.skip("null") or (reader.skip("raise") and not calls(reader.rest)):
                continue
            if reader.skip("execute"):
                if [word.kind for word in reader.rest] != ["text"]:
                    self.say(f"`execute` has a text without parts, so that it can be judged: {step}")
                    continue
                for executed in statements(reader.rest[0].text):
                    self.statement(executed)
            else:
                self.statement(Statement(reader.rest, step.comments))

    @staticmethod
    def skip_frame(reader: Reader) -> None:
        """What is around the statements of a block."""
        while True:
            if reader.skip("end"):
                reader.at = len(reader.words)
            elif reader.skip("exception") or reader.skip("when") or reader.skip("if") or reader.skip("elsif"):
                texts = [word.text for word in reader.rest]
                # A condition may call a function, and is then judged as a statement.
                if "then" not in texts or "(" in texts[: texts.index("then")]:
                    return
                reader.at += texts.index("then") + 1
            elif not (reader.skip("begin") or reader.skip("else")):
                return

    # --- alter table ---

    def alter_table(self, one: Statement, reader: Reader) -> None:
        reader.skip("if", "exists")
        reader.skip("only")
        name = reader.name()
        if name in self.made:
            if self.foreign(reader.rest) or "attach" in outside(reader.rest):
                self.needs_limit(one)
            return
        self.needs_limit(one)
        for action in parts(reader.rest):
            self.action(one, Reader(action))

    def action(self, one: Statement, action: Reader) -> None:
        words = outside(action.words)
        if action.skip("add"):
            self.add(action, words)
        elif action.skip("validate", "constraint"):
            if action.name() in self.constraints:
                self.say("a constraint is validated by a later migration than the one that adds it")
        elif action.skip("alter", "column") or action.skip("alter"):
            self.alter_column(one, action)
        elif action.skip("drop"):
            if not action.skip("constraint"):
                self.unused(one)
        elif "rename" in words[:1]:
            self.say("renaming takes three releases: add, copy, remove")
        elif not (action.skip("set") or action.skip("reset")) or [word.text for word in action.rest[:1]] != ["("]:
            self.say(f"it is not known whether this is harmless to a table that is there: {one}")

    def alter_column(self, one: Statement, action: Reader) -> None:
        action.name()
        if action.skip("type") or action.skip("set", "data", "type"):
            self.say("changing a type rewrites the table under its lock")
        elif action.skip("set", "not", "null"):
            self.say("`set not null` scans the table under its lock; check it by a constraint that is `not valid` first")
        elif action.skip("drop", "default"):
            self.unused(one)
        elif not any(
            [action.skip("drop", "not", "null"), action.skip("set", "default"), action.skip("set", "statistics"), action.skip("reset"),
             action.skip("set", "storage"), action.skip("set", "compression"), [w.text for w in action.rest[:2]] == ["set", "("]]
        ):
            self.say(f"it is not known whether this is harmless to a table that is there: {one}")

    def add(self, action: Reader, words: list[str]) -> None:
        follows = action.rest[0] if action.rest else Word("word", "")
        if follows.kind == "word" and follows.text in CONSTRAINTS:
            self.add_constraint(action, words)
            return
        action.skip("column")
        action.skip("if", "not", "exists")
        action.name()
        words = outside(action.rest)
        if {"unique", "primary", "references", "check", "constraint"} & set(words):
            self.say("a column is added without a constraint; a check or a foreign key follows as `not valid`, a key by its index")
        if SERIAL & set(words) or "generated" in words:
            self.say("a generated column rewrites the table")
        default = [word.text for word in action.rest]
        has_default = "default" in words
        if has_default and (VOLATILE & set(default[default.index("default") :]) or "(" in default[default.index("default") :]):
            self.say("a default that changes rewrites the table; a constant, without a call, does not")
        is_required = any(words[place : place + 2] == ["not", "null"] for place in range(len(words)))
        if is_required and not has_default:
            self.say("a column that is `not null` without a default fails where there are rows")

    def add_constraint(self, action: Reader, words: list[str]) -> None:
        if action.skip("constraint"):
            self.constraints.add(action.name())
        kind = action.rest[0].text if action.rest else ""
        if kind in ("primary", "unique", "exclude"):
            if kind == "exclude" or not any(words[place : place + 2] == ["using", "index"] for place in range(len(words))):
                self.say("a key is built under the table's lock; build its index first")
        elif words[-2:] != ["not", "valid"]:
            self.say("a constraint is added as `not valid`, and validated by a later migration")
