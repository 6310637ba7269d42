"""Whether the service lives and is ready to answer."""

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select

from api.dependencies import PUBLIC, Routes, Unit
from centre import schema
from centre.errors import Unavailable
from centre.network import Centre

routes = Routes(prefix="/health", tags=["health"], versioned=False)


class Health(BaseModel):
    """The state of the service."""

    status: Literal["ok"] = "ok"


@routes.get("/live", allow=PUBLIC)
def live(unit: Unit) -> Health:
    """The process answers."""
    del unit
    return Health()


@routes.get("/ready", allow=PUBLIC)
def ready(unit: Unit) -> Health:
    """The database answers and has the schema that this code needs; 503 otherwise."""
    unit.session.execute(select(Centre.id).limit(1)).first()
    _check_schema()
    return Health()


@lru_cache(maxsize=1)
def _check_schema() -> None:
    # Asked once a process: a schema that fits does not stop fitting while the process runs, and errors are not kept.
    if schema.current() != schema.newest():
        raise Unavailable
