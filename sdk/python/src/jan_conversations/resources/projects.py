from __future__ import annotations

from typing import Unpack

from .. import models, params
from .._api import IfMatch
from ..page import Page
from ._resource import Resource


class Projects(Resource):
    """Folders of conversations, with an instruction for the model."""

    def create(self, **body: Unpack[params.CreateProjectRequest]) -> models.Project:
        return self._api.get(models.Project, "create_project", body=body)

    def list(self, **query: Unpack[params.ListProjectsQuery]) -> Page[models.Project]:
        return Page(
            lambda after: self._api.get(
                models.ProjectList, "list_projects", query=query | {"after": after}
            ),
            query.get("after"),
        )

    def get(self, project_id: str) -> models.Project:
        return self._api.get(models.Project, "get_project", project_id)

    def update(
        self,
        project_id: str,
        *,
        if_match: IfMatch = None,
        **body: Unpack[params.UpdateProjectRequest],
    ) -> models.Project:
        """Changes what is given; None clears it. With `if_match` only if it is still as it was read there."""
        return self._api.get(
            models.Project, "update_project", project_id, body=body, if_match=if_match
        )

    def delete(self, project_id: str, *, if_match: IfMatch = None) -> None:
        """Deletes a project; its conversations stay."""
        self._api.do("delete_project", project_id, if_match=if_match)

    def conversations(
        self, project_id: str, **query: Unpack[params.ListProjectConversationsQuery]
    ) -> Page[models.Conversation]:
        return Page(
            lambda after: self._api.get(
                models.ConversationList,
                "list_project_conversations",
                project_id,
                query=query | {"after": after},
            ),
            query.get("after"),
        )
