"""How long /healthz waits while the worst bodies are read, two of each kind at once, and the memory they take."""

import threading

import common

MIB = 1024 * 1024
MOST = 16 * MIB - 1024
# A service that has not answered for so long is asked no more: the bodies that follow have no row.
MUTE_MS = 30_000


def filled(begin: str, piece: str, end: str, most: int = MOST) -> bytes:
    """As many pieces as fit, separated by commas."""
    count = (most - len(begin) - len(end)) // (len(piece) + 1)
    return (begin + ",".join([piece] * count) + end).encode()


def fields(number: int) -> bytes:
    return ("{" + ",".join(f'"f{n}":0' for n in range(number)) + ',"messages":[]}').encode()


def bodies() -> list[tuple[str, str, str, bytes]]:
    chat, conversations, responses = "/v1/chat/completions", "/v1/conversations", "/openai/v1/responses"
    pairs = ",".join(f'"{n}":"x"' for n in range(1_000_000))
    deep = "[" * (MOST // 2 - 64) + "]" * (MOST // 2 - 64)
    return [
        ("chat, 60,000 fields", "POST", chat, fields(60_000)),
        ("chat, 16 MiB of empty messages", "POST", chat, filled('{"messages":[', "{}", "]}")),
        ("chat, 16 MiB of escapes", "POST", chat, filled('{"messages":["', "\\\\\\\\" * 64, '"]}')),
        ("chat, nested 8 million deep", "POST", chat, f'{{"messages":{deep}}}'.encode()),
        ("conversation, 1,000,000 pairs of metadata", "POST", conversations,
         f'{{"metadata":{{{pairs}}}}}'.encode()),
        ("conversation, 16 MiB of items", "POST", conversations,
         filled('{"items":[', '{"role":"user","content":"x"}', "]}")),
        ("conversation, 100 items of 160 kB", "POST", conversations,
         filled('{"items":[', '{"role":"user","content":"' + "\\n" * 80_000 + '"}', "]}")),
        ("bulk deletion, 2 MiB of ids", "POST", f"{conversations}/bulk-delete",
         filled('{"conversation_ids":[', '""', "]}", 2 * MIB - 64)),
        ("a number of 16 million digits", "POST", conversations, b'{"title":' + b"1" * (MOST - 64) + b"}"),
        ("chat, 1,200,000 fields", "POST", chat, fields(1_200_000)),
        ("response, 5 million items", "POST", responses, filled('{"model":"a","input":[', "{}", "]}")),
        ("response, 8 million tools", "POST", responses,
         filled('{"model":"a","input":"x","tools":[', "0", "]}")),
        ("response, 1,000,000 pairs of metadata", "POST", responses,
         f'{{"model":"a","input":"x","metadata":{{{pairs}}}}}'.encode()),
        ("conversation, a name of 16 million letters", "POST", conversations,
         b'{"' + b"x" * (MOST - 64) + b'":1}'),
    ]


def measure(service: common.Service) -> list[common.Row]:
    token = service.guest()
    with common.Heartbeat(service) as idle:
        threading.Event().wait(2)
    rows = [common.Row("/healthz, idle: longest", idle.worst(), "ms")]
    for name, method, path, body in bodies():
        before = common.settled(service, 3)
        service.forget_peak()

        def send() -> None:
            try:
                service.request(method, path, body, token, timeout=60)
            except OSError:
                pass

        with common.Heartbeat(service) as beat:
            senders = [threading.Thread(target=send) for _ in range(2)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
        rows.append(common.Row(f"/healthz, longest: {name}", beat.worst(), "ms", "≤ 100 ms"))
        rows.append(common.Row(f"memory over that before: {name}", service.peak() - before, "MiB", "≤ 64 MiB"))
        if beat.worst() >= MUTE_MS:
            break
    return rows


if __name__ == "__main__":
    common.main(measure)
