"""Health: liveness and readiness."""

from typing import Literal

from api.dependencies import PUBLIC, Routes, Unit
from api.wire import Wire
from centre import schema
from centre.errors import Unavailable
from centre.jobs import failing_jobs
from centre.key_marks import WrongKey
from centre.keys import is_ready

routes = Routes(prefix="/health", tags=["health"], versioned=False)


class Health(Wire):
    """The state of the service; `failing_jobs` names due work whose last run failed and that is tried again."""

    status: Literal["ok"] = "ok"
    failing_jobs: tuple[str, ...] = ()


@routes.get("/live", allow=PUBLIC)
def live(unit: Unit) -> Health:
    """Liveness: the process responds."""
    del unit
    return Health()


@routes.get("/ready", allow=PUBLIC)
def ready(unit: Unit) -> Health:
    """Readiness: the database responds, has the expected schema, and fits our keys; 503 otherwise."""
    if schema.current() != schema.newest():
        raise Unavailable
    if not is_ready():
        raise WrongKey
    return Health(failing_jobs=tuple(failure.job for failure in failing_jobs(unit.session)))
