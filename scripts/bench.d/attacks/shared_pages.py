"""Memory beside 100 visitors at once of a link whose conversation has large messages."""

import json
import threading
import time

import common

VISITORS = 100


def visited(service: common.Service, path: str, statuses: list[int]) -> None:
    try:
        status, _ = service.request("GET", path, timeout=300)
    except OSError:
        status = 0
    statuses.append(status)


def measure(service: common.Service) -> list[common.Row]:
    token = service.guest()
    rows = []
    # Plain words, words of which each is laid out, more of them than a message may have, and characters that
    # take six times their room.
    texts = (
        ("words", "word " * 180_000),
        ("Markdown", "**a** `b` " * 10_000),
        ("dense Markdown", "**a** `b` " * 20_000),
        ("quotes", '"' * 900_000),
    )
    for name, text in texts:
        _, answer = service.request("POST", "/v1/conversations", {}, token)
        conversation = f"/v1/conversations/{json.loads(answer)['id']}"
        for _ in range(12):
            service.request("POST", f"{conversation}/items", {"role": "user", "content": text}, token)
        _, answer = service.request("POST", f"{conversation}/share", {}, token)
        link = f"/conversations/share/{json.loads(answer)['share_id']}"
        for form in ("html", "json"):
            path = f"{link}?format={form}"
            service.request("GET", path, timeout=300)
            time.sleep(3)
            idle = service.memory()
            service.forget_peak()
            statuses: list[int] = []
            visitors = [threading.Thread(target=visited, args=(service, path, statuses)) for _ in range(VISITORS)]
            for visitor in visitors:
                visitor.start()
            for visitor in visitors:
                visitor.join()
            what = f"{name}, {form}"
            rows.append(common.Row(f"{what}: memory over idle", service.peak() - idle, "MiB", "≤ 64 MiB"))
            rows.append(common.Row(f"{what}: visitors answered", statuses.count(200), "", str(VISITORS)))
    return rows


if __name__ == "__main__":
    common.main(measure)
