"""Health: liveness and readiness."""

from typing import Literal

from api.dependencies import PUBLIC, Routes, Unit
from api.wire import Wire
from centre import schema
from centre.errors import Unavailable

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
    """Readiness: the database responds and has the expected schema; 503 otherwise."""
    del unit
    if schema.current() != schema.newest():
        raise Unavailable
    return Health()
