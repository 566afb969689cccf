from __future__ import annotations

from typing import Unpack

from .. import models, params
from .._refuse import refuse
from ..page import Page
from ._resource import Resource


class Shares(Resource):
    """Links that show a conversation, or one message, to everybody who has them."""

    def create(
        self, conversation_id: str, **body: Unpack[params.ShareConversationRequest]
    ) -> models.Share:
        """Shares a conversation as it stands now; with `live=True`, what follows as well."""
        return self._api.get(models.Share, "share_conversation", conversation_id, body=body)

    def create_for_item(
        self, conversation_id: str, item_id: str, **body: Unpack[params.ShareItemRequest]
    ) -> models.Share:
        """Shares a single message."""
        return self._api.get(models.Share, "share_item", conversation_id, item_id, body=body)

    def list(self, **query: Unpack[params.ListSharesQuery]) -> Page[models.Share]:
        """Your links."""
        return Page(
            lambda after: self._api.get(
                models.ShareList, "list_shares", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def list_for_conversation(
        self, conversation_id: str, **query: Unpack[params.ListConversationSharesQuery]
    ) -> Page[models.Share]:
        return Page(
            lambda after: self._api.get(
                models.ShareList,
                "list_conversation_shares",
                conversation_id,
                query=query | {"after": after},
            ),
            query.get("after"),
        )

    def revoke(self, share_id: str) -> None:
        """Ends a link, for the very next request."""
        self._api.do("revoke_share", share_id)

    def revoke_for_conversation(self, conversation_id: str, share_id: str) -> None:
        self._api.do("revoke_conversation_share", conversation_id, share_id)

    def open(
        self, share_id: str, **query: Unpack[params.GetSharedConversationQuery]
    ) -> models.SharedConversation:
        """What a link shows; no sign-in is needed."""
        form = query.get("format")
        call = "client.shares.open_markdown(…); the HTML page is at the link's url"
        refuse(form != "json" and form, "format", call)
        return self._api.get(
            models.SharedConversation, "get_shared_conversation", share_id, query=query
        )

    def open_markdown(
        self, share_id: str, **query: Unpack[params.GetSharedConversationQuery]
    ) -> str:
        """The same as a Markdown document."""
        return self._api.text("get_shared_conversation", share_id, query={**query, "format": "md"})

    def add(
        self, share_id: str, **body: Unpack[params.CreateSharedItemRequest]
    ) -> models.SharedItem:
        """Adds a message through a link that is not read-only."""
        return self._api.get(models.SharedItem, "create_shared_item", share_id, body=body)

    def fork(self, share_id: str) -> models.Conversation:
        """Copies what a link shows into a conversation of your own."""
        return self._api.get(models.Conversation, "fork_shared_conversation", share_id)
