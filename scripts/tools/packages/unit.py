"""The unit of systemd that the package brings: its ExecStart is run by hand, with its environment and its credentials,
as another user where this runs as root. systemd itself judges the file where it is there."""

import contextlib
import os
import pathlib
import pwd
import shlex
import shutil
import subprocess

from found import Findings, call, run
from service import end, free_port, stop, wait_until_ready

UNIT = "usr/lib/systemd/system/jan-conversations.service"
# Its verdict on a service without any restriction is 9.6.
EXPOSURE = 2.0


def settings_of(unit: pathlib.Path) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            settings.setdefault(name, []).append(value)
    return settings


def environment_file(path: pathlib.Path) -> dict[str, str]:
    """As systemd reads it, as far as the package's own file and this check use that."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def judge(root: pathlib.Path, findings: Findings) -> None:
    if not shutil.which("systemd-analyze"):
        print("not checked: the unit by systemd-analyze, which is not here")
        return
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={root}", root / UNIT], capture_output=True, text=True, check=False
    )
    # The root has this package alone: targets and slices of systemd's own are not in it.
    lines = [line for line in verified.stderr.splitlines() if "jan-conversations.service" in line]
    about_it = [line for line in lines if not line.endswith("not found.")]
    findings.equal(about_it, [], "what systemd-analyze says of the unit")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={int(EXPOSURE * 10)}", root / UNIT],
        capture_output=True, text=True, check=False,
    )
    if "nrecognized option" in judged.stderr:
        print("not checked: how exposed the unit is, since this systemd-analyze is too old")
        return
    print(judged.stdout.strip().splitlines()[-1].encode("ascii", "ignore").decode().strip())
    findings.equal(judged.returncode, 0, f"the verdict of systemd-analyze security, at most {EXPOSURE}")


class Unit:
    """The service as its unit starts it, in the root of a package."""

    def __init__(self, root: pathlib.Path, credentials: pathlib.Path, log: pathlib.Path):
        self.root, self.log = root, log
        self.settings = settings_of(root / UNIT)
        self.credentials = credentials
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def _environment(self) -> dict[str, str]:
        given = dict(value.split("=", 1) for value in self.settings["Environment"])
        given["DATA_DIR"] = str(self.root) + given["DATA_DIR"]
        file = self.settings["EnvironmentFile"][0].removeprefix("-")
        given |= environment_file(self.root / file.lstrip("/"))
        given |= {"HTTP_PORT": str(self.port), "CREDENTIALS_DIRECTORY": str(self.credentials)}
        return given | {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"} | pg_bin()

    def _prepare(self) -> dict:
        """What systemd does before ExecStart: the directory of the state, and the copies of the secrets."""
        state = self.root / "var/lib" / self.settings["StateDirectory"][0]
        state.mkdir(parents=True, exist_ok=True)
        state.chmod(int(self.settings["StateDirectoryMode"][0], 8))
        identifier, folder = self.settings["LoadCredential"][0].split(":")
        self.credentials.mkdir(exist_ok=True)
        for secret in (self.root / folder.lstrip("/")).iterdir():
            copy = self.credentials / f"{identifier}_{secret.name}"
            copy.write_bytes(secret.read_bytes())
            copy.chmod(0o444)
        if os.geteuid() != 0:
            return {"cwd": state}
        nobody = pwd.getpwnam("nobody")
        for path in [state, *state.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        return {"cwd": state, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def start(self) -> subprocess.Popen:
        options = self._prepare()
        words = shlex.split(self.settings["ExecStart"][0])
        command = [str(self.root) + word if word.startswith("/") else word for word in words]
        limits = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        if os.geteuid() == 0 and shutil.which("setpriv"):
            options |= {"user": None, "group": None, "extra_groups": None}
            command = [*limits, "--reuid=nobody", f"--regid={pwd.getpwnam('nobody').pw_gid}", "--clear-groups", *command]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                umask=int(self.settings["UMask"][0], 8), **options,
            )

    @contextlib.contextmanager
    def running(self):
        process = self.start()
        try:
            wait_until_ready(process, self.url)
            yield self
        except BaseException:
            end(process)
            raise
        stop(process)

    def token(self) -> str:
        return call("POST", f"{self.url}/auth/guest-login")["access_token"]


def pg_bin() -> dict[str, str]:
    return {"PG_BIN": os.environ["PG_BIN"]} if os.environ.get("PG_BIN") else {}


def stop_seconds(settings: dict[str, list[str]]) -> int:
    return int(settings["TimeoutStopSec"][0])
