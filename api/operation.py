"""How the service runs: its jobs with their last run and errors, its keys by their check values, its versions."""

from datetime import datetime
from typing import Annotated

from fastapi import Path

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.jobs import job_lines, retry_job
from centre.keys import key_state
from centre.permissions import Permission
from centre.versions import versions as versions_here

routes = Routes(prefix="/operation", tags=["operation"])

ALLOW = Permission.READ_OPERATION


class JobFailureOut(Wire):
    """What went wrong in the last run of a job, by the kind of the error, and when it is tried again."""

    attempts: int
    first_at: datetime
    failed_at: datetime
    retry_at: datetime
    error: str


class JobOut(Wire):
    """A kind of due work; `is_late` when it missed three of its slots."""

    name: str
    summary: str
    every_seconds: int
    last_at: datetime | None
    is_late: bool
    failure: JobFailureOut | None


class KeyOut(Wire):
    """A master key by its check value, never the key; the root is the key of the blind indexes."""

    check_value: str
    added_at: datetime
    split_at: datetime | None
    is_root: bool
    is_newest: bool
    is_here: bool


class KeysOut(Wire):
    """The master keys; `trouble` is empty when those of this machine fit the database."""

    trouble: str
    is_escrowed: bool
    keys: list[KeyOut]


class LibraryOut(Wire):
    """A library and its version."""

    name: str
    version: str


class VersionsOut(Wire):
    """What this installation runs."""

    service: str
    python: str
    database: str
    schema_now: str
    schema_newest: str
    schema_fits: bool
    libraries: list[LibraryOut]


@routes.get("/jobs", allow=ALLOW)
def list_jobs(unit: Unit) -> list[JobOut]:
    """List every kind of due work by name, with its last run and its last failure."""
    return [
        JobOut(
            name=line.name,
            summary=line.summary,
            every_seconds=int(line.every.total_seconds()),
            last_at=line.last_at,
            is_late=line.is_late,
            failure=JobFailureOut.model_validate(line.failure) if line.failure else None,
        )
        for line in job_lines(unit.session, unit.actor)
    ]


@routes.post("/jobs/{job}/retry", allow=Permission.RETRY_JOBS, status_code=204)
def retry(unit: Unit, job: Annotated[str, Path(max_length=60)]) -> None:
    """Let a job that failed run at the worker's next look instead of after its pause."""
    retry_job(unit.session, unit.actor, name=job)


@routes.get("/keys", allow=ALLOW)
def read_keys(unit: Unit) -> KeysOut:
    """Read which master keys there are, by their check values, and whether they are held in escrow."""
    state = key_state(unit.session, unit.actor)
    keys = [KeyOut.model_validate(line) for line in state.lines]
    return KeysOut(trouble=state.trouble, is_escrowed=state.is_escrowed, keys=keys)


@routes.get("/versions", allow=ALLOW)
def read_versions(unit: Unit) -> VersionsOut:  # noqa: ARG001
    """Read the versions of the service, Python, the database with its schema, and the libraries."""
    here = versions_here()
    return VersionsOut(
        service=here.service,
        python=here.python,
        database=here.database,
        schema_now=here.schema_now,
        schema_newest=here.schema_newest,
        schema_fits=here.schema_fits,
        libraries=[LibraryOut(name=name, version=number) for name, number in here.libraries],
    )
