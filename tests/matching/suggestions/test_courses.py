"""Which openings a course leads to, and which of them it would unlock compared with what the person can do today."""

from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor
from matching.profiles.models import SkillProfile
from matching.suggestions.courses import CourseProspects, openings_after
from tests.matching import world
from tests.matching.world import SEWING, Town
from training.providers.models import Major

SYSTEM = Actor.system()


def after(person_id: int | None, code: str = SEWING) -> CourseProspects:
    major = Major(name="课程", occupation_code=code, level=5, hours=160, tuition_fen=0)
    with open_session(SYSTEM.scope) as session:
        return openings_after(session, major, person_id=person_id, locale="zh-Hans")


def worker(town: Town, **more: Any) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        return world.add_worker(session, town, **more).id


def opening(town: Town, key: str, **columns: Any) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        opening_row = world.add_opening(
            session, town, key, "渭城新棉制衣(虚构)", title="缝纫工", occupation_code=SEWING, region_code="610404",
            wage_min_fen=400_000, wage_max_fen=500_000, headcount=3, **columns,
        )  # fmt: skip
        return opening_row.id


def test_a_spinner_who_learns_sewing_may_sew(town: Town) -> None:
    unlocked = after(worker(town))
    assert [(offer.listed.id, offer.is_new) for offer in unlocked.openings] == [(town.openings["sew"], True)]
    assert unlocked.new == 1


def test_an_experienced_sewer_sees_the_opening_that_requires_the_certificate(town: Town) -> None:
    asks = opening(town, "paper", certificate_requirements=[{"kind": "skill_level", "level": 5, "must": True}])
    person = worker(town, occupation=SEWING)
    with open_session(SYSTEM.scope, write=True) as session:
        session.scalars(select(SkillProfile).where(SkillProfile.person_id == person)).one().certificates_known = True
    unlocked = after(person)
    assert {offer.listed.id: offer.is_new for offer in unlocked.openings} == {asks: True, town.openings["sew"]: False}
    assert unlocked.openings[0].listed.id == asks


@pytest.mark.rule("legal-papers", "suggestion")
def test_courses_promise_no_openings_that_fail_another_condition(town: Town) -> None:
    person = worker(town, wage_floor_fen=9_000_000)
    assert after(person).openings == []
    assert after(person).places == 40


@pytest.mark.rule("law-closes-work", "suggestion")
def test_courses_promise_a_woman_no_openings_that_the_law_closes_to_women(town: Town) -> None:
    closed = opening(town, "law", sex_limit_ground="mine_underground")
    assert closed not in {offer.listed.id for offer in after(worker(town)).openings}
    assert closed in {offer.listed.id for offer in after(worker(town, who=world.W9)).openings}


def test_a_visitor_sees_the_openings_of_the_trade_and_its_places(town: Town) -> None:
    visible = after(None)
    assert [offer.listed.id for offer in visible.openings] == [town.openings["sew"]]
    assert (visible.places, visible.new) == (40, 0)
    assert after(None, "8-00-00-00").openings == []
