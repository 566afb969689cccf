"""Finds circles among the files of each crate, among the folders of the crate `domain`, and among those of
`infra/src/postgres`: files that take names from each other.

Prints each circle with the names that tie it, and fails if there is one. A name that a module only
hands on (`pub use`) counts for the file that defines it. Tests are left out.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
STRING = re.compile(r'r(#*)".*?"\1|"(?:\\.|[^"\\])*"', re.S)
USE = re.compile(r"(?:^|\n)\s*(pub\s+)?use\s+([^;]+);")
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")
VISIBILITY = re.compile(r"\bpub\([^)]*\)\s*")
TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:pub\s+)?(?:mod|use|impl|fn)\b")

Path = tuple[str, ...]


def without_tests(text: str) -> str:
    """The text without items for tests: up to the end of a line, or of the braces that begin there."""
    while found := TESTS.search(text):
        end = depth = 0
        for end in range(found.end(), len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0 and text[end] in ";}":
                break
        text = text[: found.start()] + text[end + 1 :]
    return text


def flat(tree: str) -> list[str]:
    """The paths of a `use`: `a::{b, c::d}` is `a::b` and `a::c::d`."""
    tree = re.sub(r"\s+as\s+\w+", "", tree).strip()
    before, brace, inside = tree.partition("{")
    if not brace:
        return [re.sub(r"\s+", "", tree)]
    parts, depth, begin = [], 0, 0
    inside = inside.rstrip()[:-1]
    for at, letter in enumerate(inside):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(inside[begin:at])
            begin = at + 1
    parts.append(inside[begin:])
    before = re.sub(r"\s+", "", before)
    return [before + path for part in parts if part.strip() for path in flat(part)]


class Crate:
    def __init__(self, folder: pathlib.Path):
        self.files: dict[Path, pathlib.Path] = {}
        for file in sorted((folder / "src").rglob("*.rs")):
            parts = file.relative_to(folder / "src").with_suffix("").parts
            if "tests" in parts or parts == ("main",):
                continue
            self.files[() if parts == ("lib",) else parts[:-1] if parts[-1] == "mod" else parts] = file
        self.texts = {module: self.read(file) for module, file in self.files.items()}
        # The names that a module re-exports.
        self.handed: dict[Path, dict[str, Path]] = {}
        self.taken: dict[Path, list[Path]] = {}
        for module, text in self.texts.items():
            self.handed[module] = {}
            self.taken[module] = []
            for hands_on, tree in USE.findall(text):
                for path in filter(None, (self.absolute(module, path) for path in flat(tree))):
                    if hands_on:
                        self.handed[module][path[-1]] = path
                    else:
                        self.taken[module].append(path)
            inline = PATH.findall(USE.sub("\n", text))
            self.taken[module] += filter(None, (self.absolute(module, path) for path in inline))
        for module, text in self.texts.items():
            self.taken[module] = self.with_members(module, USE.sub("\n", text))

    def with_members(self, module: Path, text: str) -> list[Path]:
        """The names that a file takes; for a whole module, the names that it uses of the module."""
        taken = []
        for path in self.taken[module]:
            home, name = self.home(path)
            if name:
                taken.append(path)
                continue
            for member in re.findall(rf"(?<![\w:]){path[-1]}((?:::\w+)+)", text) if path else ():
                taken.append((*home, *member.removeprefix("::").split("::")))
        return taken

    @staticmethod
    def read(file: pathlib.Path) -> str:
        text = STRING.sub('""', COMMENT.sub("", file.read_text()))
        return without_tests(VISIBILITY.sub("pub ", text))

    def absolute(self, module: Path, path: str) -> Path | None:
        head, *rest = path.split("::")
        if head == "crate":
            return tuple(rest)
        if head not in ("self", "super"):
            # A module beside or below: `use name::…` in the file that declares it.
            return (*module, head, *rest) if (*module, head) in self.files else None
        at = module
        names = [head, *rest]
        while names and names[0] in ("self", "super"):
            at = at[:-1] if names.pop(0) == "super" else at
        return (*at, *names)

    def home(self, path: Path) -> tuple[Path, str]:
        """The module whose file defines what a path names, and the name."""
        for _ in range(10):
            module = path
            while module not in self.files:
                module = module[:-1]
            name = path[len(module)] if len(path) > len(module) else ""
            if name == "self":
                name = ""
            on = self.handed[module].get(name) or (None if name == "" else self.globbed(module, name))
            if on is None:
                return module, name
            path = on
        return module, name

    def globbed(self, module: Path, name: str) -> Path | None:
        """What `pub use child::*` hands on, where the child defines it."""
        star = self.handed[module].get("*")
        if star is None:
            return None
        child = star[:-1]
        defined = re.search(rf"\b(?:fn|struct|enum|trait|type|const|static|macro_rules!)\s+{name}\b", self.texts.get(child, ""))
        return (*child, name) if defined else None

    def arrows(self) -> dict[Path, dict[Path, set[str]]]:
        arrows: dict[Path, dict[Path, set[str]]] = {module: {} for module in self.files}
        for module, paths in self.taken.items():
            for path in paths:
                home, name = self.home(path)
                if home != module and (home or name):
                    arrows[module].setdefault(home, set()).add(name or "the module")
        return arrows


def circles(arrows: dict[Path, dict[Path, set[str]]]) -> list[list[Path]]:
    """Tarjan's strongly connected components of two files or more."""
    index: dict[Path, int] = {}
    low: dict[Path, int] = {}
    stack: list[Path] = []
    found = []

    def visit(at: Path) -> None:
        index[at] = low[at] = len(index)
        stack.append(at)
        for to in arrows[at]:
            if to not in index:
                visit(to)
                low[at] = min(low[at], low[to])
            elif to in stack:
                low[at] = min(low[at], index[to])
        if low[at] == index[at]:
            circle = []
            while not circle or circle[-1] != at:
                circle.append(stack.pop())
            if len(circle) > 1:
                found.append(sorted(circle))

    for module in arrows:
        if module not in index:
            visit(module)
    return found


def folders(arrows: dict[Path, dict[Path, set[str]]], below: Path) -> dict[Path, dict[Path, set[str]]]:
    """The arrows among the folders below a module; a file there counts as a folder."""
    depth = len(below) + 1
    inside = {module for module in arrows if len(module) >= depth and module[: depth - 1] == below}
    folded: dict[Path, dict[Path, set[str]]] = {module[:depth]: {} for module in inside}
    for module in inside:
        for to, names in arrows[module].items():
            if to in inside and module[:depth] != to[:depth]:
                folded[module[:depth]].setdefault(to[:depth], set()).update(names)
    return folded


def report(crate: str, kind: str, arrows: dict[Path, dict[Path, set[str]]]) -> bool:
    """Prints the circles; whether there is one."""
    found = circles(arrows)
    for circle in found:
        print(f"{crate}: {len(circle)} {kind} take names from each other in a circle:")
        for module in circle:
            for to in sorted(set(arrows[module]) & set(circle)):
                names = ", ".join(sorted(arrows[module][to]))
                print(f"  {'/'.join(module)} -> {'/'.join(to)}: {names}")
    return bool(found)


def main() -> int:
    sys.setrecursionlimit(10_000)
    failed = False
    for folder in sorted((ROOT / "crates").iterdir()):
        arrows = Crate(folder).arrows()
        failed |= report(folder.name, "files", arrows)
        below = {"domain": (), "infra": ("postgres",)}.get(folder.name)
        if below is not None:
            failed |= report(folder.name, "folders", folders(arrows, below))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
