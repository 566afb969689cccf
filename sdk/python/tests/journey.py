"""A conversation from its beginning to its end, against a live service."""

import os

from jan_conversations import Client, ItemCompleted, ItemDelta, errors, models, params

BASE_URL = os.environ["BASE_URL"]
REPLY = "That depends on the question."


def check_conversations(client: Client) -> models.Conversation:
    conversation = client.conversations.create()
    assert (conversation.title, conversation.project_id) == (None, None), conversation
    assert client.conversations.get(conversation.id).title is None
    project = client.projects.create(title="Research 🔭", instruction="Be brief.")
    moved = client.conversations.update(conversation.id, project_id=project.id, metadata={"a": "1"})
    assert (moved.project_id, moved.metadata) == (project.id, {"a": "1"}), moved
    assert [found.id for found in client.projects.conversations(project.id)] == [conversation.id]
    cleared = client.conversations.update(conversation.id, project_id=None, metadata=None)
    assert (cleared.project_id, cleared.metadata) == (None, {}), cleared
    print("  a conversation without title and project, moved and moved back")
    return conversation


def check_flags(client: Client) -> None:
    project = client.projects.create(title="Later", pinned=True)
    kept, shelved = (client.conversations.create(title=title, project_id=project.id) for title in ("Kept", "Shelved"))
    shelved = client.conversations.update(shelved.id, archived=True)
    assert (shelved.archived, client.conversations.update(kept.id, pinned=True).pinned) == (True, True), shelved
    inside = [one.id for one in client.projects.conversations(project.id)]
    assert inside == [kept.id], inside
    both = [one.id for one in client.projects.conversations(project.id, archived="any", order="asc")]
    assert both == [kept.id, shelved.id], both
    assert [one.id for one in client.conversations.list(archived="true")] == [shelved.id]
    assert [one.id for one in client.conversations.list(pinned=True)] == [kept.id]
    assert [one.id for one in client.projects.list(pinned=True)] == [project.id]
    assert client.projects.update(project.id, archived=True, pinned=False).archived
    assert [one.id for one in client.projects.list(archived="true", pinned=False)] == [project.id]
    print("  archived and pinned conversations and projects")


def check_settings(client: Client) -> None:
    assert client.settings.get().profile.nickname is None
    told = client.settings.update(
        profile={"nickname": "Ada", "style": "concise"}, preferences={"theme": "dark", "sizes": [1, 0.1]}
    )
    assert (told.profile.nickname, told.profile.about, told.use_profile) == ("Ada", None, True), told
    told = client.settings.update(use_profile=False, profile={"nickname": None})
    assert (told.profile.nickname, told.profile.style, told.use_profile) == (None, "concise", False), told
    assert client.settings.get().preferences == {"theme": "dark", "sizes": [1, 0.1]}
    assert client.settings.update(profile=None, preferences=None).preferences == {}
    print("  settings, and their end")


def check_versions(client: Client) -> None:
    draft = client.conversations.create(title="Draft")
    read = client.conversations.get(draft.id)
    assert read.etag and read == client.conversations.get(draft.id)
    renamed = client.conversations.update(draft.id, title="Plan", if_match=read)
    assert renamed.etag and renamed.etag != read.etag, renamed.etag
    for late in (
        lambda: client.conversations.update(draft.id, title="Late", if_match=read),
        lambda: client.conversations.delete(draft.id, if_match=read.etag),
    ):
        try:
            late()
            raise AssertionError("somebody was faster")
        except errors.PreconditionFailedError as error:
            assert (error.status, error.param) == (412, "If-Match"), error
    client.items.create(draft.id, role="user", content="one")
    [listed] = client.items.list(draft.id)
    assert listed.etag is None
    edited = client.items.edit(draft.id, listed.id, content="two", if_match=listed)
    assert (edited.etag, edited.version) == ('"2"', 2), edited.etag
    restored = client.items.restore(draft.id, listed.id, 1, if_match=edited)
    client.items.delete(draft.id, listed.id, if_match=restored)
    settings = client.settings.update(use_profile=True, if_match=client.settings.get())
    assert settings.etag and client.settings.update(if_match="*", use_profile=True).etag == settings.etag
    project = client.projects.create(title="Folder")
    project = client.projects.update(project.id, title="Box", if_match=project)
    client.projects.delete(project.id, if_match=project)
    client.conversations.delete(draft.id, if_match=client.conversations.get(draft.id))
    print("  changes of what was read, and no others")


def check_items(client: Client, conversation: str) -> list[models.Item]:
    for number in range(5):
        client.items.create(conversation, role="user", content=f"{number} 👩‍👩‍👧 \u2028 שלום")
    page = client.items.list(conversation, limit=2)
    assert (len(page.data), page.has_more) == (2, True)
    items = list(page)
    assert [item.content[0] for item in items] == list("01234"), items
    assert [len(page.data) for page in page.pages()] == [2, 2, 1]
    newest = client.items.list(conversation, limit=3, order="desc")
    assert [item.content[0] for item in newest] == list("43210")
    assert [item.id for item in client.items.list(conversation, after=items[3].id)] == [items[4].id]
    edited = client.items.edit(conversation, items[0].id, content="two")
    assert (edited.version, edited.content, edited.author.user_id) == (2, "two", None), edited
    restored = client.items.restore(conversation, edited.id, 1)
    assert (restored.version, restored.content) == (3, items[0].content)
    versions = client.items.versions(conversation, edited.id, limit=1)
    assert [version.version for version in versions] == [1, 2, 3]
    many = client.conversations.create().id
    turns: list[params.CreateItemRequest] = [
        {"role": "user", "content": "And?", "call_id": "1"},
        {"role": "assistant", "content": "So."},
    ]
    said = client.items.create_many(many, items=turns)
    assert [item.content for item in said] == ["And?", "So."], said
    assert client.items.create_many(many, items=turns[:1]) == said[:1]
    print("  messages, alone and together, in pages, edited and restored")
    return items


def check_replies(client: Client, conversation: str, last: models.Item) -> None:
    with client.items.stream_reply(conversation, last.id) as stream:
        events = list(stream)
    *pieces, end = events
    assert isinstance(end, ItemCompleted) and end.finish_reason == "stop", end
    told = "".join(piece.text for piece in pieces if isinstance(piece, ItemDelta))
    assert told == end.item.content == REPLY, events
    again = client.items.regenerate(conversation, end.item.id)
    assert (again.id, again.version, again.model) == (end.item.id, 2, "check-model"), again
    assert client.chat.list_models()[0].id == "check-model"
    assert client.chat.get_model("check-model").object == "model"
    question: list[params.ChatMessage] = [{"role": "user", "content": "And then?"}]
    whole = client.chat.create(messages=question, conversation=conversation, temperature=0.5)
    assert whole.conversation and whole.conversation.id == conversation, whole
    with client.chat.stream(messages=question, conversation=conversation) as chunks:
        parts = list(chunks)
    assert "".join(part.text for part in parts) == REPLY, parts
    assert parts[-1].conversation and parts[-1].conversation.id == conversation, parts[-1]
    print("  replies, whole and as they are written")


def check_cancel(client: Client, conversation: str) -> None:
    asked = client.items.create(conversation, role="user", content="For ever?")
    with client.items.stream_reply(conversation, asked.id, model="endless-model") as stream:
        assert isinstance(next(stream), ItemDelta)
        cancelled = client.conversations.cancel(conversation)
        assert cancelled.cancelled and cancelled.item, cancelled
        *_, end = stream
    assert isinstance(end, ItemCompleted) and end.finish_reason == "cancelled", end
    assert end.item.id == cancelled.item.id
    assert client.conversations.cancel(conversation).cancelled is False
    print("  a reply that is ended in the middle")


def check_shares(client: Client, conversation: str) -> None:
    share = client.shares.create(conversation, expires_in=3600)
    anybody = Client(BASE_URL)
    seen = anybody.shares.open(share.share_id, limit=2)
    assert (len(seen.items), seen.has_more) == (2, True), seen
    copy = client.shares.fork(share.share_id)
    assert copy.item_count == client.conversations.get(conversation).item_count, copy
    assert [entry.share_id for entry in client.shares.list(state="active")] == [share.share_id]
    client.shares.revoke(share.share_id)
    try:
        anybody.shares.open(share.share_id)
        raise AssertionError("the link has ended")
    except errors.ShareEndedError as error:
        assert isinstance(error, errors.GoneError) and error.status == 410
    print("  a link that anybody can open, and its end")


def check_end(client: Client, conversation: str) -> None:
    export = client.conversations.export(conversation)
    assert export.items[0].earlier_versions[0].version == 1, export.items[0]
    assert REPLY in client.conversations.export_markdown(conversation)
    client.conversations.delete(conversation)
    try:
        client.conversations.get(conversation)
        raise AssertionError("it was deleted")
    except errors.ConversationNotFoundError as error:
        assert isinstance(error, errors.NotFoundError) and error.request_id
        assert error.doc_url and error.doc_url.endswith("#conversation_not_found"), error.doc_url
    print("  an export, a deletion, and an error with its code")


def check_accounts(client: Client) -> None:
    name = os.urandom(6).hex()
    client.auth.upgrade(email=f"{name}@example.org", password="a long sentence is easy to keep")
    assert client.auth.me().kind == "account"
    key = client.auth.create_api_key(name="A notebook")
    assert key.expires_at is None
    with Client(BASE_URL, token=key.key) as by_key:
        assert by_key.auth.me().id == client.auth.me().id
    first = client.session
    assert first
    assert client.auth.resume(first.refresh_token).refresh_token != first.refresh_token
    client.auth.logout()
    try:
        client.auth.me()
        raise AssertionError("nobody is signed in")
    except errors.TokenMissingError:
        pass
    print("  an account, a key, and the end of a session")


def main() -> None:
    print("the SDK for Python")
    with Client(BASE_URL) as client:
        client.auth.guest_login()
        conversation = check_conversations(client)
        check_flags(client)
        check_settings(client)
        check_versions(client)
        items = check_items(client, conversation.id)
        check_replies(client, conversation.id, items[-1])
        check_cancel(client, conversation.id)
        check_shares(client, conversation.id)
        check_end(client, conversation.id)
        check_accounts(client)


if __name__ == "__main__":
    main()
