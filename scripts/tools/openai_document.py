"""The programs of docs/OPENAI.md, run as they are written, but for the address and the key."""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "OPENAI.md"
NODE_TOOLS = os.environ.get("NODE_TOOLS")
RUN = {
    "python": ([sys.executable, "-"], None),
    "typescript": (["node", "--input-type=module"], NODE_TOOLS),
}


def cannot_run(language: str, program: str) -> str | None:
    if "from agents import" in program and importlib.util.find_spec("agents") is None:
        return "the agents SDK is not installed"
    if language == "typescript" and not (NODE_TOOLS and shutil.which("node")):
        return "Node.js is not there"
    return None


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|typescript)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    if len(blocks) < 4:
        sys.exit("docs/OPENAI.md has lost its programs")
    for language, program in blocks:
        lines = len([line for line in program.splitlines() if line.strip()])
        if lines > 10:
            sys.exit(f"a program of docs/OPENAI.md has {lines} lines, more than ten")
        if reason := cannot_run(language, program):
            print(f"  skipped: a program in {language}, because {reason}")
            continue
        for written, real in (("http://localhost:8000", BASE_URL), ("sk_…", TOKEN)):
            if written not in program:
                sys.exit(f"a program of docs/OPENAI.md does not name {written}")
            program = program.replace(written, real)
        command, directory = RUN[language]
        done = subprocess.run(
            command, input=program, text=True, capture_output=True, cwd=directory, check=False
        )
        if done.returncode != 0 or not done.stdout.strip():
            sys.exit(f"{program}\n{done.stdout}\n{done.stderr}")
        print(f"  a program in {language}: {done.stdout.splitlines()[-1]}")


if __name__ == "__main__":
    main()
