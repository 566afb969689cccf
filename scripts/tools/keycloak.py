"""Starts a real Keycloak with the realm of deploy/keycloak, and the service beside it, and shows which of its
tokens are good.

    keycloak.py KEYCLOAK_HOME BINARY LOG_DIRECTORY
"""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import service

REALM = pathlib.Path(__file__, "../../../deploy/keycloak/realm-jan.json").resolve()
PASSWORD = "a long sentence is easy to keep"
# Keycloak makes its own program at its first start.
START_SECONDS = 300


def call(method: str, url: str, token=None, body=None, form=None):
    """The status, the headers and the JSON of an answer."""
    headers, data = {}, None
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"], data = "application/json", json.dumps(body).encode()
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def realm() -> dict:
    """The delivered realm, with an addition for the test: a person with a password."""
    realm = json.loads(REALM.read_text())
    realm["clients"][0]["directAccessGrantsEnabled"] = True
    person = {
        "username": "ada", "enabled": True, "email": "ada@example.org", "emailVerified": True,
        "firstName": "Ada", "lastName": "Lovelace", "realmRoles": ["user"],
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }
    realm["users"] = [person]
    return realm


class Keycloak:
    def __init__(self, home: pathlib.Path, log):
        self.port = service.free_port()
        self.issuer = f"http://127.0.0.1:{self.port}/realms/jan"
        folder = home / "data" / "import"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "realm-jan.json").write_text(json.dumps(realm()))
        command = [
            # Python's unpacking leaves the script without its permission to be run.
            "bash", str(home / "bin" / "kc.sh"), "start-dev", "--db=dev-mem", "--import-realm",
            "--http-host=127.0.0.1", f"--http-port={self.port}",
        ]
        # A group of its own: the script starts Java.
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"Keycloak ended at once, with status {self.process.returncode}")
            try:
                service.request("GET", f"{self.issuer}/.well-known/openid-configuration")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(1)
        raise RuntimeError(f"Keycloak was not ready within {START_SECONDS} s")

    def sign_in(self) -> dict:
        form = {
            "grant_type": "password", "client_id": "jan-client", "scope": "openid",
            "username": "ada", "password": PASSWORD,
        }
        status, tokens = call("POST", f"{self.issuer}/protocol/openid-connect/token", form=form)
        if status != 200:
            raise RuntimeError(f"Keycloak gives no token: {status} {tokens}")
        return tokens

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def part(token: str, number: int) -> dict:
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def tampered(token: str) -> dict:
    """Tokens that must be refused, by their faults."""
    head, claims, signature = token.split(".")
    other = part(token, 1) | {"sub": "00000000-0000-0000-0000-000000000000"}
    letter = "A" if signature[9] != "A" else "B"
    return {
        "another subject": f"{head}.{encoded(other)}.{signature}",
        "a changed signature": f"{head}.{claims}.{signature[:9]}{letter}{signature[10:]}",
        "no signature": f"{encoded({'alg': 'none'})}.{claims}.",
        "another key": f"{encoded(part(token, 0) | {'kid': 'unknown'})}.{claims}.{signature}",
    }


def expect(what: str, answer, status: int):
    if answer[0] != status:
        raise RuntimeError(f"{what}: expected {status}, got {answer[0]} {answer[1]}")
    print(f"{what}: {status}")
    return answer[1]


def check(keycloak: Keycloak, base_url: str) -> None:
    tokens = keycloak.sign_in()
    token = tokens["access_token"]
    claims = part(token, 1)
    shown = {name: claims.get(name) for name in ("iss", "aud", "azp", "typ", "sub")}
    print(f"Keycloak's token: {part(token, 0)['alg']} {json.dumps(shown)}")
    me = expect("GET /auth/me with Keycloak's token", call("GET", f"{base_url}/auth/me", token), 200)
    told = (me["kind"], me["name"], me["email"], me["is_guest"])
    if told != ("external", "Ada Lovelace", "ada@example.org", False):
        raise RuntimeError(f"GET /auth/me tells {told}")
    made = call("POST", f"{base_url}/v1/conversations", token, {"title": "From Keycloak"})
    conversation = expect("POST /v1/conversations", made, 201)["id"]
    again = keycloak.sign_in()["access_token"]
    read = call("GET", f"{base_url}/v1/conversations/{conversation}", again)
    expect("GET that conversation with a later token", read, 200)
    for what, bad in tampered(token).items():
        expect(f"a token with {what}", call("GET", f"{base_url}/auth/me", bad), 401)
    for what in ("id_token", "refresh_token"):
        expect(f"Keycloak's {what}", call("GET", f"{base_url}/auth/me", tokens[what]), 401)
    keycloak.stop()
    expect("with Keycloak stopped, its token", call("GET", f"{base_url}/auth/me", token), 200)
    expect("DELETE /auth/me", call("DELETE", f"{base_url}/auth/me", token), 204)
    expect("the same token afterwards", call("GET", f"{base_url}/auth/me", token), 401)


def run(home: pathlib.Path, binary: str, logs: pathlib.Path, folder: str) -> None:
    with (logs / "keycloak.log").open("wb") as kept, (logs / "keycloak-service.log").open("wb") as log:
        keycloak = Keycloak(home, kept)
        try:
            keycloak.wait()
            settings = {"OIDC_ISSUER": keycloak.issuer, "OIDC_AUDIENCE": "jan-conversations"}
            port = service.free_port()
            started = service.start(binary, pathlib.Path(folder, "data"), port, log, settings)
            try:
                service.wait_until_ready(started, f"http://127.0.0.1:{port}")
                check(keycloak, f"http://127.0.0.1:{port}")
            finally:
                service.end(started)
        finally:
            keycloak.stop()


def main() -> int:
    home, binary, logs = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    logs.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="jan-check-", dir="/tmp")
    os.chmod(folder, 0o711)
    try:
        run(home, binary, logs, folder)
        return 0
    except (RuntimeError, OSError) as error:
        print(f"error: {error}; see {logs}/keycloak.log and keycloak-service.log", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
