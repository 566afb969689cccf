from __future__ import annotations

from .._api import Api


class Resource:
    def __init__(self, api: Api) -> None:
        self._api = api
