"""Runs every block of curl, JavaScript and Python in the given pages against BASE_URL, and compares what is
answered with what the pages document.

    main.py PAGE...

Each block is a program of its own. Its placeholders are replaced by objects that are made for it; apart from that
it runs exactly as the page shows it. All its requests must succeed, unless the page documents another status.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

from compare import differences, names
from objects import LOOKS_LIKE_ONE, PLACEHOLDERS, Fresh
from page import Block, blocks_of
from recorder import Exchange, Recorder

ADDRESS = "http://localhost:8000"
PROGRAMS = {
    "bash": ("block.sh", ["bash", "-euo", "pipefail"]),
    "javascript": ("block.mjs", ["node"]),
    "python": ("block.py", [sys.executable]),
}
TIMEOUT_SECONDS = 60


class Findings(Exception):
    """Differences from the page."""


def main() -> int:
    pages = [pathlib.Path(page) for page in sys.argv[1:]]
    recorder = Recorder(os.environ["BASE_URL"].removeprefix("http://"))
    print("Each block gets objects of its own in place of these:")
    for placeholder, (meaning, _) in PLACEHOLDERS.items():
        print(f"  {placeholder:21} {meaning}")
    print(f"  {ADDRESS:21} this service")
    blocks = [block for page in pages for block in blocks_of(page)]
    failed, requested = 0, set()
    for block in blocks:
        try:
            exchanges = check(block, recorder)
            print(f"{block.place} {block.language}: {'; '.join(map(str, exchanges))}{compared(block)}")
            requested |= {(exchange.method, route(exchange.path)) for exchange in exchanges}
        except Findings as findings:
            failed += 1
            print(f"{block.place} {block.language}: FAILED\n{findings}", file=sys.stderr)
    print_summary(blocks, requested)
    return 1 if failed else 0


def check(block: Block, recorder: Recorder) -> list[Exchange]:
    text = Fresh(os.environ["BASE_URL"]).put_into(block.text)
    if left := LOOKS_LIKE_ONE.search(text):
        raise Findings(f"there is no object for the placeholder {left[0]}")
    run = execute(block.language, text.replace(ADDRESS, recorder.base_url))
    exchanges = recorder.taken()
    findings = list(found(block, run, exchanges))
    findings += [finding for link in links(run.stdout) for finding in opened(link)]
    recorder.taken()
    if findings:
        told = [f"  {line}" for line in findings] + [text, run.stdout, run.stderr]
        raise Findings("\n".join(told))
    return exchanges


def execute(language: str, text: str) -> subprocess.CompletedProcess:
    name, command = PROGRAMS[language]
    with tempfile.TemporaryDirectory(prefix="guide-") as folder:
        pathlib.Path(folder, name).write_text(text, encoding="utf-8")
        # Without its progress, what curl says is what went wrong.
        pathlib.Path(folder, ".curlrc").write_text("silent\nshow-error\n", encoding="utf-8")
        return subprocess.run(
            [*command, name],
            cwd=folder,
            env=os.environ | {"CURL_HOME": folder},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )


def found(block: Block, run: subprocess.CompletedProcess, exchanges: list[Exchange]):
    if run.returncode != 0:
        yield f"it ended with status {run.returncode}"
    if not exchanges:
        yield "it sent no request"
        return
    if block.language == "javascript" and "undefined" in run.stdout:
        yield "it printed something undefined"
    if block.operation and not any(is_of(exchange, *block.operation) for exchange in exchanges):
        yield f"it is not {' '.join(block.operation)}, but {'; '.join(map(str, exchanges))}"
    last = exchanges[-1]
    expected = block.status
    for exchange in exchanges:
        if exchange is last and expected and exchange.status != expected:
            yield f"{exchange}: {expected} is documented"
        elif not (exchange is last and expected) and not 200 <= exchange.status < 300:
            yield f"{exchange}: {exchange.body.decode(errors='replace')}"
    if block.answer is not None:
        yield from differences(block.answer, json.loads(last.body))


def route(path: str) -> str:
    return path.partition("?")[0]


def is_of(exchange: Exchange, method: str, path: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
    return exchange.method == method and re.fullmatch(pattern, route(exchange.path)) is not None


def links(text: str) -> set[str]:
    return set(re.findall(r"http://[\w.:]+/conversations/share/\w+", text))


def opened(link: str):
    """A link that a block has made opens as a page for people."""
    request = urllib.request.Request(link, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        page = answer.read().decode()
    if "<h1" not in page:
        yield f"{link} is not a page"


def compared(block: Block) -> str:
    if block.answer is None:
        return ""
    return f" (its {names(block.answer)} names are as documented)"


def print_summary(blocks: list[Block], requested: set[tuple[str, str]]) -> None:
    document = json.loads(pathlib.Path("openapi/openapi.json").read_text(encoding="utf-8"))
    operations = [(method.upper(), path) for path, item in document["paths"].items() for method in item]
    seen = [
        operation
        for operation in operations
        if any(is_of(Exchange(method, path, 200, b""), *operation) for method, path in requested)
    ]
    of_language = [f"{sum(block.language == name for block in blocks)} in {name}" for name in PROGRAMS]
    answers = sum(block.answer is not None for block in blocks)
    print(f"{len(blocks)} blocks ({', '.join(of_language)}), {answers} documented answers, ", end="")
    print(f"{len(seen)} of {len(operations)} operations")


if __name__ == "__main__":
    sys.exit(main())
