from __future__ import annotations

from .. import models
from ._resource import Resource


class Service(Resource):
    """The server itself."""

    def health(self) -> models.Health:
        return self._api.get(models.Health, "get_health")

    def readiness(self) -> models.Readiness:
        return self._api.get(models.Readiness, "get_readiness")

    def version(self) -> models.Version:
        return self._api.get(models.Version, "get_version")
