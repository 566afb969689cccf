"""The archive of a release: its contents and modes, that the list of its libraries (SBOM) is whole and true to Cargo.lock,
and that each library has its licence.

    archive_check.py PROGRAM
"""

import hashlib
import json
import os
import pathlib
import sys
import tarfile
import tempfile
import tomllib

from found import ROOT, Findings, run
from shipped import files, judge

NAMES = {
    "jan-conversations": 0o755, "with-secrets": 0o755, "jan-conversations.service": 0o644, "LICENSE": 0o644,
    "sbom.cdx.json": 0o644, "third-party-licences.txt": 0o644,
}
MEMBERS_OF_ANY = ("actix-web", "diesel", "tokio", "rustls")
ONLY_TESTS = ("insta", "rcgen")


def judge_bill(bill: dict, program: pathlib.Path, findings: Findings) -> None:
    parts = {one["bom-ref"]: one for one in bill["components"]}
    names = {one["name"] for one in parts.values()}
    findings.expect(names.issuperset(MEMBERS_OF_ANY), f"the list has {', '.join(MEMBERS_OF_ANY)}")
    findings.equal(names.intersection(ONLY_TESTS), set(), "what only tests use and the list has")
    uses = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    reached, ahead = set(), ["jan-conversations"]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += uses[ref]
    findings.equal(reached, {*parts, "jan-conversations"}, "the parts of the program")
    locked = {f"{one['name']}@{one['version']}": one.get("checksum") for one in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
    for ref, part in parts.items():
        told = part.get("hashes", [{}])[0].get("content")
        findings.expect(ref in locked and told == locked[ref], f"{ref} is in Cargo.lock with the same checksum")
        findings.expect("NOASSERTION" not in part["licenses"][0]["expression"], f"{ref} has a licence")
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    findings.equal(bill["metadata"]["component"]["hashes"][0]["content"], digest, "the checksum of the program")


def main() -> int:
    findings = Findings("archive")
    program = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        made = run(sys.executable, ROOT / "scripts/tools/packages/archive.py", program, "0.1.0", name)
        archive, sbom, licences = (pathlib.Path(line) for line in made.splitlines())
        with tarfile.open(archive) as tar:
            found = {one.name.partition("/")[2]: one.mode for one in tar.getmembers()}
            tops = {pathlib.PurePath(one.name).parts[0] for one in tar.getmembers()}
            tar.extractall(pathlib.Path(name, "unpacked"))
        pages = {page: mode for page, (_, mode) in files().items()}
        findings.equal(found, NAMES | pages, "the contents of the archive, with modes,")
        judge(pathlib.Path(name, "unpacked/jan-conversations-0.1.0"), findings)
        findings.equal(tops, {"jan-conversations-0.1.0"}, "the folder in the archive")
        bill = json.loads(sbom.read_text())
        judge_bill(bill, program, findings)
        text = licences.read_text()
        for part in bill["components"]:
            findings.expect("purl" not in part or f"{part['name']} {part['version']}" in text, f"{part['name']} is among the licences")
        for forbidden in (os.path.expanduser("~/"), str(ROOT)):
            findings.expect(forbidden not in sbom.read_text() + text, f"no path of this machine is in it ({forbidden})")
    return 1 if findings.count else 0


if __name__ == "__main__":
    sys.exit(main())
