"""The town in which matching is tested."""

from collections.abc import Iterator

import pytest

from centre import clock
from tests.matching import world


@pytest.fixture
def town(database: str) -> Iterator[world.Town]:
    """The small town on SQLite, on Monday 9 March 2026."""
    with clock.frozen(world.MONDAY):
        yield world.build()


@pytest.fixture
def any_town(any_database: str) -> Iterator[world.Town]:
    """The small town on SQLite, then on PostgreSQL."""
    with clock.frozen(world.MONDAY):
        yield world.build()
