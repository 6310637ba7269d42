"""The places whose pages are tested: the demo town, the small city of employers, and the city of schools."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from centre import clock, privacy
from centre.permissions import Role
from tests.clients import client, crowd, each_database, signed_in, visitor
from tests.employers.browser import Opener, opener
from tests.training import world
from tests.training.course import add_staff
from tests.web.desks import Hall, opened

__all__ = ["client", "crowd", "each_database", "signed_in", "visitor"]


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    """The demo town."""
    with opened() as town:
        yield town


@pytest.fixture
def enter(database: str) -> Opener:
    """Opens browsers in the small city of employers; needs the empty database."""
    return opener()


@pytest.fixture
def as_(database: str) -> Iterator[Opener]:
    """Opens browsers in the small city of employers on a Monday in March 2026."""
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        yield opener()


@pytest.fixture
def city(database: str) -> Iterator[world.City]:
    """The city of schools, with a second training officer and a manager."""
    privacy.forget_keys()
    with clock.frozen(world.MONDAY):
        schools = world.build()
        add_staff(schools, second=Role.TRAINING_OFFICER, manager=Role.CITY_MANAGER)
        yield schools
