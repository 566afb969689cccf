"""A first conversation through the client that openapi-python-client makes of our document."""

import os

from jan_conversations_client import AuthenticatedClient, Client
from jan_conversations_client import models
from jan_conversations_client.api.auth import guest_login
from jan_conversations_client.api.chat import create_chat_completion, list_models
from jan_conversations_client.api.conversations import (
    create_conversation,
    delete_conversation,
    export_conversation,
    get_conversation,
    list_conversations,
    update_conversation,
)
from jan_conversations_client.api.items import (
    create_item,
    edit_item,
    list_item_versions,
    list_items,
    regenerate_item,
    restore_item_version,
)
from jan_conversations_client.api.projects import create_project, list_project_conversations
from jan_conversations_client.api.shares import get_shared_conversation, list_shares, share_conversation

BASE_URL = os.environ["BASE_URL"]
QUESTION = "What are the next steps?"
REPLY = "That depends on the question."


def expect(kind: type, value):
    assert type(value) is kind, f"{kind.__name__} expected: {value!r}"
    return value


def sign_in() -> AuthenticatedClient:
    session = expect(models.Session, guest_login.sync(client=Client(BASE_URL)))
    return AuthenticatedClient(BASE_URL, session.access_token, raise_on_unexpected_status=True)


def check_conversations(client: AuthenticatedClient) -> str:
    asked = models.CreateProjectRequest(title="My AI Research", instruction="Be brief.")
    project = expect(models.Project, create_project.sync(client=client, body=asked))
    first = models.CreateItemRequest(role=models.Role.USER, content=QUESTION)
    asked = models.CreateConversationRequest(project_id=project.id, items=[first])
    conversation = expect(models.Conversation, create_conversation.sync(client=client, body=asked))
    assert (conversation.title, conversation.item_count) == (QUESTION, 1), conversation
    change = models.UpdateConversationRequest(title="Planning")
    renamed = update_conversation.sync(conversation.id, client=client, body=change)
    assert expect(models.Conversation, renamed).title == "Planning"
    for page in (
        list_conversations.sync(client=client, limit=1),
        list_project_conversations.sync(project.id, client=client),
    ):
        assert [entry.id for entry in expect(models.ConversationList, page).data] == [conversation.id]
        assert (page.has_more, page.next_after) == (False, None), page
    print("  a project and a conversation in it")
    return conversation.id


def check_items(client: AuthenticatedClient, conversation: str) -> None:
    said = models.CreateItemRequest(role=models.Role.ASSISTANT, content="one", call_id="call-1")
    for status in (201, 200):
        answer = create_item.sync_detailed(conversation, client=client, body=said)
        assert answer.status_code == status, answer
    item = expect(models.Item, answer.parsed)
    edited = edit_item.sync(conversation, item.id, client=client, body=models.EditItemRequest(content="two"))
    assert (expect(models.Item, edited).version, edited.content) == (2, "two"), edited
    restored = restore_item_version.sync(conversation, item.id, 1, client=client)
    assert (expect(models.Item, restored).version, restored.content) == (3, "one"), restored
    versions = list_item_versions.sync(conversation, item.id, client=client)
    contents = [version.content for version in expect(models.ItemVersionList, versions).data]
    assert contents == ["one", "two", "one"], contents
    found = list_items.sync(conversation, client=client, call_id="call-1")
    assert [entry.id for entry in expect(models.ItemList, found).data] == [item.id]
    print("  items, their versions, and a safe retry")


def check_replies(client: AuthenticatedClient, conversation: str) -> None:
    assert [entry.id for entry in expect(models.ModelList, list_models.sync(client=client)).data]
    items = list_items.sync(conversation, client=client).data
    reply = expect(models.Item, regenerate_item.sync(conversation, items[-1].id, client=client))
    assert (reply.content, reply.model) == (REPLY, "check-model"), reply
    asked = models.ChatCompletionRequest(
        messages=[models.ChatMessage(role="user", content="And then?")], conversation=conversation
    )
    completion = create_chat_completion.sync(client=client, body=asked)
    assert expect(models.ChatCompletion, completion).conversation.id == conversation, completion
    whole = expect(models.ConversationWithItems, get_conversation.sync(conversation, client=client))
    assert [item.content for item in whole.items] == [QUESTION, REPLY, "And then?", REPLY]
    print("  replies by a model")


def check_shares(client: AuthenticatedClient, conversation: str) -> None:
    share = expect(models.Share, share_conversation.sync(conversation, client=client))
    assert [entry.share_id for entry in expect(models.ShareList, list_shares.sync(client=client)).data]
    seen = get_shared_conversation.sync(share.share_id, client=Client(BASE_URL))
    assert expect(models.SharedConversation, seen).title == "Planning", seen
    print("  a link that anybody can open")


def check_end(client: AuthenticatedClient, conversation: str) -> None:
    export = expect(models.ConversationExport, export_conversation.sync(conversation, client=client))
    assert len(export.items) == 4, export
    assert delete_conversation.sync_detailed(conversation, client=client).status_code == 204
    absent = expect(models.ErrorResponse, get_conversation.sync(conversation, client=client))
    assert absent.error.code == "conversation_not_found" and absent.error.request_id, absent
    print("  an export, a deletion, and an error with its code")


def main() -> None:
    print("a client for Python, made by openapi-python-client")
    client = sign_in()
    conversation = check_conversations(client)
    check_items(client, conversation)
    check_replies(client, conversation)
    check_shares(client, conversation)
    check_end(client, conversation)


if __name__ == "__main__":
    main()
