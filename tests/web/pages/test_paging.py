"""Lists of pages: what comes in while somebody reads on is neither repeated nor missed, and bookmarks still open."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from itertools import count

import pytest

from centre.database import open_session
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, published
from tests.planted import planted
from tests.training import world
from tests.web.pages.schools import browser
from training.classes.rules import ClassState
from web.pages.public import courses, home
from web.pages.school import desk

NEXT = re.compile(r'rel="next" href="([^"]*)"')
Get = Callable[[str], str]


def read_on(get: Get, address: str, row: str, meanwhile: Callable[[], object]) -> list[str]:
    """The rows of all pages, when something comes in before each further page."""
    rows: list[str] = []
    while address:
        page = get(address)
        rows += dict.fromkeys(re.findall(row, page))
        link = NEXT.search(page)
        address = unescape(link[1]) if link else ""
        if address:
            meanwhile()
        assert len(rows) < 60
    return rows


def test_the_openings_of_a_search_are_read_once_each_while_new_ones_come_in(enter: Opener) -> None:
    def publish(wage: int = 500_000) -> int:
        with open_session(SYSTEM.scope, write=True) as session:
            return published(session, wage_max_fen=wage + 100_000, wage_min_fen=wage).id

    at_first = {f"/openings/{publish()}" for _ in range(7)}
    visitor, dearer = enter(), count(600_000, 1_000)
    with planted(home, PAGE=3):
        for address, newcomer in (("/openings", publish), ("/openings?sort=pay", lambda: publish(next(dearer)))):
            rows = read_on(lambda at: visitor.get(at).text, address, r'"(/openings/[0-9]+)"', newcomer)
            assert len(rows) == len(set(rows))
            assert set(rows) >= at_first
        assert visitor.get("/openings?page=2").status_code == 200
        assert visitor.get("/openings?page=2&after=no").status_code == 422


@pytest.mark.parametrize(
    ("place", "size", "address", "key", "row", "state"),
    [
        (courses, "PAGE_SIZE", "/training", "", r"/training/classes/([0-9]+)", ClassState.RECRUITING),
        (desk, "PAST", "/school", "registrar", r"/school/classes/([0-9]+)", ClassState.ARCHIVED),
    ],
)
def test_classes_are_read_once_each_while_new_ones_come_in(
    city: world.City, place: object, size: str, address: str, key: str, row: str, state: ClassState
) -> None:
    numbers = count(10)

    def add(day: date = date(2026, 3, 11)) -> str:
        training = world.add_class(
            city, class_no=f"2026-{next(numbers)}", start=day, end=day + timedelta(days=9), state=state
        )
        return str(training)

    # The courses go by the first day, the past classes of a school by the last to begin.
    newcomer = date(2026, 3, 10) if state is ClassState.RECRUITING else date(2026, 3, 13)
    at_first = {add() for _ in range(7)}
    reader = browser(city, key)
    with planted(place, **{size: 3}):
        rows = read_on(lambda at: reader.get(at).text, address, row, lambda: add(newcomer))
        assert len(rows) == len(set(rows))
        assert set(rows) == at_first
        assert set(re.findall(row, reader.get(f"{address}?page=2").text))
