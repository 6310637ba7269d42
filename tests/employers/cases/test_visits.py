"""Visits to employers: who was visited, what they need, the outcome."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from centre import clock
from centre.database import open_session
from centre.desk.cases.actions import LinesClosed, mark_line
from centre.errors import Invalid
from centre.states import IllegalMove
from employers.cases.visits import VISIT
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from tests.centre.desk.world import SYSTEM, Counter, build


@pytest.fixture
def counter(any_database: object) -> Iterator[Counter]:
    """The counter on a Monday in March."""
    with clock.frozen(datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)):
        yield build()


def add_firms(counter: Counter, *names: str, state: EmployerState = EmployerState.ACTIVE) -> list[int]:
    with open_session(SYSTEM.scope, write=True) as session:
        firms = [Employer(name=name, region_code="610402", state=state, centre_id=counter.centre_id) for name in names]
        session.add_all(firms)
        session.flush()
        return [firm.id for firm in firms]


def planned(counter: Counter, firm: str = "秦川纺织厂") -> int:
    return counter.open(VISIT, firm=firm, due_on="2026-03-02")


def test_a_visit_is_settled_when_every_need_is_met(counter: Counter) -> None:
    case = planned(counter)
    with pytest.raises(LinesClosed):
        counter.line(VISIT, case, need="workers", note="挡车工 20 名")
    counter.step(VISIT, case, "visit", visited_on="2026-03-02", met="人事周敏", wanted=20, due_on="2026-03-16")
    need = counter.line(VISIT, case, need="workers", note="挡车工 20 名")
    with pytest.raises(Invalid):
        counter.step(VISIT, case, "settle", outcome="openings", opened=1)
    with open_session(counter.actor("clerk").scope, write=True) as session:
        mark_line(session, counter.actor("clerk"), kind=VISIT, case_id=case, line_id=need)
    assert counter.step(VISIT, case, "settle", outcome="openings", opened=1) == "settled"
    kept = counter.read(VISIT, case)
    assert (kept.met, kept.wanted, kept.outcome, kept.opened, kept.due_on) == ("人事周敏", 20, "openings", 1, None)


@pytest.mark.parametrize("report", [{"visited_on": "2026-03-03"}, {"visited_on": "2026-03-02", "due_on": "2026-03-01"}])
def test_a_visit_is_noted_when_it_has_happened(counter: Counter, report: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        counter.step(VISIT, planned(counter), "visit", met="周敏", **report)


def test_an_employer_is_visited_again_and_one_that_was_not_visited_is_not_settled(counter: Counter) -> None:
    case = planned(counter)
    with pytest.raises(IllegalMove):
        counter.step(VISIT, case, "settle", outcome="nothing")
    for day in ("2026-02-10", "2026-03-02"):
        assert counter.step(VISIT, case, "visit", visited_on=day, met="周敏") == "visited"
    assert str(counter.read(VISIT, case).visited_on) == "2026-03-02"
    assert counter.step(VISIT, planned(counter), "drop", reason="厂里停产") == "dropped"


def test_a_written_name_means_the_only_employer_that_has_it(counter: Counter) -> None:
    (only, *_), (first, _second) = add_firms(counter, "秦川 纺织厂"), add_firms(counter, "同名厂", "同名厂")
    assert counter.read(VISIT, planned(counter)).firm_id == only
    assert counter.read(VISIT, planned(counter, "同名厂")).firm_id is None
    chosen = counter.open(VISIT, firm="同名厂", firm_id=first, due_on="2026-03-02")
    assert counter.read(VISIT, chosen).firm_id == first
