"""Migrates a folder twice with examples/migrate, and finds each conversation once.

    migrate_check.py PROGRAM
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

BASE_URL, TOKEN = os.environ["BASE_URL"], os.environ["ACCESS_TOKEN"]
FILES = {"Planning": 2, "Long 👩‍👩‍👧": 250, "Empty": 0}


def get(path: str) -> dict:
    request = urllib.request.Request(BASE_URL + path, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def write(folder: str) -> None:
    for number, (title, length) in enumerate(FILES.items()):
        messages = [
            {"role": ("user", "assistant")[place % 2], "content": f"{place} שלום"} for place in range(length)
        ]
        text = json.dumps({"title": title, "messages": messages})
        pathlib.Path(folder, f"{number}.json").write_text(text, encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        for _ in range(2):
            command = [sys.argv[1], BASE_URL, folder]
            subprocess.run(command, env=os.environ | {"TOKEN": TOKEN}, check=True, capture_output=True)
    found = [one for one in get("/v1/conversations?limit=100")["data"] if one["title"] in FILES]
    assert {one["title"]: one["item_count"] for one in found} == FILES, found
    assert len(found) == len(FILES), found
    long = next(one for one in found if one["item_count"] == 250)
    contents = [item["content"] for item in get(f"/v1/conversations/{long['id']}")["items"]]
    assert contents == [f"{place} שלום" for place in range(250)], contents
    print("  a folder is brought over, and a second time no message is added")


if __name__ == "__main__":
    main()
