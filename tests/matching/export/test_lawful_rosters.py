"""A roster sends nobody to work that the opening may not offer: every door that leads to work asks the same."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.outbox import Message
from centre.people import Recognition
from employers.openings.actions import close_opening
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, SexGround
from matching.export import members, queries
from matching.export.models import ExportBatch
from matching.export.rules import MemberState
from matching.introductions.rules import KeptForOthers, NotLawful, OpeningNotOpen
from matching.profiles.models import SkillProfile
from tests.matching import world
from tests.matching.export.journey import SYSTEM, Journey, add_person, member_draft, open_project, recruit, scoped

PAPERS = [{"kind": "special_operation", "must": True}]


def list_one(journey: Journey, person_id: int) -> None:
    clerk = journey.town.clerk()
    with scoped(clerk) as session:
        members.list_member(session, clerk, batch_id=journey.batch_id, draft=member_draft(journey, person_id))


@pytest.mark.rule("export-roster-lawful", "letter")
@pytest.mark.rule("law-closes-work", "letter")
@pytest.mark.rule("agency-licence", "letter")
@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        ({"sex_limit_ground": SexGround.GRADE_FOUR_LABOUR}, NotLawful),
        ({"certificate_requirements": PAPERS}, NotLawful),
        ({"employment_type": EmploymentType.AGENCY, "client_name": "某厂"}, NotLawful),
        ({"reserved_for": ["hard_to_employ"]}, KeptForOthers),
        ({"valid_until": date(2026, 3, 8)}, OpeningNotOpen),
    ],
    ids=["closed to women", "a paper is missing", "an agency without a licence", "kept for a group", "over"],
)
def test_a_roster_refuses_people_whom_the_opening_may_not_take(
    town: world.Town, columns: dict[str, Any], refusal: type[Exception]
) -> None:
    journey = recruit(open_project(town))
    person_id = add_person(journey, 2)
    with open_session(SYSTEM.scope, write=True) as session:
        session.scalars(select(SkillProfile).where(SkillProfile.person_id == person_id)).one().certificates_known = True
        for name, value in columns.items():
            setattr(session.get_one(Opening, town.openings["spin"]), name, value)
    with pytest.raises(refusal):
        list_one(journey, person_id)
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(queries.members(journey.batch_id)).all() == []
        assert session.get_one(ExportBatch, journey.batch_id).taken == 0


@pytest.mark.rule("export-roster-lawful", "letter")
@pytest.mark.rule("reserved-opening", "letter")
def test_a_member_of_the_group_is_taken(town: world.Town) -> None:
    journey = recruit(open_project(town))
    person_id = add_person(journey, 2)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, town.openings["spin"]).reserved_for = ["hard_to_employ"]
        session.add(Recognition(person_id=person_id, category="hard_to_employ", from_on=date(2026, 1, 1)))
    list_one(journey, person_id)
    with open_session(SYSTEM.scope) as session:
        assert len(session.scalars(queries.members(journey.batch_id)).all()) == 1


@pytest.mark.rule("opening-ends-letters", "letter")
def test_somebody_who_was_to_travel_to_an_opening_leaves_the_roster_when_it_closes_and_is_notified_once(
    town: world.Town,
) -> None:
    journey = recruit(open_project(town), people=2)
    with open_session(SYSTEM.scope, write=True) as session:
        close_opening(session, SYSTEM, opening_id=town.openings["spin"])
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(queries.members(journey.batch_id)).all()
        assert [row.state for row in rows] == [MemberState.WITHDRAWN] * 2
        assert session.get_one(ExportBatch, journey.batch_id).taken == 0
        kinds = select(Message.person_id).where(Message.kind == "export-opening-closed").order_by(Message.person_id)
        assert session.scalars(kinds).all() == sorted(row.person_id for row in rows)
