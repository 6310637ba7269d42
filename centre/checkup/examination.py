"""All checks in order; what needs the database is left out when it does not answer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from centre.checkup import machine, operation, storage
from centre.checkup.finding import CheckupVerdict, Finding, fault, good
from centre.database import engine, open_session
from centre.permissions import Actor
from centre.settings import settings

LEAST_FREE_GB = 2.0
MOST_BACKUP_AGE = timedelta(days=2)


def examine(
    *,
    least_free_gb: float = LEAST_FREE_GB,
    most_backup_age: timedelta = MOST_BACKUP_AGE,
    backups: Path | None = None,
) -> list[Finding]:
    """Every finding, the good ones as well. Nothing is changed; names and numbers of people are not read."""
    known = settings()
    findings = [machine.folders(known), machine.disk(known, least_free_gb), *machine.permissions(known)]
    findings += _of_database()
    findings += [machine.backups(known, backups, most_backup_age), *machine.addresses(known)]
    return findings


def _of_database() -> Iterator[Finding]:
    known = settings()
    path = Path(known.url.removeprefix("sqlite:///"))
    if known.is_sqlite and not path.exists():
        yield fault("database", f"{path} is not there", "Run `gangqiao init`, or restore a backup")
        return
    try:
        with engine().connect() as connection:
            place = engine().url.render_as_string(hide_password=True)
            yield good("database", f"answers at {place}")
            whole = storage.integrity(connection)
        yield whole
        version = storage.schema_version()
        yield version
        if whole.verdict is CheckupVerdict.FAULT or version.verdict is CheckupVerdict.FAULT:
            return
        yield storage.keys()
        with engine().connect() as connection:
            yield storage.indexes(connection)
            yield storage.guards(connection)
        with open_session(Actor.system().scope) as session:
            yield storage.clocks(session)
            yield operation.set_up(session)
            yield from operation.jobs(session)
            yield from operation.messages(session, known)
            yield operation.demo_data(session, known)
            yield operation.rules(session)
    except DBAPIError as error:
        advice = "Is the server running, and GANGQIAO_DATABASE_URL right? SQLite: is the file readable?"
        yield fault("database", f"does not answer ({type(error.orig).__name__})", advice)
