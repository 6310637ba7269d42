"""Write the migration from the newest one to the present models: `make migration NAME="seats of a class"`."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from centre import schema
from centre.database import engine
from tests.databases import import_models, settings_from


def write_migration(name: str, folder: Path) -> None:
    """Compare a freshly migrated database with the models and write the difference below centre/migrations."""
    versions = schema.MIGRATIONS / "versions"
    number = len(list(versions.glob("[0-9]*.py"))) + 1
    revision = "_".join([f"{number:04}", *name.lower().split()])
    with settings_from(database_url=f"sqlite:///{folder / 'migrated.db'}", data_dir=str(folder)):
        if number > 1:
            schema.upgrade()
        with engine().execution_options(write=True).begin() as connection:
            configuration = schema.configuration(connection)
            configuration.set_main_option("file_template", "%%(rev)s")
            command.revision(configuration, message=name[:1].upper() + name[1:], autogenerate=True, rev_id=revision)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(versions / f"{revision}.py")], check=True)


if __name__ == "__main__":
    import_models()
    with TemporaryDirectory() as place:
        write_migration(" ".join(sys.argv[1:]) or "changes", Path(place))
