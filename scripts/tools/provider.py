"""A model provider for checks: it speaks as much of OpenAI's API as the service asks for, and always
says the same, in words that tell nothing.
"""

import contextlib
import http.server
import json
import threading
import time

MODEL = "check-model"
ENDLESS_SECONDS = 60
PIECES = ("That ", "depends ", "on the question.")


def call_piece(**function) -> dict:
    named = {"id": "call_1", "type": "function"} if "name" in function else {}
    return {"tool_calls": [{"index": 0, "function": function} | named]}


# What other models say, and why they end. The last one just stops.
SCRIPTS = {
    "calling-model": (
        [
            call_piece(name="weather", arguments=""),
            call_piece(arguments='{"city":'),
            call_piece(arguments='"Oslo"}'),
        ],
        "tool_calls",
    ),
    "refusing-model": ([{"refusal": "I "}, {"refusal": "will not."}], "stop"),
    "thinking-model": (
        [{"reasoning_content": "Hm"}, {"reasoning_content": "m."}, {"content": "Yes."}],
        "stop",
    ),
    "cut-model": ([{"content": PIECES[0]}], "length"),
    "dying-model": ([{"content": PIECES[0]}], None),
}


USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


def calling_all(asked: dict) -> tuple[list, str]:
    """Calls each tool, then speaks."""
    if asked["messages"][-1]["role"] == "tool":
        return [{"content": piece} for piece in PIECES], "stop"
    calls = [
        {
            "index": index,
            "id": f"call_{len(asked['messages'])}_{index}",
            "type": "function",
            "function": {"name": tool["function"]["name"], "arguments": '{"place": "Oslo"}'},
        }
        for index, tool in enumerate(asked["tools"])
    ]
    return [{"tool_calls": [call]} for call in calls], "tool_calls"


def completion(kind: str, **choice) -> dict:
    return {
        "id": "chatcmpl-check",
        "object": kind,
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": None} | choice],
    }


def is_message(message) -> bool:
    """As strict as real ones are: the service passes messages on unread."""
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return False
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return (content is None or isinstance(content, (str, list))) and all(
        isinstance(part, dict) and isinstance(part.get("type", ""), str) for part in parts
    )


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def answer(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, body: dict, status: int = 200) -> None:
        self.answer("application/json", json.dumps(body).encode(), status)

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            self.answer_json({"error": {"message": f"no {self.path} here"}}, 404)
            return
        model = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "checks"}
        self.answer_json({"object": "list", "data": [model]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self.answer_json({"error": {"message": f"no {self.path} here"}}, 404)
        elif asked.get("model") == "absent-model":
            self.answer_json({"error": {"message": "there is no absent-model"}}, 404)
        elif asked.get("model") == "locked-model":
            self.answer_json({"error": {"message": "a key is wanted"}}, 401)
        elif asked.get("model") == "broken-model":
            self.answer_json({"error": {"message": "out of memory"}}, 500)
        elif asked.get("model") == "slow-model":
            # Longer than a client waits that gives up.
            time.sleep(3)
            with contextlib.suppress(OSError):
                self.answer_whole()
        elif asked.get("model") == "endless-model" and asked.get("stream") is True:
            self.talk_for_ever()
        elif not all(is_message(message) for message in asked["messages"]):
            self.answer_json({"error": {"message": "that is no message", "param": "messages"}}, 400)
        elif asked.get("model") == "tools-model":
            self.answer("text/event-stream", self.scripted(*calling_all(asked)))
        elif asked.get("model") in SCRIPTS and asked["messages"][-1]["role"] != "tool":
            self.answer("text/event-stream", self.scripted(*SCRIPTS[asked["model"]]))
        elif asked.get("stream") is True and asked.get("model") != "unstreaming-model":
            self.answer("text/event-stream", self.events(asked))
        else:
            self.answer_whole()

    def answer_whole(self) -> None:
        message = {"role": "assistant", "content": "".join(PIECES)}
        whole = completion("chat.completion", message=message, finish_reason="stop")
        self.answer_json(whole | {"usage": USAGE})

    def talk_for_ever(self) -> None:
        """Until the client hangs up."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        chunk = completion("chat.completion.chunk", delta={"content": "And on. "})
        try:
            for _ in range(ENDLESS_SECONDS * 10):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    @staticmethod
    def events(asked: dict) -> bytes:
        kind = "chat.completion.chunk"
        chunks = [completion(kind, delta={"role": "assistant", "content": PIECES[0]})]
        chunks += [completion(kind, delta={"content": piece}) for piece in PIECES[1:]]
        chunks += [completion(kind, delta={}, finish_reason="stop")]
        if (asked.get("stream_options") or {}).get("include_usage"):
            chunks += [completion(kind) | {"choices": [], "usage": USAGE}]
        events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks] + ["data: [DONE]\n\n"]
        return "".join(events).encode()

    @staticmethod
    def scripted(deltas: list, reason: str | None) -> bytes:
        kind = "chat.completion.chunk"
        chunks = [completion(kind, delta=delta) for delta in deltas]
        if reason is not None:
            chunks.append(completion(kind, delta={}, finish_reason=reason))
        events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        return "".join(events + ["data: [DONE]\n\n"] * (reason is not None)).encode()


def start(handler: type[Handler] = Handler) -> str:
    """Starts one that lives as long as this process, and says what LLM_BASE_URL is to be."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"
