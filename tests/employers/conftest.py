"""A city in a fresh database, with the clock frozen on a Monday in March 2026."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from centre import clock
from centre.database import open_session
from centre.scopes import ScopedSession
from tests.employers.browser import Opener, opener
from tests.employers.world import SYSTEM, found_city, officer_account


@pytest.fixture
def frozen() -> Iterator[None]:
    """Monday 2 March 2026, 10:00 in Shanghai."""
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def session(any_database: str, frozen: None) -> Iterator[ScopedSession]:
    """A write session of the system in the city, on both databases."""
    with open_session(SYSTEM.scope, write=True) as opened:
        found_city(opened)
        officer_account(opened)
        yield opened


@pytest.fixture
def as_(database: str, frozen: None) -> Opener:
    """Browsers of the city's accounts: `as_("organiser")`, `as_("employer1")`, `as_()` for a visitor."""
    return opener()
