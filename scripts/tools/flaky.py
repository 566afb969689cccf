"""A proxy in front of the service that fails on purpose, for the tests of clients.

    flaky.py COMMAND [ARGUMENT...]

The command finds FLAKY_URL beside BASE_URL. `FLAKY_URL/FAULT-NAME` is the service with that fault (see FAULTS), once for
each NAME; `FLAKY_URL/seen/FAULT-NAME` tells the requests that came there, and whether the client hung up.
"""

import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse

ITEMS = 10_000


def envelope(code: str) -> bytes:
    error = {"message": "It fails on purpose.", "type": "test", "code": code, "param": None}
    return json.dumps({"error": error | {"request_id": "req_test", "doc_url": None}}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: dict[str, list[dict]] = {}
    hung_up: set[str] = set()

    def log_message(self, *_) -> None:
        pass

    def handle_any(self) -> None:
        _, self.name, self.rest = self.path.split("/", 2)
        if self.name == "seen":
            answer = {"requests": self.seen.get(self.rest, []), "hung_up": self.rest in self.hung_up}
            self.answer(200, json.dumps(answer).encode())
            return
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        requests = self.seen.setdefault(self.name, [])
        requests.append(
            {
                "method": self.command,
                "path": "/" + self.rest,
                "key": self.headers.get("Idempotency-Key"),
                "authorization": self.headers.get("Authorization"),
            }
        )
        FAULTS[self.name.rpartition("-")[0]](self, len(requests) == 1)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def ask(self) -> tuple[int, str, bytes]:
        """The service's own answer."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(os.environ["BASE_URL"]).netloc)
        # The answer is passed on as it is, and without its heads.
        own = ("host", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in own}
        connection.request(self.command, "/" + self.rest, self.body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", "text/plain"), answer.read()

    def forward(self) -> None:
        status, kind, body = self.ask()
        if status == 204:
            self.send_response(204)
            self.end_headers()
        else:
            self.answer(status, body, Content_Type=kind)

    def hang_up(self) -> None:
        self.close_connection = True

    def busy_once(self, first: bool) -> None:
        if first:
            self.answer(503, envelope("server_busy"), Retry_After="0")
        else:
            self.forward()

    def in_progress_once(self, first: bool) -> None:
        if first:
            headers = {"x_should_retry": "true", "Retry_After": "0"}
            self.answer(409, envelope("idempotency_in_progress"), **headers)
        else:
            self.forward()

    def lose_once(self, first: bool) -> None:
        """The service does it, and the answer is lost."""
        if first:
            self.ask()
            self.hang_up()
        else:
            self.forward()

    def expired_once(self, first: bool) -> None:
        if first:
            self.answer(401, envelope("token_expired"))
        else:
            self.forward()

    def refuse(self, _: bool) -> None:
        self.answer(502, envelope("model_provider_error"), x_should_retry="false")

    def closed_for_long(self, _: bool) -> None:
        self.answer(503, envelope("storage_full"), Retry_After="3600")

    def gateway(self, _: bool) -> None:
        self.answer(404, b"<h1>Not here</h1>", Content_Type="text/html")

    def silent(self, _: bool) -> None:
        self.connection.recv(1)
        self.hang_up()

    def stream_cut(self, _: bool) -> None:
        """In the middle of an event, and of a character."""
        text = 'event: item.delta\r\ndata: {"text":"😀\u2028"}\r\n\r\nevent: item.delta\ndata: {"text":"😀"}\n\n'
        whole = text.encode()
        self.begin_stream()
        for place in range(len(whole) - 9):
            self.wfile.write(whole[place : place + 1])
        self.hang_up()

    def stream_endless(self, _: bool) -> None:
        self.begin_stream()
        try:
            while True:
                self.wfile.write(b'event: item.delta\ndata: {"text":"and so on "}\n\n')
        except OSError:
            self.hung_up.add(self.name)
        self.hang_up()

    def stream_silent(self, _: bool) -> None:
        """One event, and no other until the client hangs up."""
        self.begin_stream()
        self.wfile.write(b'event: item.delta\ndata: {"text":"and then "}\n\n')
        try:
            self.connection.recv(1)
        except OSError:
            pass
        self.hung_up.add(self.name)
        self.hang_up()

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def many(self, _: bool) -> None:
        """A conversation of 10,000 messages."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.rest).query)
        first = int(query.get("after", ["0"])[0])
        last = min(first + int(query.get("limit", ["20"])[0]), ITEMS)
        item = {"object": "conversation.item", "role": "user", "content": "a", "call_id": None}
        item |= {"type": "message", "parts": None, "reasoning": None, "model": None, "version": 1, "author": {"kind": "owner"}}
        item |= dict.fromkeys(("created_at", "updated_at"), "2025-12-23T10:00:00.000000Z")
        more = last < ITEMS
        page = {
            "object": "list",
            "data": [item | {"id": f"item_{number}"} for number in range(first, last)],
            "has_more": more,
            "next_after": str(last) if more else None,
            "first_id": f"item_{first}",
            "last_id": f"item_{last - 1}",
        }
        self.answer(200, json.dumps(page).encode())


FAULTS = {
    "busy_once": Handler.busy_once,
    "in_progress_once": Handler.in_progress_once,
    "lose_once": Handler.lose_once,
    "expired_once": Handler.expired_once,
    "refuse": Handler.refuse,
    "closed_for_long": Handler.closed_for_long,
    "gateway": Handler.gateway,
    "silent": Handler.silent,
    "stream_cut": Handler.stream_cut,
    "stream_endless": Handler.stream_endless,
    "stream_silent": Handler.stream_silent,
    "many": Handler.many,
}


def main() -> int:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    return subprocess.run(sys.argv[1:], env=os.environ | {"FLAKY_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
