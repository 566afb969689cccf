"""Servers that the service asks while it is measured: a model provider, a collector of traces."""

import http.server


class Partner(http.server.BaseHTTPRequestHandler):
    """Keeps its connections, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, kind: str, **more: str) -> None:
        """Reads the request, and writes the head of its answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        for name, value in {"Content-Type": kind, **more}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def server(handler: type[Partner], port: int = 0) -> http.server.ThreadingHTTPServer:
    """On that port, or any free one."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    made.daemon_threads = True
    return made
