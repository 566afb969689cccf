from __future__ import annotations

from typing import Unpack

from .. import models, params
from .._api import IfMatch
from ._resource import Resource


class Settings(Resource):
    """Your profile for models, and your program's own preferences."""

    def get(self) -> models.UserSettings:
        """Your settings. What was never set is None or empty."""
        return self._api.get(models.UserSettings, "get_settings")

    def update(
        self, *, if_match: IfMatch = None, **body: Unpack[params.UpdateUserSettingsRequest]
    ) -> models.UserSettings:
        """Changes what is given; None clears it. `preferences` are replaced as a whole. With `if_match` only if they
        are still as they were read there."""
        return self._api.get(
            models.UserSettings, "update_settings", body=body, if_match=if_match
        )
