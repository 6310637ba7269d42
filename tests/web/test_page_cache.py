"""Result pages are cached for other visitors until an opening changes."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.search.models import SearchCount
from matching.search.word_counts import write_counts
from tests.web.desks import Desk, Hall, opened
from web.page_cache import KeptPage, PageCache
from web.pages.public import home as home_page

PATH = "/openings?q=水下焊工"


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    """The demo town with more openings for one trade than fit on a page."""
    with opened() as town:
        with open_session(Actor.system().scope, write=True) as session:
            boss = session.scalars(
                select(Employer.id).where(Employer.state == EmployerState.ACTIVE).order_by(Employer.id)
            ).first()
            session.add_all(
                Opening(
                    employer_id=boss, state=OpeningState.OPEN, posted_at=clock.now(), title=f"水下焊工{number}",
                    content="焊管道", valid_until=clock.today() + timedelta(days=30), occupation_code="6-18-02-04",
                    region_code="610404", wage_min_fen=500_000,
                )
                for number in range(25)
            )  # fmt: skip
        yield town


def drop(desk: Desk, path: str, gone: str) -> None:
    """Wait until a text has disappeared from a page, at most a second."""
    end = time.monotonic() + 1
    while gone in desk.get(path):
        assert time.monotonic() < end, f"{gone} is still there"
        time.sleep(0.02)


def counted(word: str) -> int:
    """How often a word was searched."""
    write_counts()
    with open_session(Actor.system().scope) as session:
        return sum(session.scalars(select(SearchCount.asked).where(SearchCount.word == word)))


def test_the_second_visitor_gets_the_page_of_the_first(hall: Hall) -> None:
    first = hall.enter().get(PATH)
    ground, pages = home_page._pages._stands
    assert [kept.body.decode() for kept in pages.values()] == [first]
    assert hall.enter().get(PATH) == first
    assert home_page._pages._stands == (ground, pages)


def test_each_language_and_display_setting_has_its_own_cached_page(hall: Hall) -> None:
    desk = hall.enter()
    seen = [desk.get(PATH), desk.get(f"{PATH}&lang=en"), desk.get(f"{PATH}&page=2")]
    cookies = ("gq_lang=en", "gq_size=big", "gq_contrast=high")
    seen += [desk.client.get(PATH, headers={"cookie": cookie}).text for cookie in cookies]
    assert len(set(seen)) == len(seen)


@pytest.mark.rule("employer-suspended", "page")
def test_withdrawn_renamed_or_suspended_openings_leave_cached_pages_within_a_second(hall: Hall) -> None:
    desk = hall.enter()
    assert "水下焊工24" in desk.get(PATH).replace("<mark>", "").replace("</mark>", "")
    with open_session(Actor.system().scope, write=True) as session:
        paused, renamed = session.scalars(select(Opening).where(Opening.title.in_(["水下焊工24", "水下焊工23"]))).all()
        addresses = [f'href="/openings/{opening.id}"' for opening in (paused, renamed)]
        paused.state, renamed.title, boss = OpeningState.PAUSED, "水下焊工旧", paused.employer_id
    assert addresses[1] in desk.get(PATH)
    drop(desk, PATH, addresses[0])
    assert "旧" in desk.get(PATH)
    with open_session(Actor.system().scope, write=True) as session:
        judge_employer(session, Actor.system(), employer_id=boss, event="warn", reason="投诉属实")
        judge_employer(session, Actor.system(), employer_id=boss, event="suspend", reason="拖欠工资")
    drop(desk, PATH, addresses[1])


def test_pages_of_signed_in_readers_are_neither_cached_nor_shared(hall: Hall) -> None:
    own = hall.enter("wang").get(PATH)
    assert "王秀兰" in own
    visitor = hall.enter().get(PATH)
    assert "王秀兰" not in visitor
    assert visitor in [kept.body.decode() for kept in home_page._pages._stands[1].values()]
    assert not any("王秀兰" in kept.body.decode() for kept in home_page._pages._stands[1].values())
    assert "王秀兰" in hall.enter("wang").get(PATH)


def test_search_words_are_counted_for_each_reader_of_a_cached_page(hall: Hall) -> None:
    before = counted("水下焊工")
    for _ in range(3):
        hall.enter().get(PATH)
    hall.enter().get(f"{PATH}&page=2")
    assert counted("水下焊工") == before + 3


def test_the_cache_is_emptied_when_the_openings_change_or_when_it_is_full() -> None:
    cache, old, new = PageCache(), object(), object()
    page = KeptPage(b"x", (), 1)
    for number in range(500):
        cache.put(old, number, page)
    assert cache.get(old, 0) is page
    assert cache.get(new, 0) is None
    cache.put(old, 500, page)
    assert (cache.get(old, 0), cache.get(old, 500)) == (None, page)
    cache.put(new, 1, page)
    assert cache.get(old, 500) is None
