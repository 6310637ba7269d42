"""Bring a database to the present schema, or say that it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from centre.database import Base, engine
from centre.settings import settings

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(revision: str = "head") -> None:
    """Run every step that the settings' database lacks; doing it twice changes nothing."""
    if settings().is_sqlite:
        settings().data_dir.mkdir(parents=True, exist_ok=True)
    with engine().execution_options(write=True).begin() as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(revision: str) -> None:
    """Take steps back to a revision; `base` empties the database."""
    with engine().execution_options(write=True).begin() as connection:
        command.downgrade(configuration(connection), revision)


def current() -> tuple[str | None, str | None]:
    """The revision of the database and the newest one that this code knows."""
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for one connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    made.attributes["metadata"] = Base.metadata
    return made
