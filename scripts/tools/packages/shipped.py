"""The pages and files for an operator that each package has beside the program: docs/, what its pages link to, the alerts,
the dashboard and the drills. They lie as in the repository, so that links among them work; a link to a file that is not
among them becomes its name.

    shipped.py FOLDER    lays them out there
"""

import os
import pathlib
import re
import sys

from found import ROOT, Findings, run

sys.path.insert(0, str(ROOT / "scripts/tools"))
from documents import CODE, LINK, anchors, read

# What begins so, of the files that git knows: secrets of a trial must not be packed.
PARTS = ("docs/", "deploy/", "scripts/drills/", "scripts/tools/provider.py", "migrations/README.md", "openapi/openapi.json", "CHANGELOG.md")
# These are installed elsewhere.
APART = ("deploy/debian/", "deploy/with-secrets")
NEEDED = (
    "docs/OPERATIONS.md", "docs/SCALING.md", "docs/MODELS.md", "docs/ERRORS.md", "docs/PERFORMANCE.md",
    "deploy/prometheus/jan-conversations.yml", "deploy/grafana/jan-conversations.json", "scripts/drills/restore",
)
LINKED = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def names() -> list[str]:
    """Empty where this is not a clone."""
    if not (ROOT / ".git").exists():
        return []
    known = run("git", "-C", ROOT, "ls-files", *PARTS).splitlines()
    return sorted(name for name in known if not name.startswith(APART))


def target(page: str, link: str) -> str | None:
    """The file in the repository that a link of this page leads to; `None`: it leads elsewhere, or to the page itself."""
    path = link.partition("#")[0]
    return None if re.match(r"[a-z]+:", link) or not path else os.path.normpath(os.path.join(os.path.dirname(page), path))


def content(name: str, shipped: set[str]) -> bytes:
    source = (ROOT / name).read_bytes()
    if not name.endswith(".md"):
        return source

    def kept(link: re.Match) -> str:
        leads = target(name, link[2])
        return link[0] if leads is None or leads in shipped else f"{link[1]} (`{leads}` in the repository)"

    return LINKED.sub(kept, source.decode()).encode()


def files() -> dict[str, tuple[bytes, int]]:
    """The content and the mode of each."""
    shipped = set(names())
    return {name: (content(name, shipped), 0o755 if os.access(ROOT / name, os.X_OK) else 0o644) for name in sorted(shipped)}


def lay_out(folder: pathlib.Path) -> None:
    for name, (data, mode) in files().items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(mode)


def judge(folder: pathlib.Path, findings: Findings) -> None:
    """Of what a package has in this folder: the files that are needed are there, and each link leads to one."""
    if not names():
        return
    for name in NEEDED:
        findings.expect((folder / name).is_file(), f"{name} is in the package")
    for page in sorted(folder.rglob("*.md")):
        name = str(page.relative_to(folder))
        for found in LINK.finditer(CODE.sub("", read(page))):
            link = found[1] or found[2]
            leads = target(name, link)
            place = folder / leads if leads else page
            if leads is None and "#" not in link or re.match(r"[a-z]+:", link):
                continue
            findings.expect(leads is None or not leads.startswith("..") and place.is_file(), f"{name}: {link} leads to a file of the package")
            anchor = link.partition("#")[2]
            if anchor and place.is_file():
                findings.expect(anchor in anchors(read(place)), f"{name}: {link} leads to a heading")


if __name__ == "__main__":
    lay_out(pathlib.Path(sys.argv[1]))
