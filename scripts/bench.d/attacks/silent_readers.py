"""Memory and connections of 100 readers who ask for much and read nothing."""

import json
import time

import common

READERS = 100
# An answer that the client does not read is given up after 60 s.
PATIENCE = 75


def measure(service: common.Service) -> list[common.Row]:
    token = service.guest()
    _, answer = service.request("POST", "/v1/conversations", {}, token)
    path = f"/v1/conversations/{json.loads(answer)['id']}"
    for _ in range(40):
        service.request("POST", f"{path}/items", {"role": "user", "content": "x" * 900_000}, token)
    # Data that is made once does not count.
    for way in ("/items?limit=100", "", "/export"):
        service.request("GET", path + way, token=token)
    time.sleep(3)
    rows = []
    for name, way in (("pages", "/items?limit=100"), ("whole conversations", "")):
        idle, files = service.memory(), service.open_files()
        service.forget_peak()
        readers = []
        for _ in range(READERS):
            reader = service.connect(receive_buffer=4_096)
            reader.sendall(common.head("GET", path + way, token=token))
            readers.append(reader)
        time.sleep(10)
        rows.append(common.Row(f"{name}: memory over idle", service.peak() - idle, "MiB", "≤ 64 MiB"))
        rows.append(common.Row(f"{name}: open files more", service.open_files() - files, ""))
        time.sleep(PATIENCE)
        later = f"{PATIENCE + 10} s later"
        memory, more = service.memory() - idle, service.open_files() - files
        rows.append(common.Row(f"{name}: memory over idle, {later}", memory, "MiB", "≤ 16 MiB"))
        rows.append(common.Row(f"{name}: open files more, {later}", more, "", "0"))
        for reader in readers:
            reader.close()
        time.sleep(2)
    return rows


if __name__ == "__main__":
    common.main(measure)
