"""SQL as words: statements without comments, by the tokenizer of sqlglot."""

import dataclasses
import re

from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import TokenError

TEXTS = {"STRING", "HEREDOC_STRING", "BYTE_STRING", "UNICODE_STRING", "NATIONAL_STRING", "RAW_STRING", "BIT_STRING", "HEX_STRING"}


class Tokenizer(Postgres.Tokenizer):
    # By default the rest of such a statement is one token.
    COMMANDS: set = set()


@dataclasses.dataclass(frozen=True)
class Word:
    """`kind`: `word` (in lower case), `name` (in double quotes), `text`, `number` or `sign`."""

    kind: str
    text: str

    def __str__(self) -> str:
        return {"name": f'"{self.text}"', "text": "'…'"}.get(self.kind, self.text)


@dataclasses.dataclass
class Statement:
    words: list[Word]
    # The comments in it, and before it, with those of a `set` in between.
    comments: str

    def __str__(self) -> str:
        return " ".join(map(str, self.words))[:70]


def word(kind: str, text: str) -> Word:
    if kind in TEXTS:
        return Word("text", text)
    if kind == "IDENTIFIER":
        return Word("name", text)
    if kind == "NUMBER":
        return Word("number", text)
    return Word("word" if re.match(r"[^\W\d]", text) else "sign", text.lower())


def statements(sql: str) -> list[Statement]:
    """A `ValueError` has the reason why it is none."""
    try:
        tokens = Tokenizer(dialect="postgres").tokenize(sql)
    except TokenError as error:
        raise ValueError(str(error)) from error
    found = []
    words: list[Word] = []
    comments, end = "", 0
    for token in tokens:
        comments += sql[end : token.start]
        end = token.end + 1
        if token.token_type.name != "SEMICOLON":
            words += split(token.token_type.name, token.text)
        elif words:
            found.append(Statement(words, comments))
            comments, words = comments if words[0].text == "set" else "", []
    return [*found, Statement(words, comments + sql[end:])] if words else found


def split(kind: str, text: str) -> list[Word]:
    """Some pairs of words are one token, such as `primary key`."""
    made = word(kind, text)
    return [Word("word", part) for part in made.text.split()] if made.kind == "word" else [made]


def parts(words: list[Word], sign: str = ",") -> list[list[Word]]:
    """What stands between commas, outside of parentheses."""
    found: list[list[Word]] = [[]]
    depth = 0
    for one in words:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(one.text, 0) if one.kind == "sign" else 0
        if depth == 0 and one == Word("sign", sign):
            found.append([])
        else:
            found[-1].append(one)
    return found


def outside(words: list[Word]) -> list[str]:
    """The words outside of parentheses; names and texts are no words."""
    found, depth = [], 0
    for one in words:
        depth += {"(": 1, ")": -1}.get(one.text, 0) if one.kind == "sign" else 0
        if depth == 0 and one.kind == "word":
            found.append(one.text)
    return found
