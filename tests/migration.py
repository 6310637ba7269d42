"""Write the migration from the newest one to the present models: `make migration NAME="seats of a class"`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from centre import schema
from centre.database import engine
from tests.databases import import_models, settings_from


def write_migration(name: str, folder: Path) -> None:
    """Compare a freshly migrated database with the models and write the difference below centre/migrations."""
    number = len(list((schema.MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    with settings_from(database_url=f"sqlite:///{folder / 'migrated.db'}", data_dir=str(folder)):
        if number > 1:
            schema.upgrade()
        with engine().execution_options(write=True).begin() as connection:
            configuration = schema.configuration(connection)
            command.revision(configuration, message=name[:1].upper() + name[1:], autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    import_models()
    with TemporaryDirectory() as place:
        write_migration(" ".join(sys.argv[1:]) or "changes", Path(place))
