from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An answer. Fields that a later release of the service adds are kept, too."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())
