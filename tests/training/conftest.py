"""The city in which training is tested."""

from collections.abc import Iterator

import pytest

from centre import clock
from tests.training import world


@pytest.fixture
def city(database: str) -> Iterator[world.City]:
    """The small city on SQLite, on Monday 9 March 2026."""
    with clock.frozen(world.MONDAY):
        yield world.build()


@pytest.fixture
def any_city(any_database: str) -> Iterator[world.City]:
    """The small city on SQLite, then on PostgreSQL."""
    with clock.frozen(world.MONDAY):
        yield world.build()
