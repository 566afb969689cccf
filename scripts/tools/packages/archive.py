"""The archive of a release, with what whoever runs or passes on the program needs to know of its parts: the licences of
its libraries, and a list of them (SBOM, CycloneDX 1.6). The same commit makes the same files.

    archive.py PROGRAM VERSION FOLDER

It prints the names of the archive, the list and the licences.
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile
import time
import uuid

from crates import Crate, crates, licence_files
from found import ROOT, run
from shipped import files

BESIDE = ["LICENSE", "deploy/with-secrets", "deploy/debian/jan-conversations.service"]


def commit_time() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "-C", ROOT, "log", "-1", "--format=%ct"))


def component(crate: Crate) -> dict:
    made = {
        "type": "library",
        "bom-ref": crate.key,
        "name": crate.name,
        "version": crate.version,
        "licenses": [{"expression": crate.licence}],
    }
    if crate.checksum:
        made["purl"] = f"pkg:cargo/{crate.name}@{crate.version}"
        made["hashes"] = [{"alg": "SHA-256", "content": crate.checksum}]
    return made


def bill(program: pathlib.Path, version: str, all_crates: dict[str, Crate]) -> dict:
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(commit_time())),
            "component": {
                "type": "application",
                "bom-ref": "jan-conversations",
                "name": "jan-conversations",
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
                "hashes": [{"alg": "SHA-256", "content": digest}],
            },
        },
        "components": [component(all_crates[key]) for key in sorted(all_crates)],
        "dependencies": [
            {"ref": "jan-conversations", "dependsOn": [f"server@{version}"]},
            *({"ref": key, "dependsOn": sorted(all_crates[key].uses)} for key in sorted(all_crates)),
        ],
    }


def licences(all_crates: dict[str, Crate]) -> str:
    """Each text once, with the crates that bring it."""
    texts: dict[str, tuple[str, list[str]]] = {}
    bare = []
    others = [all_crates[key] for key in sorted(all_crates) if all_crates[key].checksum]
    for crate in others:
        files = licence_files(crate)
        if not files:
            bare.append(f"{crate.name} {crate.version}: {crate.licence}")
        for path in files:
            text = path.read_text(errors="replace").strip()
            texts.setdefault(" ".join(text.split()), (text, []))[1].append(f"{crate.name} {crate.version} ({path.name})")
    parts = ["jan-conversations contains these libraries, under these licences.\n"]
    parts += [f"{crate.name} {crate.version}: {crate.licence}" for crate in others]
    parts += ["\nThese bring no text of their licence; it is the standard one of that name.\n", *bare]
    for text, users in texts.values():
        parts += ["\n" + "=" * 100, *users, "-" * 100, text]
    return "\n".join(parts) + "\n"


def pack(archive: pathlib.Path, top: str, program: pathlib.Path, made: dict[str, pathlib.Path]) -> None:
    members = [("jan-conversations", program.read_bytes(), 0o755)]
    members += [(name, path.read_bytes(), 0o644) for name, path in made.items()]
    members += [(name, data, mode) for name, (data, mode) in files().items()]
    for name in BESIDE:
        source = ROOT / name
        members.append((source.name, source.read_bytes(), 0o755 if os.access(source, os.X_OK) else 0o644))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data, mode in sorted(members):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, commit_time()
            tar.addfile(entry, io.BytesIO(data))
    with archive.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        packed.write(buffer.getvalue())


def main() -> int:
    program, version, folder = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    all_crates = crates()
    sbom = folder / f"{program.name}.cdx.json"
    sbom.write_text(json.dumps(bill(program, version, all_crates), indent=1) + "\n")
    texts = folder / f"{program.name}.licences.txt"
    texts.write_text(licences(all_crates))
    archive = folder / f"{program.name}.tar.gz"
    pack(archive, f"jan-conversations-{version}", program, {"sbom.cdx.json": sbom, "third-party-licences.txt": texts})
    print(archive, sbom, texts, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
