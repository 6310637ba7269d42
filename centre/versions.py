"""What an installation runs: the service, Python, the database with its schema, and the libraries (版本)."""

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from platform import python_version

from centre import schema

SERVICE = "gangqiao"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_FOR_DEVELOPERS = re.compile(r"extra == .(?:dev|bench).")


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one running process (版本); `libraries` are those that the service names itself."""

    service: str
    python: str
    database: str
    schema_now: str
    schema_newest: str
    libraries: tuple[tuple[str, str], ...]

    @property
    def schema_fits(self) -> bool:
        """Whether the database has the tables that this code expects."""
        return self.schema_now == self.schema_newest


def versions() -> Versions:
    """The versions of this process and of its database."""
    return Versions(
        service=version(SERVICE),
        python=python_version(),
        database=schema.database_name(),
        schema_now=schema.current() or "",
        schema_newest=schema.newest(),
        libraries=_libraries(),
    )


def _libraries() -> tuple[tuple[str, str], ...]:
    """Every installed library that the service uses, including the extras."""
    lines = [line for line in requires(SERVICE) or () if not _FOR_DEVELOPERS.search(line)]
    names = {matched[0] for line in lines if (matched := _NAME.match(line))}
    installed = []
    for name in sorted(names, key=str.casefold):
        try:
            installed.append((name, version(name)))
        except PackageNotFoundError:  # an extra that this installation goes without
            continue
    return tuple(installed)
