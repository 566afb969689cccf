"""Search over HTTP, and PostgreSQL's own means on the same data: ILIKE, and a GIN index of to_tsvector.

The messages of one owner, 100 in a conversation, are put straight into the tables; the service indexes them as it
does with any others. Words are drawn as in natural texts, where few are common; every tenth message is Chinese. With
--times, what was indexed is copied to later times, since to index a million messages takes half an hour; with --owners
to other owners, with other keys for their words, and the first is asked.
"""

import argparse
import datetime
import itertools
import os
import pathlib
import random
import statistics
import subprocess
import time
import urllib.parse
import uuid
from collections.abc import Callable

import appending
import tools
from instance import Instance, end_in_order

CONVERSATION = 100
WORDS, HAN = 50_000, 3_000
START = 1_767_225_600_000
# Queries of a kind.
TIMES = 100


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench --search")
    parser.add_argument("--program", required=True)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=1, help="so many times the messages, the others as indexed copies")
    parser.add_argument("--owners", type=int, default=1, help="so many owners, each with as many messages, as indexed copies of the first one's")
    parser.add_argument("--others", type=int, default=10, help="so many queries of a kind are also answered by PostgreSQL's own means, which take "
                        "longer; 0: none, and no index for them is made")
    parser.add_argument("--append-seconds", type=int, default=0, help="measure appends, too, four times so long")
    return parser.parse_args()


class Texts:
    """Words by their rank: the one of rank n is drawn about 1/n as often as the first."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        letters = "etaoinshrdlucmfwypvbgk"
        self.words = []
        for rank in range(WORDS):
            length = 2 + min(9, len(str(rank)) + self.chance.randrange(4))
            self.words.append("".join(self.chance.choice(letters) for _ in range(length)) + f"{rank % 7}"[rank < 5_000:])
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self.han = [chr(0x4E00 + 5 * rank) for rank in range(HAN)]
        self.han_weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(HAN)))

    def message(self, number: int) -> str:
        if number % 10 == 0:
            return "".join(self.chance.choices(self.han, cum_weights=self.han_weights, k=150)) + "。"
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=self.chance.randrange(10, 150))) + "."


def identity(number: int, sequence: int) -> str:
    """Ids are in the order of time and end in the number of the message."""
    return str(uuid.UUID(int=(START + number * 1000) << 80 | (number + 1) << 32 | sequence))


def time_of(number: int) -> str:
    return datetime.datetime.fromtimestamp(START / 1000 + number, datetime.UTC).isoformat()


def fill(folder: pathlib.Path, owner: str, messages: int, texts: Texts) -> int:
    """The bytes of all texts."""
    items, conversations = folder / "items.tsv", folder / "conversations.tsv"
    total = 0
    with items.open("w") as item_rows, conversations.open("w") as rows:
        for first in range(0, messages, CONVERSATION):
            conversation = identity(first, 0)
            size = 0
            for sequence in range(1, CONVERSATION + 1):
                text = texts.message(first + sequence)
                size += len(text.encode())
                item = identity(first + sequence, sequence)
                role = 2 + sequence % 2
                at = time_of(first + sequence)
                item_rows.write(f"{owner}\t{conversation}\t{item}\t{at}\t{at}\t{sequence}\t{role}\t{text}\n")
            rows.write(f"{owner}\t{conversation}\t{time_of(first)}\t{time_of(first + CONVERSATION)}\t{CONVERSATION}\t{CONVERSATION}\t1\tTalk {first}\t"
                       f"{size + 128 * CONVERSATION}\t{CONVERSATION}\n")
            total += size
    tools.psql(f"""set synchronous_commit = off;
\\copy conversations (owner_id, id, created_at, updated_at, item_count, last_sequence, title_source, title, bytes, counted_sequence) from '{conversations}'
\\copy items (owner_id, conversation_id, id, created_at, updated_at, sequence, role, content) from '{items}'
vacuum analyze conversations, items;""")
    return total


# What copies are moved by: the milliseconds from one message to the next are 1,000.
LATER = """create function pg_temp.later(id uuid, by bigint) returns uuid immutable language sql as $$
    select (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint + by), 12, '0')
        || substr(replace(id::text, '-', ''), 13))::uuid $$;"""
# A key is a root of 24 bits, which depends on the owner, and a branch of 8. They are stored in order.
SALT = "(hashint4(k) & -256)"
OF_OTHERS = {
    "owner_id": "md5(owner_id::text || k)::uuid",
    "words": f"(select array_agg(w # {SALT} order by w # {SALT}) from unnest(words) w)",
}
INDEXES = ("search_blocks_by_time", "search_blocks_by_conversation", "search_blocks_by_word")


def multiply(messages: int, times: int, changed: dict[str, str]) -> float:
    """Copies all to later times, index and all, and makes its indexes again. In seconds."""
    begun = time.perf_counter()

    def copied(table: str, moved: dict[str, str]) -> str:
        columns = tools.psql(f"select attname from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 "
                             "and not attisdropped and attgenerated = '' order by attnum").split()
        values = ", ".join((moved | changed).get(column, column) for column in columns)
        return f"insert into {table} ({', '.join(columns)}) select {values} from generate_series(1, {times - 1}) k, {table};"

    def ids(*columns: str) -> dict[str, str]:
        return {column: f"pg_temp.later({column}, k::bigint * {messages * 1000})" for column in columns}

    moments = {column: f"{column} + k * interval '{messages} s'" for column in ("created_at", "updated_at")}
    indexes = [tools.psql(f"select pg_get_indexdef('{index}'::regclass)") for index in INDEXES]
    tools.psql("\n".join([
        "set synchronous_commit = off; set maintenance_work_mem = '512MB';", LATER,
        *(f"drop index {index};" for index in INDEXES),
        copied("conversations", ids("id") | moments),
        copied("items", ids("id", "conversation_id") | moments),
        copied("search_conversations", ids("conversation_id")),
        copied("search_blocks", ids("conversation_id", "first_id", "last_id")),
        *(f"{index};" for index in indexes),
        "vacuum analyze conversations, items, search_conversations, search_blocks;",
    ]))
    return time.perf_counter() - begun


def count(owner: str) -> None:
    """How much the owner has, as the service counts it for what comes over HTTP."""
    tools.psql(f"""insert into usage (owner_id, counted_at, storage_bytes, conversations)
select owner_id, now(), sum(bytes), count(*) from conversations where owner_id = '{owner}' group by owner_id
on conflict (owner_id) do update set counted_at = excluded.counted_at, storage_bytes = excluded.storage_bytes, conversations = excluded.conversations;""")


def middle(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.1f} / {ordered[int(len(ordered) * 0.95)]:.1f}"


class Bench:
    def __init__(self, instance: Instance, chosen: argparse.Namespace) -> None:
        self.instance = instance
        self.messages, self.times, self.owners, self.others = chosen.messages, chosen.times, chosen.owners, chosen.others
        guest = instance.ask("POST", "/auth/guest-login")
        self.token = guest["access_token"]
        self.owner = str(uuid.UUID(int=number_of(guest["user"]["id"])))
        self.texts = Texts()

    def search(self, query: str) -> tuple[float, int]:
        path = f"/v1/search?q={urllib.parse.quote(query)}"
        begun = time.perf_counter()
        answer = self.instance.ask("GET", path, token=self.token)
        return (time.perf_counter() - begun) * 1e3, len(answer["data"])

    def titled(self, query: str) -> float:
        begun = time.perf_counter()
        answer = self.instance.ask("GET", f"/v1/conversations?q={urllib.parse.quote(query)}", token=self.token)
        assert answer["data"], query
        return (time.perf_counter() - begun) * 1e3

    def index(self) -> float:
        begun = time.perf_counter()
        done = f"select count(*) from search_owners where owner_id = '{self.owner}'"
        self.search("nothingofthekind")
        while tools.psql(done) == "0":
            time.sleep(0.5)
        return time.perf_counter() - begun

    def timed(self, statements: list[str]) -> list[float]:
        text = "\n".join(["\\timing on", *statements])
        command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", os.environ["SOCKET_DIR"], "-U", "postgres", "-d", "postgres"]
        done = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
        times = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Time: ")]
        return [float(one) for one in times]

    def reference(self) -> float:
        begun = time.perf_counter()
        tools.psql("""create table reference as
select owner_id, id, to_tsvector('simple', content) as words from items;
create index on reference using gin (words);
create index on reference (owner_id, id);
vacuum analyze reference;""")
        return time.perf_counter() - begun

    def row(self, name: str, queries: list[str]) -> None:
        ours = [self.search(query) for query in queries]
        newest = f"and owner_id = '{self.owner}' order by id desc limit 21;"
        few = queries[: self.others]
        plain = [query.strip('"').rstrip("*").split(" -")[0] for query in few]
        like = self.timed([
            "select id from items where " + " and ".join(f"content ilike '%{word}%'" for word in self.wanted(query, text))
            + f" {newest}" for query, text in zip(few, plain, strict=True)
        ])
        vector = self.timed([
            f"select id from reference where words @@ {self.vector(query, text)} {newest}"
            for query, text in zip(few, plain, strict=True)
        ])
        hits = statistics.median(count for _, count in ours)
        cells = [f"{hits:.0f}", middle([time for time, _ in ours]), *(middle(times) for times in (like, vector) if times)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)

    def hostile(self, some: Callable[[int, int], list[str]]) -> None:
        """Queries that are as much work as possible."""
        kinds = {
            "32 common words": lambda: " ".join(some(0, 60)[:32]),
            "a phrase of eight common words": lambda: f'"{" ".join(some(0, 9)[:8])}"',
            "a word without 31 common ones": lambda: " -".join([some(0, 9)[0], *some(0, 60)[:31]]),
            "32 beginnings": lambda: " ".join(f"{word[:3]}*" for word in some(0, 900)[:32]),
            "one letter, and any ending": lambda: f"{some(0, 900)[0][:1]}* zzz*",
            "one Chinese character": lambda: self.texts.han[-1],
        }
        for name, query in kinds.items():
            times = sorted(self.search(query())[0] for _ in range(TIMES))
            print(f"hostile: {name}: {statistics.median(times):.1f} / p99 {times[int(TIMES * 0.99)]:.1f} ms")

    @staticmethod
    def wanted(query: str, text: str) -> list[str]:
        return [text] if query.startswith('"') else text.split()

    @staticmethod
    def vector(query: str, text: str) -> str:
        if query.endswith("*"):
            return f"to_tsquery('simple', '{text}:*')"
        function = "phraseto_tsquery" if query.startswith('"') else "plainto_tsquery"
        return f"{function}('simple', '{text}')"

    def run(self) -> None:
        size = fill(self.instance.folder, self.owner, self.messages, self.texts)
        before = [self.search(self.texts.words[rank])[0] for rank in range(1, 21)]
        rare_before = [self.search(self.texts.words[rank])[0] for rank in range(20_000, 20_020)]
        indexed = self.index()
        tools.psql("vacuum analyze search_blocks;")
        copies = max(self.times, self.owners)
        if copies > 1:
            copied = multiply(self.messages, copies, OF_OTHERS if self.owners > 1 else {})
            print(f"copied {copies - 1} times in {copied:.0f} s, after {self.messages:,} were indexed")
            self.messages *= copies
            size *= copies
        count(self.owner)
        def bytes_of(relation: str) -> int:
            return int(tools.psql(f"select {relation}"))
        table = bytes_of("pg_table_size('search_blocks')")
        indexes = bytes_of("pg_indexes_size('search_blocks')")
        gin = bytes_of("pg_relation_size('search_blocks_by_word')")
        print(f"{self.messages:,} messages of {self.owners:,} owner(s), {size / 1e6:.1f} MB of text")
        print(f"indexed in {indexed:.0f} s; rows {table / 1e6:.1f} MB, indexes {indexes / 1e6:.1f} MB (words {gin / 1e6:.1f} MB): "
              f"{(table + indexes) / size:.2f} times the text, {(table + indexes) / self.messages:.0f} bytes a message")
        if self.others:
            taken = self.reference()
            other = bytes_of("pg_table_size('reference') + pg_indexes_size('reference')")
            print(f"to_tsvector: {taken:.0f} s, {other / 1e6:.1f} MB, {other / size:.2f} times the text")
        print(f"before anything was indexed: common words {middle(before)} ms, rare words {middle(rare_before)} ms a page")
        for rank in range(WORDS - 40, WORDS):
            # Each connection learns the statements.
            self.search(f"{self.texts.words[rank]} {self.texts.words[rank - WORDS // 2]}*")
        self.rows()

    def rows(self) -> None:
        columns = ["query", "hits of the page", "search, ms p50 / p95", *(["ILIKE", "to_tsvector"] if self.others else [])]
        print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
        words, han = self.texts.words, self.texts.han
        pick = self.texts.chance
        def some(low: int, high: int) -> list[str]:
            return [words[pick.randrange(low, high)] for _ in range(TIMES)]
        self.row("common word", some(0, 20))
        self.row("word in about 1 % of messages", some(500, 900))
        self.row("rare word", some(20_000, 50_000))
        self.row("two words", [f"{one} {other}" for one, other in zip(some(20, 200), some(200, 900), strict=True)])
        self.row("phrase of common words", [f'"{one} {other}"' for one, other in zip(some(0, 9), some(10, 30), strict=True)])
        self.row("phrase of rare words", [f'"{one} {other}"' for one, other in zip(some(300, 900), some(300, 900), strict=True)])
        self.row("word without another", [f"{one} -{other}" for one, other in zip(some(500, 900), some(0, 20), strict=True)])
        self.row("beginning of a word", [word[:4] + "*" for word in some(1_000, 9_000)])
        self.row("two Chinese characters, common", ["".join(pick.choices(han[:30], k=2)) for _ in range(TIMES)])
        self.row("two Chinese characters, rare", ["".join(pick.choices(han[200:900], k=2)) for _ in range(TIMES)])
        self.row("word that is not there", [f"zzz{number}x" for number in range(TIMES)])
        self.hostile(some)
        # Copies have the titles of the first.
        titled = self.messages // max(self.times, self.owners) // CONVERSATION
        titles = [self.titled(f"talk {CONVERSATION * pick.randrange(titled)}") for _ in range(TIMES)]
        common = [self.titled("talk") for _ in range(TIMES)]
        print(f"titles: a word of one of them {middle(titles)} ms, a word of all {middle(common)} ms")


def number_of(public: str) -> int:
    number = 0
    for letter in public.split("_")[-1]:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return number


if __name__ == "__main__":
    chosen = arguments()
    end_in_order()
    service = Instance(chosen.program)
    try:
        service.start()
        os.environ["SOCKET_DIR"] = service.socket
        Bench(service, chosen).run()
        if chosen.append_seconds:
            appending.measure(service, chosen.append_seconds, 2)
    finally:
        service.remove()
