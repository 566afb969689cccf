"""Objects for the placeholders of a page, made for each block."""

import functools
import json
import re
import urllib.request

# Each placeholder: what stands in for it, and the attribute of Fresh that is it.
PLACEHOLDERS = {
    "<token>": ("the access token of a new guest, who owns all that follows", "token"),
    "your_token_here": ("the same", "token"),
    "<refresh_token>": ("the guest's refresh token", "refresh_token"),
    "<api_key>": ("a new API key of the guest", "api_key"),
    "conv_123": ("a conversation of three messages, in a project", "conversation"),
    "conv_456": ("another conversation, empty", "second"),
    "conv_789": ("a third one, empty", "third"),
    "item_1": ("the first message of conv_123, a user's", "question"),
    "item_2": ("the second one, an assistant's, which was edited once", "reply"),
    "item_5": ("the last one, a user's", "last"),
    "proj_abc123": ("a project with 21 conversations", "project"),
    "proj_abc": ("the same", "project"),
    "optional-project-id": ("the same", "project"),
    "share_abc123": ("a link to conv_123", "link"),
    "share_def456": ("a link to conv_123 through which messages may be added", "writable_link"),
    "key_abc123": ("the id of an API key", "key"),
    "sess_abc123": ("the id of the guest's session", "session"),
}
# The longest first, since one is the beginning of another.
ANY = re.compile("|".join(map(re.escape, sorted(PLACEHOLDERS, key=len, reverse=True))))
# What looks like a placeholder; an id of this service has 26 characters in upper case behind its prefix.
# A field such as item_id is none.
LOOKS_LIKE_ONE = re.compile(r"<\w+>|your_\w+_here|\b(?:conv|item|proj|share|key|sess)_(?!ids?\b)[0-9a-z]+\b")


class Fresh:
    """Objects of a guest that is made for one block. Each is made when it is first used."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def put_into(self, text: str) -> str:
        return ANY.sub(lambda found: getattr(self, PLACEHOLDERS[found[0]][1]), text)

    def call(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> dict:
        headers = {"Content-Type": "application/json"}
        if path != "/auth/guest-login":
            headers["Authorization"] = f"Bearer {token or self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @functools.cached_property
    def guest(self) -> dict:
        return self.call("POST", "/auth/guest-login")

    @property
    def token(self) -> str:
        return self.guest["access_token"]

    @property
    def refresh_token(self) -> str:
        return self.guest["refresh_token"]

    @functools.cached_property
    def new_key(self) -> dict:
        return self.call("POST", "/auth/api-keys", {"name": "My notebook"})

    @property
    def api_key(self) -> str:
        return self.new_key["key"]

    @property
    def key(self) -> str:
        return self.new_key["id"]

    @property
    def session(self) -> str:
        return self.call("GET", "/auth/sessions")["data"][0]["id"]

    def new_conversation(self, **fields) -> str:
        return self.call("POST", "/v1/conversations", fields)["id"]

    @functools.cached_property
    def project(self) -> str:
        project = self.call("POST", "/v1/projects", {"title": "My AI Research"})["id"]
        for number in range(21):
            self.new_conversation(title=f"Research Question {number + 1}", project_id=project)
        return project

    @functools.cached_property
    def conversation(self) -> str:
        project = self.call("POST", "/v1/projects", {"title": "Planning"})["id"]
        items = [
            {"role": "user", "content": "Let's plan our project"},
            {"role": "assistant", "content": "Great!"},
            {"role": "user", "content": "What are the next steps?"},
        ]
        conversation = self.new_conversation(title="Project Planning", project_id=project, items=items)
        at = f"/v1/conversations/{conversation}/items"
        self.items = [item["id"] for item in self.call("GET", at)["data"]]
        self.call("PUT", f"{at}/{self.items[1]}/edit", {"content": "Great! Let me help you..."})
        return conversation

    def item(self, index: int) -> str:
        return self.conversation and self.items[index]

    question = property(lambda self: self.item(0))
    reply = property(lambda self: self.item(1))
    last = property(lambda self: self.item(2))
    second = functools.cached_property(lambda self: self.new_conversation(title="Groceries"))
    third = functools.cached_property(lambda self: self.new_conversation(title="Travel"))

    def new_link(self, **fields) -> str:
        return self.call("POST", f"/v1/conversations/{self.conversation}/share", fields)["share_id"]

    @functools.cached_property
    def link(self) -> str:
        return self.new_link()

    @functools.cached_property
    def writable_link(self) -> str:
        return self.new_link(read_only=False)

