"""Reads the blocks of a page that can be run, and the page's statements about their requests and answers."""

import dataclasses
import json
import pathlib
import re

RUNNABLE = ("bash", "javascript", "python")
FENCE = re.compile(r"^```(\w*)$")
OPERATION = re.compile(r"^\*\*([A-Z]+)\*\* `(/[^`]*)`$")
ANSWER = re.compile(r"^\*\*Response:\*\*(?: `(\d{3})[^`]*`)?$")


@dataclasses.dataclass
class Block:
    page: str
    line: int
    language: str
    text: str
    # The method and the path that the page names before the block.
    operation: tuple[str, str] | None
    # The answer on the page, if there is one.
    status: int | None = None
    answer: object = None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(path: pathlib.Path) -> list[Block]:
    lines = iter(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    blocks: list[Block] = []
    operation, awaits_answer = None, False
    for number, line in lines:
        if found := OPERATION.match(line):
            operation = (found[1], found[2])
        elif found := ANSWER.match(line):
            if not blocks:
                raise ValueError(f"{path.name}:{number}: an answer before the first block")
            blocks[-1].status = int(found[1]) if found[1] else None
            awaits_answer = True
        elif line.startswith("#"):
            operation, awaits_answer = None, False
        elif found := FENCE.match(line):
            text = rest_of_block(lines)
            if found[1] in RUNNABLE:
                blocks.append(Block(path.name, number, found[1], text, operation))
                operation, awaits_answer = None, False
            elif found[1] == "json" and awaits_answer:
                blocks[-1].answer = json.loads(text)
                awaits_answer = False
    # A page whose blocks are not found must not pass.
    if not blocks:
        raise ValueError(f"{path.name} has no block in any of: {', '.join(RUNNABLE)}")
    return blocks


def rest_of_block(lines) -> str:
    text = []
    for _, line in lines:
        if line == "```":
            break
        text.append(line)
    return "\n".join(text) + "\n"
