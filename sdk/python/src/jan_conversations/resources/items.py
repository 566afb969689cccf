from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from .. import models, params
from .._api import MODEL_TIMEOUT, IfMatch
from .._refuse import refuse
from ..page import Page
from ..streams import ItemEvent, Stream, item_events
from ._resource import Resource


class Items(Resource):
    """The messages of a conversation, in order."""

    def create(
        self, conversation_id: str, **body: Unpack[params.CreateItemRequest]
    ) -> models.Item:
        """Adds a message at the end."""
        return self._api.get(models.Item, "create_item", conversation_id, body=body)

    def create_many(
        self, conversation_id: str, **body: Unpack[params.CreateItemsRequest]
    ) -> Sequence[models.Item]:
        """Adds up to 100 messages at the end, in order, all or none."""
        return self._api.get(models.ItemList, "create_items", conversation_id, body=body).data

    def list(
        self, conversation_id: str, **query: Unpack[params.ListItemsQuery]
    ) -> Page[models.Item]:
        """The messages, oldest first; `limit` is the length of a page."""
        return Page(
            lambda after: self._api.get(
                models.ItemList, "list_items", conversation_id, query=query | {"after": after}
            ),
            query.get("after"),
        )

    def get(self, conversation_id: str, item_id: str) -> models.Item:
        return self._api.get(models.Item, "get_item", conversation_id, item_id)

    def delete(self, conversation_id: str, item_id: str, *, if_match: IfMatch = None) -> None:
        self._api.do("delete_item", conversation_id, item_id, if_match=if_match)

    def edit(
        self,
        conversation_id: str,
        item_id: str,
        *,
        if_match: IfMatch = None,
        **body: Unpack[params.EditItemRequest],
    ) -> models.Item:
        """Gives a message another text; the earlier one stays as a version. With `if_match` only if it is still as
        it was read there."""
        return self._api.get(
            models.Item, "edit_item", conversation_id, item_id, body=body, if_match=if_match
        )

    def versions(
        self, conversation_id: str, item_id: str, **query: Unpack[params.ListItemVersionsQuery]
    ) -> Page[models.ItemVersion]:
        return Page(
            lambda after: self._api.get(
                models.ItemVersionList,
                "list_item_versions",
                conversation_id,
                item_id,
                query=query | {"after": after},
            ),
            query.get("after"),
        )

    def restore(
        self, conversation_id: str, item_id: str, version: int, *, if_match: IfMatch = None
    ) -> models.Item:
        """Makes the text of an earlier version the present one, as a new version."""
        return self._api.get(
            models.Item,
            "restore_item_version",
            conversation_id,
            item_id,
            str(version),
            body={},
            if_match=if_match,
        )

    def regenerate(
        self, conversation_id: str, item_id: str, **body: Unpack[params.StreamItemReplyRequest]
    ) -> models.Item:
        """Has a model reply (anew) to a user's message, or write an assistant's message anew."""
        refuse(body.get("stream"), "stream", "client.items.stream_reply(…)")
        return self._api.get(
            models.Item,
            "regenerate_item",
            conversation_id,
            item_id,
            body=body,
            timeout=MODEL_TIMEOUT,
        )

    def stream_reply(
        self, conversation_id: str, item_id: str, **body: Unpack[params.StreamItemReplyRequest]
    ) -> Stream[ItemEvent]:
        """`regenerate` as the reply is written. The last event is an ItemCompleted; a failure is raised."""
        response = self._api.send(
            "stream_item_reply",
            (conversation_id, item_id),
            body=body,
            timeout=MODEL_TIMEOUT,
            stream=True,
        )
        return Stream(response, item_events)
