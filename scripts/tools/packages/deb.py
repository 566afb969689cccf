"""The package for Debian: its contents and modes, and its whole life in a root of its own: installation, changes of an
operator, an upgrade below a running service, removal, a second installation, purge.

    deb.py PROGRAM FOLDER

The maintainer scripts run without chroot (DPKG_ROOT), with the real systemd-sysusers and deb-systemd-helper.
"""

import os
import pathlib
import shutil
import stat
import sys
import tempfile

from found import ROOT, Findings, call, run
from shipped import files
from shipped import judge as judge_pages
from unit import UNIT, Unit, judge, stop_seconds

MODES = {
    "etc/jan-conversations/environment": 0o640,
    "etc/jan-conversations/secrets": 0o700,
    "usr/bin/jan-conversations": 0o755,
    "usr/lib/jan-conversations/with-secrets": 0o755,
    UNIT: 0o644,
    "usr/lib/sysusers.d/jan-conversations.conf": 0o644,
    "usr/share/doc/jan-conversations/changelog.Debian.gz": 0o644,
    "usr/share/doc/jan-conversations/changelog.gz": 0o644,
    "usr/share/doc/jan-conversations/copyright": 0o644,
    "usr/share/lintian/overrides/jan-conversations": 0o644,
    "usr/share/man/man1/jan-conversations.1.gz": 0o644,
}
PAGES = "usr/share/doc/jan-conversations"
WANTED = "etc/systemd/system/multi-user.target.wants/jan-conversations.service"
STATE = "var/lib/jan-conversations"
SETTINGS = 'LLM_MODEL="a name with blanks"\nLOG_FORMAT=json\n'
SECRET = "a secret of more than 32 bytes, 'with' $signs and \"blanks\"\n"


class Root:
    """A root in which dpkg installs, without the packages that it asks for."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "etc"):
            (path / folder).mkdir(parents=True)
        (path / "var/lib/dpkg/status").touch()
        (path / "var/lib/other").mkdir()

    def dpkg(self, *arguments) -> None:
        options = ["--force-script-chrootless", "--force-depends", "--force-confdef", "--force-confold", "--force-unsafe-io", "--log=/dev/null"]
        run("dpkg", f"--root={self.path}", *options, *arguments, stdin=-3)

    def has(self, name: str) -> bool:
        return os.path.lexists(self.path / name)

    def user(self) -> bool:
        users = self.path / "etc/passwd"
        return users.exists() and "jan-conversations:" in users.read_text()


def contents(package: pathlib.Path, folder: pathlib.Path, findings: Findings) -> None:
    run("dpkg-deb", "--extract", package, folder)
    found = {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file() or str(path.relative_to(folder)) in MODES
    }
    pages = {f"{PAGES}/{page}": mode for page, (_, mode) in files().items()}
    findings.equal(found, MODES | pages, "the contents of the package, with modes,")
    judge_pages(folder / PAGES, findings)
    owners = {line.split()[1] for line in run("dpkg-deb", "--contents", package).splitlines()}
    findings.equal(owners, {"root/root"}, "the owner of the files")
    fields = dict(line.split(": ", 1) for line in run("dpkg-deb", "--field", package).splitlines() if line[0] != " ")
    findings.expect("@" not in fields["Version"] + fields["Depends"] + fields["Installed-Size"], "each field has a value")


def life(root: Root, packages: list[pathlib.Path], folder: pathlib.Path, findings: Findings) -> None:
    old, new = packages
    root.dpkg("--install", old)
    findings.expect(root.user() and root.has(WANTED), "an installation makes the user and enables the service")
    (root.path / "etc/jan-conversations/environment").write_text(SETTINGS)
    (root.path / "etc/jan-conversations/secrets/jwt_secret").write_text(SECRET)
    (root.path / "etc/jan-conversations/secrets/llm_api_key").write_text("")
    unit = Unit(root.path, folder / "credentials", folder / "service.log")
    findings.expect(stop_seconds(unit.settings) > 25 + 45, "systemd waits for replies, and then for PostgreSQL")
    with unit.running():
        token = unit.token()
        kept = call("POST", f"{unit.url}/v1/conversations", token, {"title": "Kept"})["id"]
        root.dpkg("--install", new)
        call("GET", f"{unit.url}/v1/conversations/{kept}", token)
    with unit.running():
        findings.equal(call("GET", f"{unit.url}/v1/conversations/{kept}", token)["title"], "Kept", "the title from before the upgrade")
    findings.expect("{" in (folder / "service.log").read_text(), "the settings of the environment file hold")
    findings.expect(not root.has(f"{STATE}/jwt_secret"), "the secret is that of the file, and no other is made")
    findings.equal((root.path / "etc/jan-conversations/environment").read_text(), SETTINGS, "the environment file after the upgrade")

    (root.path / WANTED).unlink()
    root.dpkg("--install", new)
    findings.expect(not root.has(WANTED), "a service that the operator has disabled stays so")
    root.dpkg("--remove", "jan-conversations")
    findings.expect(not root.has("usr/bin/jan-conversations"), "a removal takes the program away")
    for name in (f"{STATE}/postgres", "etc/jan-conversations/environment", "etc/jan-conversations/secrets/jwt_secret"):
        findings.expect(root.has(name), f"a removal keeps {name}")
    root.dpkg("--install", new)
    findings.expect(root.has(f"{STATE}/postgres"), "a second installation finds the data of the first")
    root.dpkg("--purge", "jan-conversations")
    for name in (STATE, "etc/jan-conversations", UNIT, WANTED, "usr/lib/jan-conversations"):
        findings.expect(not root.has(name), f"a purge takes {name} away")
    findings.expect(root.user() and root.has("var/lib/other"), "a purge keeps the user and what belongs to others")
    left = [str(path.relative_to(root.path)) for path in root.path.rglob("*jan-conversations*")]
    findings.equal(left, [], "the files after a purge")


def build(program: str, folder: pathlib.Path) -> list[pathlib.Path]:
    environment = os.environ | {"COMPRESSION": "none"}
    made = [run(ROOT / "scripts/tools/deb", program, version, folder, env=environment) for version in ("0.1.0", "0.2.0")]
    return [pathlib.Path(name.strip()) for name in made]


def main() -> int:
    findings = Findings("deb")
    # PostgreSQL's socket needs a short path; a blank in it must do no harm.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jan deb-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        packages = build(sys.argv[1], folder)
        contents(packages[0], folder / "contents", findings)
        judge(folder / "contents", findings)
        if os.geteuid() == 0:
            life(Root(folder / "root"), packages, folder, findings)
        else:
            print("not checked: installation, upgrade, removal and purge, which only root can do")
        return 1 if findings.count else 0
    except RuntimeError as error:
        print(f"deb: {error}", file=sys.stderr)
        log = folder / "service.log"
        print(log.read_text(errors="replace")[-3000:] if log.exists() else "", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
