"""A stored response of 20 words of OpenAI's face, against the same stream from the provider alone."""

import http.client
import json
import threading
import time

import partner
import world
from instance import Instance
from report import Line, Numbers
from tools import middle

WORDS, PAUSE_SECONDS = 20, 0.01
PATH = "/v1/chat/completions"


class Provider(partner.Partner):
    """Says 20 words, a hundred a second."""

    def do_POST(self) -> None:
        self.answer("text/event-stream", Transfer_Encoding="chunked")
        for number in range(WORDS):
            time.sleep(PAUSE_SECONDS)
            self.event({"delta": {"content": f"word{number} "}, "finish_reason": None})
        self.event({"delta": {}, "finish_reason": "stop"})
        self.piece("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, choice: dict) -> None:
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.piece(f"data: {json.dumps(chunk | {'choices': [{'index': 0} | choice]})}\n\n")

    def piece(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def asked(connection: http.client.HTTPConnection, path: str, body: dict, token: str = "") -> float:
    """Milliseconds until the whole answer is there."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    begun = time.monotonic()
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200 or f"word{WORDS - 1}".encode() not in text:
        raise RuntimeError(f"{path} was answered with {answer.status}: {text[:500]!r}")
    return (time.monotonic() - begun) * 1e3


class Response(Numbers):
    def __init__(self, program: str, seconds: int) -> None:
        super().__init__("response")
        self.seconds = seconds
        self.server = partner.server(Provider)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.instance = Instance(program, {"LLM_BASE_URL": base, "LLM_MODEL": "m", "LLM_TITLES": "false"})

    def measure(self, turn: int) -> None:
        if self.instance.process is None:
            self.instance.start()
        token = world.guest(self.instance).token
        provider = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=60)
        service = http.client.HTTPConnection("127.0.0.1", self.instance.port, timeout=60)
        chat = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Speak."}]}
        alone, kept = [], []
        until = time.monotonic() + 2 * self.seconds
        while time.monotonic() < until:
            alone.append(asked(provider, PATH, chat))
            kept.append(asked(service, "/openai/v1/responses", {"model": "m", "input": "Speak."}, token))
        self.add("added", middle(kept) - middle(alone))
        self.add("share", 100 * (middle(kept) / middle(alone) - 1))

    def remove(self) -> None:
        self.server.shutdown()
        self.instance.remove()

    def lines(self) -> list[Line]:
        what = f"a stored response of {WORDS} words, against the provider alone"
        if "added" not in self.found:
            return []
        return [
            Line(f"{what}: added latency, p50", self.found["added"], 4, 2, "ms", at_most=True),
            Line(f"{what}: share of that", self.found["share"], 5, 3, "%", at_most=True),
        ]
