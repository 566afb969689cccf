from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr


class Record(BaseModel):
    """An answer. Fields that a later release of the service adds are kept, too."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    _etag: str | None = PrivateAttr(default=None)

    @property
    def etag(self) -> str | None:
        """Names the state in which the service answered with this object, for `if_match`. An entry of a list has none."""
        return self._etag

    def __eq__(self, other: Any) -> bool:
        # The same object, read by itself or in a list.
        if type(self) is not type(other):
            return NotImplemented
        return (self.__dict__, self.__pydantic_extra__) == (other.__dict__, other.__pydantic_extra__)
