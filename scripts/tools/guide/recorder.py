"""Stands between a program and the service, passes everything on, and remembers it.

So the requests of curl, Node.js and Python are seen in the same way, and the programs stay as they are.
"""

import dataclasses
import http.client
import http.server
import re
import threading

# An id in an address.
ID = re.compile(r"_(?:[0-9A-Z]{26}|[0-9A-Za-z]{32,})")
# These belong to one connection. Bodies are remembered as they are, so they must not be compressed.
NOT_PASSED_ON = ("accept-encoding", "connection", "content-length", "keep-alive", "transfer-encoding")


@dataclasses.dataclass
class Exchange:
    method: str
    path: str
    status: int
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {ID.sub('_…', self.path)} {self.status}"


class Recorder:
    def __init__(self, host: str) -> None:
        self.host = host
        self.exchanges: list[Exchange] = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.base_url = f"http://127.0.0.1:{server.server_port}"

    def taken(self) -> list[Exchange]:
        """The exchanges since the last time."""
        taken, self.exchanges = self.exchanges, []
        return taken


def handler_for(recorder: Recorder):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_) -> None:
            pass

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
            connection = http.client.HTTPConnection(recorder.host, timeout=60)
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            recorder.exchanges.append(Exchange(self.command, self.path, answer.status, content))
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = relay

    return Handler
