"""Times reads alone and beside 100 concurrent sign-ins; see the script logins."""

import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

ADDRESS = urllib.parse.urlsplit(os.environ["BASE_URL"]).netloc
ACCOUNT = {"email": "ada@example.org", "password": "a long sentence is easy to keep"}
SIGNING_IN = 100
READERS = 4


class Client:
    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection(ADDRESS, timeout=60)

    def send(self, method: str, path: str, body=None, token: str = "") -> tuple[int, dict]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")


def read(path: str, token: str, until: float, times: list[float]) -> None:
    client = Client()
    while time.monotonic() < until:
        begun = time.perf_counter()
        status, _ = client.send("GET", path, token=token)
        times.append(time.perf_counter() - begun)
        if status != 200:
            sys.exit(f"error: a read was answered with {status}")


def sign_in(until: float, done: list[int]) -> None:
    client = Client()
    while time.monotonic() < until:
        status, _ = client.send("POST", "/auth/login", ACCOUNT)
        done.append(status)


def measure(path: str, token: str, seconds: int, signing_in: int) -> tuple[list[float], list[int]]:
    until = time.monotonic() + seconds
    times, done = [], []
    threads = [threading.Thread(target=read, args=(path, token, until, times)) for _ in range(READERS)]
    threads += [threading.Thread(target=sign_in, args=(until, done)) for _ in range(signing_in)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), done


def told(name: str, times: list[float], seconds: int) -> float:
    half, most = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
    print(f"{name}: {len(times) / seconds:.0f} reads/s, median {half:.2f} ms, p99 {most:.2f} ms", flush=True)
    return most


def main() -> None:
    seconds = int(sys.argv[1])
    client = Client()
    status, session = client.send("POST", "/auth/register", ACCOUNT)
    if status != 201:
        sys.exit(f"error: registering was answered with {status}: {session}")
    token = session["access_token"]
    items = [{"role": "user", "content": "Hello"}] * 20
    _, conversation = client.send("POST", "/v1/conversations", {"items": items}, token)
    path = f"/v1/conversations/{conversation['id']}"
    measure(path, token, 2, 0)
    alone, _ = measure(path, token, seconds, 0)
    beside, done = measure(path, token, seconds, SIGNING_IN)
    before = told("alone", alone, seconds)
    meanwhile = told(f"beside {SIGNING_IN} concurrent sign-ins", beside, seconds)
    kinds = ", ".join(f"{done.count(status)} × {status}" for status in sorted(set(done)))
    print(f"sign-ins: {len(done) / seconds:.0f}/s ({kinds})")
    print(f"p99 of reads, meanwhile against before: {meanwhile / before:.2f}")


main()
