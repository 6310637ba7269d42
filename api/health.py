"""Health: liveness and readiness."""

from typing import Literal

from api.dependencies import PUBLIC, Routes, Unit
from api.wire import Wire
from centre import schema
from centre.errors import Unavailable
from centre.keys import WrongKey, is_ready

routes = Routes(prefix="/health", tags=["health"], versioned=False)


class Health(Wire):
    """The state of the service."""

    status: Literal["ok"] = "ok"


@routes.get("/live", allow=PUBLIC)
def live(unit: Unit) -> Health:
    """Liveness: the process responds."""
    del unit
    return Health()


@routes.get("/ready", allow=PUBLIC)
def ready(unit: Unit) -> Health:
    """Readiness: the database responds, has the expected schema, and fits our keys; 503 otherwise."""
    del unit
    if schema.current() != schema.newest():
        raise Unavailable
    if not is_ready():
        raise WrongKey
    return Health()
