"""Runs Jan Server's Postman collections against Jan's face of the service at BASE_URL.

A small proxy stands for Kong: it maps Jan's public addresses to the face. A stub stands for Keycloak: it
answers its token endpoints with tokens of guests of the service itself. Prints what passed, and fails where
an assertion failed that is not expected to.
"""

import http.client
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import urllib.parse

BASE = urllib.parse.urlsplit(os.environ["BASE_URL"])

# Jan's own pages for OAuth, which only a browser opens, and an address that Jan Server itself lacks.
NOT_HERE = (
    "/auth/login",
    "/auth/callback",
    "GET /auth/refresh-token",
)

HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


def call(method: str, path: str, body: bytes, headers: dict) -> tuple[int, list, bytes]:
    connection = http.client.HTTPConnection(BASE.hostname, BASE.port, timeout=60)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, body: bytes = b"", headers: tuple = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self) -> None:
        self.handle_request(self.read())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do


class Kong(Handler):
    """`/v1` and `/auth` go to the face, everything else stays."""

    def handle_request(self, body: bytes) -> None:
        is_face = self.path.startswith(("/v1/", "/auth/"))
        path = f"/jan{self.path}" if is_face else self.path
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        status, answered, text = call(self.command, path, body, headers)
        self.answer(status, text, tuple(answered))


class Keycloak(Handler):
    def handle_request(self, _: bytes) -> None:
        kind = (("Content-Type", "application/json"),)
        if self.path.startswith("/realms/master/"):
            token = {"access_token": "an administrator's", "token_type": "Bearer"}
            self.answer(200, json.dumps(token).encode(), kind)
        elif self.path.startswith("/realms/"):
            headers = {"Content-Type": "application/json"}
            _, _, text = call("POST", "/jan/auth/guest-login", b"{}", headers)
            self.answer(200, text, kind)
        elif self.command == "POST":
            self.answer(201, headers=(("Location", "http://keycloak/users/one"),))
        else:
            self.answer(204)


def serve(handler: type) -> str:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def run(collection: pathlib.Path, kong: str, keycloak: str) -> list[dict]:
    report = pathlib.Path(os.environ["RESULTS"]) / f"newman-{collection.stem}.json"
    report.unlink(missing_ok=True)
    command = [os.environ["NEWMAN"], "run", collection, "--suppress-exit-code"]
    command += ["--env-var", f"kong_url={kong}", "--env-var", f"keycloak_base_url={keycloak}"]
    command += ["--reporters", "json", "--reporter-json-export", report]
    subprocess.run(command, check=True, timeout=600)
    return json.loads(report.read_text())["run"]["executions"]


def judge(name: str, executions: list[dict]) -> int:
    passed = total = unexpected = 0
    for execution in executions:
        request = execution["request"]
        address = "/" + "/".join(request["url"].get("path", []))
        for assertion in execution.get("assertions", []):
            total += 1
            if not assertion.get("error"):
                passed += 1
                continue
            what = f"{request['method']} {address}"
            is_expected = any(known in what for known in NOT_HERE)
            unexpected += not is_expected
            mark = "not here" if is_expected else "FAILED"
            print(f"  {mark}: {what}: {assertion['assertion']}: {assertion['error']['message']}")
        if execution.get("requestError"):
            unexpected += 1
            print(f"  FAILED: {execution['item']['name']}: {execution['requestError']}")
    print(f"{name}: {passed} of {total} assertions of {len(executions)} requests")
    return unexpected


def main() -> None:
    kong, keycloak = serve(Kong), serve(Keycloak)
    automation = pathlib.Path(os.environ["JAN_SERVER_DIR"]) / "tests" / "automation"
    unexpected = 0
    for name in ("conversations", "auth"):
        collection = automation / f"{name}-postman-scripts.json"
        unexpected += judge(name, run(collection, kong, keycloak))
    sys.exit(unexpected > 0)


main()
