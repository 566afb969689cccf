"""The crates that the program is made of, as cargo resolves them for a machine: what is linked into it, and the macros
that wrote some of its code. What only tests and build scripts use is left out."""

import dataclasses
import json
import pathlib
import re
import tomllib

from found import ROOT, run


@dataclasses.dataclass
class Crate:
    name: str
    version: str
    licence: str
    folder: pathlib.Path
    # Of the archive in the registry; none of our own crates.
    checksum: str | None
    uses: set[str] = dataclasses.field(default_factory=set)

    @property
    def key(self) -> str:
        return f"{self.name}@{self.version}"


def crates() -> dict[str, Crate]:
    metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version=1", cwd=ROOT))
    described = {f"{one['name']}@{one['version']}": one for one in metadata["packages"]}
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {f"{one['name']}@{one['version']}": one.get("checksum") for one in lock["package"]}
    found: dict[str, Crate] = {}
    way: list[str] = []
    # Each line is a depth and a crate; below a crate are those that it uses, where it comes up first.
    tree = run("cargo", "tree", "--locked", "--package=server", "--edges=normal", "--prefix=depth", "--format= {p}", cwd=ROOT)
    for line in tree.splitlines():
        depth, name, version = re.match(r"(\d+) (\S+) v(\S+)", line).groups()
        key = f"{name}@{version}"
        if key not in found:
            one = described[key]
            # Old crates write a slash for OR.
            licence = re.sub(r"\s*/\s*", " OR ", one["license"] or "NOASSERTION")
            found[key] = Crate(name, version, licence, pathlib.Path(one["manifest_path"]).parent, checksums[key])
        del way[int(depth):]
        if way:
            found[way[-1]].uses.add(key)
        way.append(key)
    return found


def licence_files(crate: Crate) -> list[pathlib.Path]:
    """In its folder and those right below, where C libraries are that it brings."""
    names = re.compile(r"(licen[cs]e|copying|notice|unlicense|copyright)", re.IGNORECASE)
    candidates = [*crate.folder.glob("*"), *crate.folder.glob("*/*")]
    return sorted(
        path for path in candidates
        if names.match(path.name) and path.is_file() and path.suffix.lower() in ("", ".md", ".txt", ".html", ".apache", ".mit")
    )
