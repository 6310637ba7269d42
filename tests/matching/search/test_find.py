"""Searching openings by the words that people really type, up to date within a second (MA-02, MA-16)."""

import time

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.engine.fit.profiles import Risk
from matching.live.openings import LOOK_EVERY, board
from matching.search.find import search_openings, similar_openings
from matching.search.rules import SearchCriteria
from tests.matching import world
from tests.matching.world import Town


def ids(**criteria: object) -> list[int]:
    return [listed.id for listed in search_openings(SearchCriteria.model_validate(criteria)).items]


@pytest.mark.parametrize("typed", ["挡车工", "挡車工", "dangchegong", "dang che gong", "dcg", "挡车公", "dangchegon"])
def test_however_a_spinner_writes_the_trade_the_spinning_job_comes_first(town: Town, typed: str) -> None:
    assert ids(q=typed)[0] == town.openings["spin"]


def test_both_scripts_and_the_gloss_of_machine_converted_pages_find_the_same(town: Town) -> None:
    answers = [search_openings(SearchCriteria(q=typed)) for typed in ("紡織業(yè)", "纺织业", "紡織業")]
    assert len({tuple(listed.id for listed in results.items) for results in answers}) == 1
    assert {results.total for results in answers} == {answers[0].total}
    assert answers[0].total > 0
    assert all("纺织" in results.words for results in answers), "what the pages mark in the titles"


def test_a_place_in_the_query_is_a_filter_and_not_a_word(town: Town) -> None:
    results = search_openings(SearchCriteria(q="南通挡车工"))
    assert [listed.id for listed in results.items] == [town.openings["spin"]]
    assert results.places == ("320600",)


def test_ticks_narrow_the_list_and_counts_are_real(town: Town) -> None:
    everything = search_openings(SearchCriteria())
    assert everything.total == 4
    assert everything.facets["offer"] == {"training": 1, "day": 1, "night": 1}
    assert ids(offer=("training",)) == [town.openings["sew"]]
    assert ids(wage_min=6_000) == [town.openings[key] for key in ("line", "spin")]
    assert search_openings(SearchCriteria(region=("610400",))).total == 1


def test_openings_sort_by_distance_pay_and_day(town: Town) -> None:
    everything = search_openings(SearchCriteria(sort="near", near="320600")).items
    assert everything[0].region_code[:4] == "3206"
    home = search_openings(SearchCriteria(sort="near", near="610402")).items
    assert home[0].region_code[:4] == "6104"
    pay = [listed.wage_min_fen or 0 for listed in search_openings(SearchCriteria(sort="pay")).items]
    assert pay == sorted(pay, reverse=True)
    days = [listed.posted_on for listed in search_openings(SearchCriteria(sort="new")).items]
    assert days == sorted(days, reverse=True)


def test_pages_of_a_sorted_list_hold_every_opening_once(town: Town) -> None:
    criteria = SearchCriteria(sort="near", near="610402")
    pages = [listed.id for start in (0, 2) for listed in search_openings(criteria, limit=2, offset=start).items]
    assert pages == [listed.id for listed in search_openings(criteria).items]
    assert len(set(pages)) == 4


def test_no_answer_is_never_a_blank_page(town: Town) -> None:
    results = search_openings(SearchCriteria(q="挡车工", region=("610404",)))
    assert results.total == 0
    assert results.elsewhere >= 1
    assert [(wider.region_code, wider.total) for wider in results.wider] == [("", results.wider[-1].total)]
    assert results.wider[-1].total >= 1
    assert any(near.code == world.SEWING and near.total == 1 for near in results.neighbours)


def test_a_new_a_changed_and_a_closed_opening_are_seen_within_a_second(any_town: Town) -> None:
    assert ids(q="焊工") == []
    with open_session(Actor.system().scope, write=True) as session:
        opening = world.add_opening(
            session, any_town, "weld", "渭城新棉制衣(虚构)", title="电焊工", occupation_code="6-18-02-04",
            region_code="610404", wage_min_fen=500_000,
        )  # fmt: skip
    time.sleep(LOOK_EVERY * 1.1)
    assert ids(q="焊工") == [opening.id]
    with open_session(Actor.system().scope, write=True) as session:
        session.scalars(select(Opening).where(Opening.id == opening.id)).one().wage_min_fen = 900_000
    time.sleep(LOOK_EVERY * 1.1)
    assert ids(q="焊工", wage_min=8_000) == [opening.id]
    with open_session(Actor.system().scope, write=True) as session:
        session.scalars(select(Opening).where(Opening.id == opening.id)).one().state = OpeningState.CLOSED
    time.sleep(LOOK_EVERY * 1.1)
    assert ids(q="焊工") == []


@pytest.mark.rule("employer-watch", "search")
@pytest.mark.rule("employer-suspended", "search")
def test_watching_warns_at_once_and_suspension_removes_the_openings(town: Town) -> None:
    assert search_openings(SearchCriteria(q="缝纫")).items[0].risk is Risk.NORMAL
    boss = town.employers["渭城新棉制衣(虚构)"]
    with open_session(Actor.system().scope, write=True) as session:
        judge_employer(session, Actor.system(), employer_id=boss, event="warn", reason="投诉属实")
    time.sleep(LOOK_EVERY * 1.1)
    assert search_openings(SearchCriteria(q="缝纫")).items[0].risk is Risk.WATCH
    with open_session(Actor.system().scope, write=True) as session:
        judge_employer(session, Actor.system(), employer_id=boss, event="suspend", reason="拖欠工资")
    time.sleep(LOOK_EVERY * 1.1)
    assert search_openings(SearchCriteria(q="缝纫")).total == 0


def test_similar_openings_are_of_the_same_field_and_never_the_opening_itself(town: Town) -> None:
    spin = board().look().listed[town.openings["spin"]]
    with open_session(Actor.system().scope, write=True) as session:
        opening = world.add_opening(
            session, town, "weave", "昆山晨屹电子(虚构)", title="织布挡车", occupation_code=world.WEAVING,
            region_code="320583", wage_min_fen=550_000,
        )  # fmt: skip
    time.sleep(LOOK_EVERY * 1.1)
    assert [listed.id for listed in similar_openings(spin)] == [opening.id]
