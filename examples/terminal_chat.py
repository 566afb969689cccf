#!/usr/bin/env python3
"""A chat in the terminal that is kept.

    pip install dist/sdk/jan_conversations-*.whl
    python examples/terminal_chat.py [ADDRESS]

Lines are questions. Ctrl-C ends a reply and keeps what there is of it; /list, /open NUMBER, /new and /quit do what they say.
The session is kept in ~/.jan-chat, so that the conversations are there the next time.
"""

import os
import pathlib
import sys

from jan_conversations import Client, JanError, ItemDelta, ItemReasoningDelta, errors
from jan_conversations.models import Conversation

KEPT = pathlib.Path(os.environ.get("JAN_CHAT_SESSION", pathlib.Path.home() / ".jan-chat"))


def sign_in(client: Client) -> None:
    try:
        client.auth.resume(KEPT.read_text())
    except (OSError, errors.AuthenticationError):
        client.auth.guest_login()


def keep_session(client: Client) -> None:
    """Refresh tokens are good for one use: the last one counts."""
    if client.session:
        KEPT.touch(mode=0o600)
        KEPT.write_text(client.session.refresh_token)


def reply(client: Client, conversation: str, item: str) -> None:
    with client.items.stream_reply(conversation, item) as stream:
        try:
            for event in stream:
                if isinstance(event, ItemReasoningDelta):
                    print(f"\033[2m{event.text}\033[0m", end="", flush=True)
                elif isinstance(event, ItemDelta):
                    print(event.text, end="", flush=True)
        except KeyboardInterrupt:
            client.conversations.cancel(conversation)
            print(" …", end="")
    print()


def show(client: Client, conversation: str) -> None:
    for item in client.items.list(conversation, limit=100):
        print(f"{'> ' if item.role == 'user' else ''}{item.content}")


def chat(client: Client) -> None:
    current: str | None = None
    listed: list[Conversation] = []
    while (line := input("> ").strip()) != "/quit":
        command, _, argument = line.partition(" ")
        try:
            if command == "/new":
                current = None
            elif command == "/list":
                listed = client.conversations.list(limit=20).data
                for number, conversation in enumerate(listed, 1):
                    print(f"{number:3}  {conversation.title or 'Untitled'}")
            elif command == "/open" and argument.isdecimal() and 1 <= int(argument) <= len(listed):
                current = listed[int(argument) - 1].id
                show(client, current)
            elif command.startswith("/"):
                print("/list, /open NUMBER (after /list), /new, /quit")
            elif line:
                current = current or client.conversations.create().id
                reply(client, current, client.items.create(current, role="user", content=line).id)
        except JanError as error:
            print(f"({error})", file=sys.stderr)


def main() -> None:
    with Client(*sys.argv[1:2]) as client:
        sign_in(client)
        try:
            chat(client)
        except (EOFError, KeyboardInterrupt):
            print()
        finally:
            keep_session(client)


if __name__ == "__main__":
    main()
