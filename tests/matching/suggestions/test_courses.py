"""Which openings a course leads to, and which of them it would unlock: held against what the person can do today."""

from typing import Any

from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor
from matching.profiles.models import SkillProfile
from matching.suggestions.courses import Prospects, openings_after
from tests.matching import world
from tests.matching.world import SEWING, Town
from training.providers.models import Major

SYSTEM = Actor.system()


def after(person_id: int | None, code: str = SEWING) -> Prospects:
    major = Major(name="课程", occupation_code=code, level=5, hours=160, tuition_fen=0)
    with open_session(SYSTEM.scope) as session:
        return openings_after(session, major, person_id=person_id, locale="zh-Hans")


def worker(town: Town, **more: Any) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        return world.add_worker(session, town, **more).id


def opening(town: Town, key: str, **columns: Any) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        made = world.add_opening(
            session, town, key, "渭城新棉制衣(虚构)", title="缝纫工", occupation_code=SEWING, region_code="610404",
            wage_min_fen=400_000, wage_max_fen=500_000, headcount=3, **columns,
        )  # fmt: skip
        return made.id


def test_a_spinner_who_learns_sewing_may_sew(town: Town) -> None:
    found = after(worker(town))
    assert [(one.listed.id, one.is_new) for one in found.openings] == [(town.openings["sew"], True)]
    assert found.new == 1


def test_who_sews_already_learns_of_the_opening_that_asks_for_the_certificate(town: Town) -> None:
    asks = opening(town, "paper", certificate_requirements=[{"kind": "skill_level", "level": 5, "must": True}])
    person = worker(town, occupation=SEWING)
    with open_session(SYSTEM.scope, write=True) as session:
        session.scalars(select(SkillProfile).where(SkillProfile.person_id == person)).one().certificates_known = True
    found = after(person)
    assert {one.listed.id: one.is_new for one in found.openings} == {asks: True, town.openings["sew"]: False}
    assert found.openings[0].listed.id == asks


def test_what_another_condition_forbids_is_not_promised(town: Town) -> None:
    person = worker(town, wage_floor_fen=9_000_000)
    assert after(person).openings == []
    assert after(person).places == 40


def test_what_the_law_closes_to_women_is_not_promised_to_a_woman(town: Town) -> None:
    closed = opening(town, "law", sex_limit_ground="mine_underground")
    assert closed not in {one.listed.id for one in after(worker(town)).openings}
    assert closed in {one.listed.id for one in after(worker(town, who=world.W9)).openings}


def test_a_visitor_sees_the_openings_of_the_trade_and_its_places(town: Town) -> None:
    found = after(None)
    assert [one.listed.id for one in found.openings] == [town.openings["sew"]]
    assert (found.places, found.new) == (40, 0)
    assert after(None, "8-00-00-00").openings == []
