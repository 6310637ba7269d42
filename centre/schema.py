"""Schema migrations with Alembic, which is slow to import and therefore loaded only when needed."""

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table

from centre.database import engine, owner_engine
from centre.permissions import Actor
from centre.row_security import apply_policies, grant
from centre.scopes import tell
from centre.settings import settings
from centre.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

_NAMED = re.compile(r'^(revision|down_revision) = "([^"\n]+)"$', re.MULTILINE)


def upgrade(revision: str = "head") -> None:
    """Apply all pending migrations; running it again changes nothing."""
    from alembic import command

    if settings().is_sqlite:
        settings().data_dir.mkdir(parents=True, exist_ok=True)
    with owner_engine().execution_options(write=True).begin() as connection:
        if not settings().is_sqlite:
            tell(connection, Actor.system().scope)  # data migrations run under the earlier policies
        command.upgrade(configuration(connection), revision)
        apply_policies(connection)


def admit(role: str) -> None:
    """Grant a PostgreSQL role the rights of the service, append-only on the audit log."""
    with owner_engine().begin() as connection:
        grant(connection, role)


def downgrade(revision: str) -> None:
    """Downgrade to a revision; `base` empties the database."""
    from alembic import command

    with owner_engine().execution_options(write=True).begin() as connection:
        command.downgrade(configuration(connection), revision)


def database_name() -> str:
    """The kind and the version of the settings' database, such as sqlite 3.45.1."""
    with engine().connect() as connection:
        dialect = connection.dialect
        return " ".join([dialect.name, ".".join(map(str, dialect.server_version_info or ()))]).strip()


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
    """The latest revision, which this code requires."""
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
