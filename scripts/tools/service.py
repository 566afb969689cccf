"""Starts the service on a free port, with a throw-away database and a model that always says the
same; runs a command, and stops it.

    service.py BINARY LOG_DIRECTORY COMMAND [ARGUMENT...]

Exits with the command's status, or with 1 if the service did not start, panicked, or did not stop
in order.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import provider

START_SECONDS = 60
STOP_SECONDS = 60

# All requests come from one address here, and there are thousands of them.
LIMITS = ("LOGIN", "LOGIN_ACCOUNT", "REGISTRATION", "GUEST", "REFRESH", "KEY", "SHARE")

# All that the service may see of this environment: a DATABASE_URL or LLM_BASE_URL that happens to
# be set here must change neither the result nor somebody's data.
PASSED_ON = ("HOME", "LANG", "LOGNAME", "PATH", "PG_BIN", "SHELL", "USER")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def request(method: str, url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
        return answer.read()


def wait_until_ready(service: subprocess.Popen, base_url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if service.poll() is not None:
            raise RuntimeError(f"the service ended at once, with status {service.returncode}")
        try:
            request("GET", f"{base_url}/readyz")
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the service was not ready within {START_SECONDS} s")


def start(binary: str, data: pathlib.Path, port: int, log, settings=None) -> subprocess.Popen:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {
        "DATA_DIR": str(data),
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "LLM_BASE_URL": provider.start(),
        "RUST_BACKTRACE": "1",
    } | {f"{name}_LIMIT": "off" for name in LIMITS if f"{name}_LIMIT" not in environment}
    if "SERVICE_DATABASE_URL" in os.environ:
        environment |= {
            "DATABASE_URL": os.environ["SERVICE_DATABASE_URL"], "JWT_SECRET": "a secret that is long enough for this",
            "GUEST_LOGIN": "true", "REGISTRATION": "true",
        }
    environment |= settings or {}
    return subprocess.Popen(
        [binary, "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )


def stop(service: subprocess.Popen) -> None:
    """Asks the service to end; a service that can't is an error of its own."""
    if service.poll() is not None:
        raise RuntimeError(f"the service ended by itself, with status {service.returncode}")
    service.send_signal(signal.SIGTERM)
    try:
        status = service.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        service.kill()
        service.wait()
        raise RuntimeError(f"the service did not stop within {STOP_SECONDS} s") from None
    if status != 0:
        raise RuntimeError(f"the service stopped with status {status}")


def run(command: list[str], base_url: str) -> int:
    tokens = json.loads(request("POST", f"{base_url}/auth/guest-login"))
    environment = os.environ | {
        "BASE_URL": base_url,
        "ACCESS_TOKEN": tokens["access_token"],
        "REFRESH_TOKEN": tokens["refresh_token"],
    }
    return subprocess.run(command, env=environment, check=False).returncode


def with_service(binary: str, command: list[str], log_path: pathlib.Path, folder: str) -> int:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    with log_path.open("wb") as log:
        service = start(binary, pathlib.Path(folder, "data"), port, log)
        try:
            wait_until_ready(service, base_url)
            status = run(command, base_url)
        except BaseException:
            end(service)
            raise
        stop(service)
    if "panicked at" in log_path.read_text(errors="replace"):
        raise RuntimeError("the service panicked")
    return status


def end(service: subprocess.Popen) -> None:
    """Stops the service after an error, whose message is the one to show."""
    try:
        stop(service)
    except RuntimeError:
        pass


def main() -> int:
    binary, log_directory, *command = sys.argv[1:]
    # Python would end at once and leave the service running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # Parts of scripts/test run at the same time.
    names = ["service", os.environ.get("JAN_TEST_PART"), pathlib.Path(command[0]).stem]
    log_path = pathlib.Path(log_directory, "-".join(filter(None, names)) + ".log")
    log_path.parent.mkdir(parents=True, exist_ok=True)
    # Not $TMPDIR: the path of PostgreSQL's socket has to be short.
    folder = tempfile.mkdtemp(prefix="jan-check-", dir="/tmp")
    # If this runs as root, PostgreSQL runs as another user, which must reach the directory.
    os.chmod(folder, 0o711)
    try:
        return with_service(binary, command, log_path, folder)
    except (RuntimeError, OSError) as error:
        print(f"error: {error}; the last lines of its log, {log_path}:", file=sys.stderr)
        if log_path.exists():
            print(*log_path.read_text(errors="replace").splitlines()[-40:], sep="\n", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
