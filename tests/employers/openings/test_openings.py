"""Openings: completeness, law, verification, publication, expiry (EM-03, EM-04, EM-10, EM-11, VR14, VR15)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock, events
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound
from centre.permissions import Actor
from centre.states import IllegalMove
from centre.translation import translate
from employers.companies.models import Employer
from employers.companies.rules import EmployerNotActive, EmployerState
from employers.openings.actions import (
    change_headcount,
    close_opening,
    create_opening,
    give_place_back,
    pause_opening,
    publish_opening,
    renew_opening,
    resume_opening,
    submit_opening,
    take_place,
    update_opening,
    verify_opening,
)
from employers.openings.jobs import expire_openings
from employers.openings.models import Opening
from employers.openings.queries import open_openings, opening
from employers.openings.rules import (
    OPENING,
    HeadcountBelowTaken,
    OpeningChanged,
    OpeningFull,
    OpeningState,
    ReservedFor,
)
from tests.employers.world import OFFICER, SYSTEM, add_employer, boss, draft, found_city, published
from tests.planted import planted

TODAY = date(2026, 3, 2)
DAILY: dict[str, Any] = {"wage_unit": "day", "wage_min_fen": 12_000, "wage_max_fen": 15_000, "base_pay_fen": 9_000}
HOURLY: dict[str, Any] = {"wage_unit": "hour", "wage_min_fen": 2_000, "wage_max_fen": 2_500, "base_pay_fen": 1_200}
PIECEWORK: dict[str, Any] = {"wage_unit": "piece", "wage_min_fen": 30, "wage_max_fen": 50, "base_pay_fen": 220_000}


def codes_by_field(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.field: problem.code for problem in refused.value.problems}


def test_a_draft_is_published_after_an_officer_verified_it(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft())
    assert opening.state is OpeningState.DRAFT
    submit_opening(session, boss(), opening_id=opening.id)
    assert (opening.state, opening.valid_from, opening.valid_until) == (
        OpeningState.TO_VERIFY,
        TODAY,
        TODAY + timedelta(days=30),
    )
    with pytest.raises(Forbidden):
        verify_opening(session, boss(), opening_id=opening.id)
    verify_opening(session, OFFICER, opening_id=opening.id, remark="电话核实")
    assert (opening.verified_by_id, opening.verified_at) == (900, clock.now())
    publish_opening(session, boss(), opening_id=opening.id)
    assert (opening.state, opening.posted_at, opening.remaining) == (OpeningState.OPEN, clock.now(), 3)
    assert opening.public_since == clock.now()


def test_an_opening_kept_for_a_group_was_never_public(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(reserved_for=[ReservedFor.HARD_TO_EMPLOY]))
    submit_opening(session, boss(), opening_id=opening.id)
    verify_opening(session, OFFICER, opening_id=opening.id, remark="电话核实")
    publish_opening(session, boss(), opening_id=opening.id)
    assert (opening.state, opening.posted_at, opening.public_since) == (OpeningState.OPEN, clock.now(), None)
    opening.reserved_for = []
    change_headcount(session, boss(), opening_id=opening.id, headcount=4)
    assert opening.public_since == clock.now()


@pytest.mark.rule("opening-six-elements", "action")
def test_all_missing_elements_are_reported_at_once(session: Session) -> None:
    add_employer(session)
    bare = draft(
        content=None, conditions=None, region_code=None, wage_min_fen=None, wage_max_fen=None, base_pay_fen=None
    )
    opening = create_opening(session, boss(), bare)
    with pytest.raises(Invalid) as refused:
        submit_opening(session, boss(), opening_id=opening.id)
    assert codes_by_field(refused) == dict.fromkeys(
        ("conditions", "content", "region_code", "base_pay_fen"), "element-missing"
    )
    assert opening.state is OpeningState.DRAFT
    place = next(problem for problem in refused.value.problems if problem.field == "region_code")
    assert translate("en", place.message, **place.params) == "Required before publishing: Workplace"


@pytest.mark.rule("opening-screened", "action")
def test_an_opening_with_unlawful_words_cannot_be_submitted(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(conditions="限男性，年龄18-45", content="交押金300元"))
    assert {row["key"] for row in opening.screening} == {"sex-limit", "age-limit", "fees"}
    with pytest.raises(Invalid) as refused:
        submit_opening(session, boss(), opening_id=opening.id)
    assert codes_by_field(refused) == {"conditions": "ad-sex-limit", "content": "ad-fees"}
    english = [translate("en", problem.message, **problem.params) for problem in refused.value.problems]
    assert "Employment Promotion Law" in english[1]


def test_a_certificate_named_in_the_conditions_becomes_a_requirement(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(conditions="需持低压电工证，有健康证者优先"))
    required = [(requirement["kind"], requirement["must"]) for requirement in opening.certificate_requirements]
    assert required == [("special_operation", True), ("health", False)]
    own = [{"kind": "special_operation", "name": "低压电工作业", "must": True}]
    kept = create_opening(session, boss(), draft(conditions="需持低压电工证", certificate_requirements=own))
    assert [requirement["name"] for requirement in kept.certificate_requirements] == ["低压电工作业"]


def test_an_opening_for_children_is_refused(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(conditions="招14岁以上"))
    with pytest.raises(Invalid) as refused:
        submit_opening(session, boss(), opening_id=opening.id)
    assert codes_by_field(refused) == {"conditions": "ad-under-16"}


@pytest.mark.parametrize("headcount", [0, -1, 10_001])
def test_an_opening_needs_a_plausible_headcount(headcount: int) -> None:
    with pytest.raises(ValidationError):
        draft(headcount=headcount)


@pytest.mark.rule("pay-order", "action")
@pytest.mark.rule("opening-validity", "action")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"source": "repost"}, "source_name", "source-missing"),
        ({"wage_min_fen": 400_000, "wage_max_fen": 300_000}, "wage_max_fen", "wage-order"),
        ({"wage_min_fen": 0, "wage_max_fen": None}, "wage_min_fen", "wage-zero"),
        ({"valid_from": "2026-04-02", "valid_until": "2026-04-01"}, "valid_until", "date-order"),
        ({"region_code": "999999"}, "region_code", "region-unknown"),
        ({"employment_type": "agency", "contract_party": "agency"}, "client_name", "client-missing"),
        ({"employment_type": "agency", "client_name": "昆山某厂"}, "contract_party", "contract-missing"),
    ],
)
def test_contradictory_openings_are_not_saved_even_as_drafts(
    session: Session, changes: dict[str, Any], field: str, code: str
) -> None:
    add_employer(session)
    with pytest.raises(Invalid) as refused:
        create_opening(session, boss(), draft(**changes))
    assert codes_by_field(refused)[field] == code


@pytest.mark.rule("minimum-pay", "action")
@pytest.mark.rule("opening-validity", "action")
@pytest.mark.rule("agency-licence", "action")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"base_pay_fen": 200_000}, "base_pay_fen", "below-minimum-wage"),
        (DAILY | {"wage_min_fen": 5_000}, "wage_min_fen", "below-minimum-wage"),
        (DAILY | {"base_pay_fen": 5_000}, "base_pay_fen", "below-minimum-wage"),
        (HOURLY | {"wage_min_fen": 500}, "wage_min_fen", "below-minimum-wage"),
        (HOURLY | {"base_pay_fen": 100_000}, "base_pay_fen", "below-minimum-wage"),
        (PIECEWORK | {"base_pay_fen": 100_000}, "base_pay_fen", "below-minimum-wage"),
        ({"valid_from": "2026-03-02", "valid_until": "2026-09-01"}, "valid_until", "too-long"),
        (
            {"employment_type": "agency", "client_name": "昆山某厂", "contract_party": "agency"},
            "employment_type",
            "licence-missing",
        ),
        ({"sex_limit_ground": "grade_four_labour"}, "sex_limit_evidence", "evidence-missing"),  # MA-07
    ],
)
def test_an_opening_that_violates_a_dated_policy_is_not_published(
    session: Session, changes: dict[str, Any], field: str, code: str
) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(**changes))
    with pytest.raises(Invalid) as refused:
        submit_opening(session, boss(), opening_id=opening.id)
    assert codes_by_field(refused) == {field: code}


@pytest.mark.rule("minimum-pay", "action")
@pytest.mark.parametrize("pay", [DAILY, HOURLY, PIECEWORK], ids=["day", "hour", "piece"])
def test_pay_by_the_day_hour_or_piece_above_the_minimum_is_published(session: Session, pay: dict[str, Any]) -> None:
    add_employer(session)
    assert published(session, **pay).state is OpeningState.OPEN


def test_a_lawful_limit_by_sex_with_its_proof_goes_to_the_officer(session: Session) -> None:
    add_employer(session)
    proof = {"sex_limit_ground": "grade_four_labour", "sex_limit_evidence": "咸劳检〔2026〕12号"}
    opening = create_opening(session, boss(), draft(**proof))
    submit_opening(session, boss(), opening_id=opening.id)
    assert opening.state is OpeningState.TO_VERIFY


def test_a_licensed_agency_posts_for_a_factory_with_both_names(session: Session) -> None:
    add_employer(session)
    session.get_one(Employer, 1).service_licence = "陕人服证字001"
    shown = published(session, employment_type="agency", client_name="昆山晨屹电子", contract_party="agency")
    assert (shown.employer.name, shown.client_name) == ("第1纺织厂", "昆山晨屹电子")


@pytest.mark.rule("opening-active-employer", "action")
def test_an_employer_that_is_not_active_cannot_publish(session: Session) -> None:
    add_employer(session, state=EmployerState.CHECKING)
    opening = create_opening(session, boss(), draft())
    submit_opening(session, boss(), opening_id=opening.id)
    verify_opening(session, SYSTEM, opening_id=opening.id)
    with pytest.raises(EmployerNotActive):
        publish_opening(session, boss(), opening_id=opening.id)


def test_a_suspended_employer_cannot_post(session: Session) -> None:
    add_employer(session, state=EmployerState.SUSPENDED)
    with pytest.raises(EmployerNotActive):
        create_opening(session, boss(), draft())


def test_an_employer_touches_only_its_own_openings(session: Session) -> None:
    add_employer(session, 1)
    add_employer(session, 2)
    shown = published(session, 1)
    for act in (pause_opening, close_opening, resume_opening, submit_opening):
        with pytest.raises(NotFound):
            act(session, boss(2), opening_id=shown.id)
    with pytest.raises(NotFound):
        create_opening(session, boss(2), draft(employer_id=1))


@pytest.mark.rule("opening-places", "action")
def test_the_last_place_fills_an_opening_and_one_given_back_reopens_it(session: Session) -> None:
    add_employer(session)
    shown = published(session, headcount=2)
    for _ in range(2):
        take_place(session, boss(), opening_id=shown.id)
    assert (opening(session, shown.id).state, shown.remaining) == (OpeningState.FILLED, 0)
    with pytest.raises(OpeningFull):
        take_place(session, boss(), opening_id=shown.id)
    give_place_back(session, boss(), opening_id=shown.id)
    assert (shown.state, shown.remaining) == (OpeningState.OPEN, 1)
    take_place(session, boss(), opening_id=shown.id)
    with pytest.raises(HeadcountBelowTaken):
        change_headcount(session, boss(), opening_id=shown.id, headcount=1)
    assert change_headcount(session, boss(), opening_id=shown.id, headcount=5).state is OpeningState.OPEN


@pytest.mark.rule("opening-places", "database")
def test_a_counter_above_the_headcount_is_refused_by_the_database(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft())
    opening.taken = 4
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.rule("expired-is-told", "list")
def test_an_opening_expires_at_midnight_and_the_job_closes_it(session: Session) -> None:
    add_employer(session)
    shown = published(session, valid_from="2026-03-02", valid_until="2026-03-10")
    assert session.scalars(open_openings(date(2026, 3, 10))).all() == [shown]
    assert session.scalars(open_openings(date(2026, 3, 11))).all() == []
    with clock.frozen(datetime(2026, 3, 10, 15, 59, tzinfo=UTC)):
        expire_openings(session)
        assert shown.state is OpeningState.OPEN
    with clock.frozen(datetime(2026, 3, 10, 16, tzinfo=UTC)):
        expire_openings(session)
        assert str(shown.state) == "expired"
        with pytest.raises(Invalid):
            renew_opening(session, boss(), opening_id=shown.id, valid_until=date(2026, 3, 10))
        renewed = renew_opening(session, boss(), opening_id=shown.id, valid_until=date(2026, 4, 1))
        assert (str(renewed.state), renewed.valid_from) == ("open", date(2026, 3, 11))


def test_editing_a_verified_opening_makes_it_a_draft_again(session: Session) -> None:
    add_employer(session)
    shown = published(session)
    with pytest.raises(IllegalMove):
        update_opening(session, boss(), opening_id=shown.id, draft=draft(title="落纱工"))
    pause_opening(session, boss(), opening_id=shown.id)
    changed = update_opening(session, boss(), opening_id=shown.id, draft=draft(title="落纱工"))
    assert (changed.state, changed.title) == (OpeningState.DRAFT, "落纱工")


def test_illegal_moves_of_an_opening_are_refused() -> None:
    for state, event in [
        (OpeningState.DRAFT, "publish"),
        (OpeningState.TO_VERIFY, "publish"),
        (OpeningState.CLOSED, "publish"),
        (OpeningState.CLOSED, "close"),
        (OpeningState.FROZEN, "resume"),
        (OpeningState.EXPIRED, "resume"),
        (OpeningState.FILLED, "pause"),
    ]:
        with pytest.raises(IllegalMove):
            OPENING.find(state, event)


def test_every_change_publishes_an_event(session: Session) -> None:
    heard: list[int] = []
    add_employer(session)
    handlers = {OpeningChanged: (lambda _session, fact: heard.append(fact.opening_id),)}
    with planted(events, subscriptions=lambda: handlers):
        shown = published(session)
        pause_opening(session, boss(), opening_id=shown.id)
    assert heard == [shown.id] * 5


def test_readers_see_only_what_is_visible_to_them(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        add_employer(session, 1)
        add_employer(session, 2)
        shown = published(session, 1).id
        hidden = create_opening(session, boss(1), draft()).id
    ids = select(Opening.id).order_by(Opening.id)
    for actor, seen in [
        (Actor.public(), [shown]),
        (boss(2), [shown]),
        (boss(1), [shown, hidden]),
        (OFFICER, [shown, hidden]),
    ]:
        with open_session(actor.scope) as session:
            assert session.scalars(ids).all() == seen
