"""Introductions end, wait and go on with their opening and its employer, and every rule holds for letters as well."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.outbox import Message
from centre.people import Recognition
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.openings import actions as openings
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import EmploymentType, OpeningState
from matching.introductions import actions, subscribers
from matching.introductions.models import Introduction
from matching.introductions.rules import (
    INTRODUCTION,
    IntroductionResultDraft,
    IntroductionState,
    KeptForOthers,
    NotLawful,
    OpeningNotOpen,
    Recommendation,
    RefusedToday,
    Result,
)
from matching.live.openings import board
from matching.profiles.models import SkillProfile
from matching.search.find import listed_opening, search_openings
from matching.search.rules import SearchCriteria
from matching.suggestions.fits import candidates_for, suggestions_for
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system().scope
EMPLOYER = "南通海门织彩(虚构)"


def worker(town: Town, who: tuple[str, str] = world.W1, **more: Any) -> int:
    with open_session(SYSTEM, write=True) as session:
        return world.add_worker(session, town, who, **more).id


def propose(town: Town, person_id: int, opening: str = "spin", *, agreed: bool = True) -> int:
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings[opening], agreed=agreed)
    with open_session(clerk.scope, write=True) as session:
        return actions.recommend_worker(session, clerk, draft=draft).id


def tell(town: Town, introduction_id: int, result: Result) -> None:
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = IntroductionResultDraft(result=result)
        actions.record_result(session, clerk, introduction_id=introduction_id, draft=draft)


def change(town: Town, opening: str = "spin", **columns: Any) -> None:
    with open_session(SYSTEM, write=True) as session:
        row = session.get_one(Opening, town.openings[opening])
        for name, value in columns.items():
            setattr(row, name, value)


def close(town: Town, opening: str = "spin") -> None:
    with open_session(SYSTEM, write=True) as session:
        openings.close_opening(session, Actor.system(), opening_id=town.openings[opening])


def judge(town: Town, *events: str) -> None:
    with open_session(SYSTEM, write=True) as session:
        for event in events:
            judge_employer(
                session, Actor.system(), employer_id=town.employers[EMPLOYER], event=event, reason="克扣工资"
            )


def states(*ids: int) -> list[tuple[str, str]]:
    with open_session(SYSTEM) as session:
        rows = [session.get_one(Introduction, number) for number in ids]
        return [(row.state.value, row.flag) for row in rows]


def stopped(person_id: int) -> list[str]:
    with open_session(SYSTEM) as session:
        kinds = select(Message.kind).where(Message.person_id == person_id, Message.kind.startswith("opening-"))
        return list(session.scalars(kinds.order_by(Message.id)))


@pytest.mark.rule("opening-ends-letters", "letter")
def test_proposals_and_letters_end_with_a_closed_opening_and_each_worker_is_notified_once(any_town: Town) -> None:
    town = any_town
    people = [worker(town, who) for who in (world.W1, world.W2, world.W9)]
    proposal = propose(town, people[0], agreed=False)
    letter, met = propose(town, people[1]), propose(town, people[2])
    tell(town, met, Result.INTERVIEWED)
    close(town)
    assert states(proposal, letter, met) == [
        ("set_aside", ""), ("void", ""), ("interviewed", subscribers.CLOSED)
    ]  # fmt: skip
    assert [stopped(person) for person in people] == [["opening-stopped"]] * 3
    tell(town, met, Result.HIRED)
    tell(town, letter, Result.HIRED)  # the employer had chosen her before it closed the opening
    assert [state for state, _ in states(letter, met)] == ["hired", "hired"]


def test_letters_that_outlive_their_opening_are_caught(town: Town) -> None:
    letter = propose(town, worker(town))
    with planted(subscribers, _ending=lambda _opening, _introduction: ""):
        close(town)
    assert states(letter) == [("letter_issued", subscribers.CLOSED)]


@pytest.mark.rule("employer-suspended", "letter")
def test_a_suspension_holds_letters_and_its_end_releases_them(town: Town) -> None:
    person = worker(town)
    letter = propose(town, person)
    judge(town, "warn", "suspend")
    assert states(letter) == [("letter_issued", subscribers.FROZEN)]
    judge(town, "remedy")
    assert states(letter) == [("letter_issued", "")]
    judge(town, "suspend")
    assert states(letter) == [("letter_issued", subscribers.FROZEN)]
    assert stopped(person) == ["opening-stopped", "opening-resumed", "opening-stopped"]


@pytest.mark.rule("employer-blacklisted", "action", "letter")
def test_everything_ends_with_a_blacklisted_employer(town: Town) -> None:
    person, other = worker(town), worker(town, world.W2)
    met, letter = propose(town, person), propose(town, other)
    tell(town, met, Result.INTERVIEWED)
    judge(town, "warn", "suspend", "blacklist")
    assert states(met, letter) == [("void", ""), ("void", "")]
    with open_session(SYSTEM) as session:
        offered = select(Opening.state).where(Opening.employer_id == town.employers[EMPLOYER])
        assert set(session.scalars(offered)) == {OpeningState.CLOSED}


def test_a_filled_opening_of_a_suspended_employer_does_not_reopen_to_the_public(town: Town) -> None:
    change(town, headcount=1)
    letter = propose(town, worker(town))
    tell(town, letter, Result.HIRED)
    judge(town, "warn", "suspend")
    with open_session(SYSTEM, write=True) as session:
        row = openings.give_place_back(session, Actor.system(), opening_id=town.openings["spin"])
        assert row.state is OpeningState.FROZEN


@pytest.mark.rule("refused-pair-rests", "letter")
def test_a_refused_pair_is_left_alone_for_the_rest_of_the_day(any_town: Town) -> None:
    town = any_town
    person = worker(town)
    tell(town, propose(town, person), Result.REFUSED_BY_EMPLOYER)
    with pytest.raises(RefusedToday):
        propose(town, person)
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        assert propose(town, person)


def test_a_request_that_the_centre_set_aside_may_be_made_again_the_same_day(town: Town) -> None:
    person, clerk = worker(town), town.clerk()
    proposal = propose(town, person, agreed=False)
    with open_session(clerk.scope, write=True) as session:
        actions.set_introduction_aside(session, clerk, introduction_id=proposal, reason="请带健康证来")
    assert propose(town, person) != proposal


@pytest.mark.rule("letter-needs-open-opening", "letter")
@pytest.mark.rule("expired-is-told", "letter")
def test_no_letter_is_written_after_the_last_day_of_an_opening_before_any_job_ran(town: Town) -> None:
    proposal = propose(town, worker(town), agreed=False)
    late = propose(town, worker(town, world.W2), "sew", agreed=False)
    change(town, valid_until=world.TODAY)
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        clerk = town.clerk()
        with open_session(clerk.scope, write=True) as session, pytest.raises(OpeningNotOpen):
            actions.agree_to_introduction(session, clerk, introduction_id=proposal)
        with open_session(SYSTEM) as session:
            assert session.get_one(Opening, town.openings["spin"]).shown_state is OpeningState.EXPIRED
        assert states(late) == [("recommended", "")]


@pytest.mark.rule("reserved-opening", "search", "list", "suggestion", "letter")
def test_an_opening_kept_for_a_group_is_on_no_list_and_only_its_members_are_introduced(any_town: Town) -> None:
    town = any_town
    change(town, reserved_for=["hard_to_employ"])
    member = worker(town, world.W1, recognised=("hard_to_employ",))
    stranger = worker(town, world.W2, recognised=("union_hardship",))
    number = town.openings["spin"]
    view = board().look()
    assert number not in view.listed
    assert number not in [listed.id for listed in search_openings(SearchCriteria(q="纺纱工"), view=view).items]
    with open_session(Actor.public().scope) as session:
        assert number not in [row.id for row in session.scalars(open_openings(world.TODAY))]
        with pytest.raises(NotFound):
            opening_in_sight(session, number)
    for person_id, sees in ((member, True), (stranger, False)):
        with open_session(Actor(account_id=1, person_id=person_id).scope) as session:
            suggested = [match.listed.id for match in suggestions_for(session, person_id, locale="zh-Hans").matches]
            assert (number in suggested) is sees
            visible = session.scalar(select(Opening.id).where(Opening.id == number))
            assert (visible is not None) is sees
            assert (listed_opening(session, number) is not None) is sees
    with open_session(town.officer().scope) as session:
        best = candidates_for(session, town.officer(), opening_id=number, locale="zh-Hans")
        assert [candidate.person_id for candidate in best] == [member]
    with pytest.raises(KeptForOthers):
        propose(town, stranger)
    assert propose(town, member)


@pytest.mark.rule("hardship-ends", "letter")
def test_a_recognition_that_ended_opens_no_kept_opening(town: Town) -> None:
    change(town, reserved_for=["hard_to_employ"])
    member = worker(town, recognised=("hard_to_employ",))
    with open_session(SYSTEM, write=True) as session:
        session.scalars(select(Recognition)).one().to_on = date(2026, 3, 8)
    with pytest.raises(KeptForOthers):
        propose(town, member)


@pytest.mark.rule("legal-papers", "letter")
@pytest.mark.parametrize(("kind", "lawful"), [("special_operation", False), ("driving", False), ("training", True)])
def test_work_that_needs_a_legal_paper_is_refused_without_it(town: Town, kind: str, lawful: bool) -> None:
    change(town, certificate_requirements=[{"kind": "training", "must": False}, {"kind": kind, "must": True}])
    person = worker(town)
    with open_session(SYSTEM, write=True) as session:
        session.scalars(select(SkillProfile)).one().certificates_known = True
    if lawful:
        assert propose(town, person)
        return
    with pytest.raises(NotLawful) as refusal:
        propose(town, person)
    assert kind not in str(refusal.value.params)


@pytest.mark.rule("agency-licence", "letter")
def test_an_agency_without_its_licence_gets_nobody(town: Town) -> None:
    change(town, employment_type=EmploymentType.AGENCY, client_name="某厂")
    with pytest.raises(NotLawful):
        propose(town, worker(town))


def test_every_state_of_an_introduction_that_is_not_an_end_can_be_left() -> None:
    left = {move.source for move in INTRODUCTION.moves}
    assert set(IntroductionState) - left == {
        IntroductionState.HIRED,
        IntroductionState.REFUSED_BY_EMPLOYER,
        IntroductionState.REFUSED_BY_WORKER,
        IntroductionState.NO_SHOW,
        IntroductionState.SET_ASIDE,
    }
