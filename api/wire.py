"""The base class of response models (接口输出)."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A response model, built from objects; its schema is compiled on first use, not at start-up."""

    model_config = ConfigDict(from_attributes=True)
