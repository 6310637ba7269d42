"""Bring a database to the present schema, or say which one it has; Alembic is slow to load, so only where needed."""

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table

from centre.database import engine
from centre.permissions import Actor
from centre.row_security import grant, raise_walls
from centre.scopes import tell
from centre.settings import settings
from centre.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

_NAMED = re.compile(r'^(revision|down_revision) = "([^"\n]+)"$', re.MULTILINE)


def upgrade(revision: str = "head") -> None:
    """Run every step that the settings' database lacks; doing it twice changes nothing."""
    from alembic import command

    if settings().is_sqlite:
        settings().data_dir.mkdir(parents=True, exist_ok=True)
    with engine().execution_options(write=True).begin() as connection:
        if not settings().is_sqlite:
            tell(connection, Actor.system().scope)  # steps that move data meet the walls of the step before
        command.upgrade(configuration(connection), revision)
        raise_walls(connection)


def admit(role: str) -> None:
    """Let a PostgreSQL role work with the tables, without the right to change the audit log."""
    with engine().begin() as connection:
        grant(connection, role)


def downgrade(revision: str) -> None:
    """Take steps back to a revision; `base` empties the database."""
    from alembic import command

    with engine().execution_options(write=True).begin() as connection:
        command.downgrade(configuration(connection), revision)


def current() -> str | None:
    """The revision of the settings' database; None when it is empty."""
    with engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = select(column("version_num", String)).select_from(table("alembic_version"))
        revision: str | None = connection.scalar(version)
        return revision


@lru_cache(maxsize=1)
def newest() -> str:
    """The revision that this code needs: the step that no other step follows."""
    steps = [dict(_NAMED.findall(path.read_text())) for path in (MIGRATIONS / "versions").glob("*.py")]
    followed = {step.get("down_revision") for step in steps}
    (last,) = (str(step["revision"]) for step in steps if step["revision"] not in followed)
    return last


def configuration(connection: Connection) -> "Config":
    """Alembic's configuration for one connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config
