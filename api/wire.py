"""What the API tells: the base of everything on the wire that is no draft (接口输出)."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Made of a model, a dataclass or its parts; built when it is first told, not all of them at the start."""

    model_config = ConfigDict(from_attributes=True)
