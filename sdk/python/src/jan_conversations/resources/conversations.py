from __future__ import annotations

from typing import Unpack

from .. import models, params
from .._api import IfMatch
from ..page import Page
from ._resource import Resource


class Conversations(Resource):
    """Conversations of a person with a model."""

    def create(self, **body: Unpack[params.CreateConversationRequest]) -> models.Conversation:
        """Makes a conversation, with its first `items` if there are some."""
        return self._api.get(models.Conversation, "create_conversation", body=body)

    def list(self, **query: Unpack[params.ListConversationsQuery]) -> Page[models.Conversation]:
        """Your conversations, newest first; `limit` is the length of a page."""
        return Page(
            lambda after: self._api.get(
                models.ConversationList, "list_conversations", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def search(self, **query: Unpack[params.ListSearchHitsQuery]) -> Page[models.SearchHit]:
        """Messages and titles with what `q` says, newest first; `limit` is the length of a page."""
        return Page(
            lambda after: self._api.get(
                models.SearchHitList, "list_search_hits", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def get(
        self, conversation_id: str, **query: Unpack[params.GetConversationQuery]
    ) -> models.ConversationWithItems:
        """A conversation with its messages."""
        return self._api.get(
            models.ConversationWithItems, "get_conversation", conversation_id, query=query
        )

    def update(
        self,
        conversation_id: str,
        *,
        if_match: IfMatch = None,
        **body: Unpack[params.UpdateConversationRequest],
    ) -> models.Conversation:
        """Changes what is given; None clears it. With `if_match` only if it is still as it was read there."""
        return self._api.get(
            models.Conversation,
            "update_conversation",
            conversation_id,
            body=body,
            if_match=if_match,
        )

    def delete(self, conversation_id: str, *, if_match: IfMatch = None) -> None:
        """Deletes a conversation for good, with its messages and links."""
        self._api.do("delete_conversation", conversation_id, if_match=if_match)

    def bulk_delete(
        self, **body: Unpack[params.BulkDeleteConversationsRequest]
    ) -> models.BulkDeletion:
        """Deletes up to 100 conversations; those that cannot be deleted are told."""
        return self._api.get(models.BulkDeletion, "bulk_delete_conversations", body=body)

    def bulk(self, **body: Unpack[params.BulkConversationsRequest]) -> models.BulkResult:
        """Archives, pins, moves, tags or deletes up to 100 conversations; those where it cannot be done are told."""
        return self._api.get(models.BulkResult, "update_conversations", body=body)

    def cancel(
        self, conversation_id: str, **body: Unpack[params.CancelTurnRequest]
    ) -> models.CancelledTurn:
        """Ends the reply that is being written, and keeps what there is of it, unless `keep=False`."""
        return self._api.get(models.CancelledTurn, "cancel_turn", conversation_id, body=body)

    def export(self, conversation_id: str) -> models.ConversationExport:
        """Everything of a conversation, earlier versions included."""
        return self._api.get(models.ConversationExport, "export_conversation", conversation_id)

    def export_markdown(self, conversation_id: str) -> str:
        """The conversation as a Markdown document."""
        return self._api.text("export_conversation_markdown", conversation_id)
