"""Claims from the batch to payment and back: TR-05, TR-08, TR-09, TR-13, SE-05, VR18, and R4 for the fund."""

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Conflict, Invalid, NotFound
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund
from centre.funds.queries import sum_of_movements
from centre.funds.rules import FundDraft, FundPurpose, FundPurposeDiffers, GrantDraft
from centre.numbers import parse_identity
from centre.people import Person, person_by_identity
from centre.permissions import Actor, Role
from centre.states import IllegalMove
from tests.training.course import acting, add_staff, assessed, call_sample, do, people
from tests.training.world import MONDAY, SYSTEM, City, add_person
from training.claims import queries
from training.claims.actions import (
    claw_back,
    enter_claim,
    pay_claim,
    record_repayment,
    release_claim,
    return_claim,
    review_claim,
    show_claim,
)
from training.claims.models import Claim, ClaimLine
from training.claims.rules import (
    ClaimBlocked,
    ClaimDraft,
    ClaimOpen,
    ClaimState,
    ClaimVerdict,
    ClawbackDraft,
    NothingGranted,
    NoticeRunning,
    OwnClaim,
    PaymentDraft,
    Programme,
    SamePerson,
)
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.enrolments.models import Enrolment
from training.integrity.actions import clear_flag
from training.integrity.models import Flag
from training.integrity.rules import SampleMissing
from training.providers.models import Major

TWELVE_DAYS: dict[str, Any] = {"start": date(2026, 3, 16), "end": date(2026, 3, 31)}
APRIL = MONDAY + timedelta(days=40)


def staff(city: City) -> None:
    add_staff(city, second=Role.TRAINING_OFFICER, manager=Role.CITY_MANAGER, deputy=Role.COUNTY_MANAGER)


def fund(city: City, code: str, purpose: FundPurpose, yuan: int) -> int:
    account = do(city, "manager", open_fund, draft=FundDraft(code=code, name=code, purpose=purpose))
    do(city, "manager", grant_money, fund_id=account.id, draft=GrantDraft(amount_fen=yuan * 100))
    return account.id


def balance(fund_id: int) -> int:
    with open_session(SYSTEM.scope) as session:
        kept = session.get_one(Fund, fund_id).balance_fen
        assert kept == sum_of_movements(session, fund_id)
        return kept


def enter(city: City, class_id: int, who: str = "registrar", programme: Programme = Programme.PER_DAY) -> Claim:
    return do(city, who, enter_claim, draft=ClaimDraft(class_id=class_id, programme=programme))


def passed(city: City, class_id: int, who: str = "registrar") -> int:
    claim = enter(city, class_id, who)
    call_sample(city, class_id)
    do(city, "officer", review_claim, claim_id=claim.id)
    do(city, "officer", show_claim, claim_id=claim.id)
    return claim.id


def paid(city: City, class_id: int, fund_id: int) -> int:
    claim_id = passed(city, class_id)
    with clock.frozen(clock.now() + timedelta(days=20)):
        do(city, "officer", release_claim, claim_id=claim_id)
        do(city, "manager", pay_claim, claim_id=claim_id, draft=PaymentDraft(fund_id=fund_id, voucher="V-1"))
    return claim_id


def test_thirty_six_of_forty_are_subsidised_with_61200_yuan(any_city: City) -> None:
    """TR-05."""
    with clock.frozen(MONDAY):
        staff(any_city)
        persons = people(any_city, 40)
        before, _ = assessed(
            any_city, persons[:1], "电子装接", start=date(2026, 3, 2), end=date(2026, 3, 13), class_no="P2-1"
        )
        with clock.frozen(APRIL):
            enter(any_city, before, "neighbour")
        with acting(any_city, "system") as (session, _):
            line = session.scalars(select(ClaimLine)).one()
            line.occupation_code = "6-05-01-03"
        class_id, places = assessed(any_city, persons, missed=(1, 2, 3), **TWELVE_DAYS)
    with clock.frozen(APRIL):
        claim = enter(any_city, class_id)
    assert (claim.amount_fen, claim.persons, claim.refused) == (6_120_000, 36, 4)
    with open_session(any_city.actors["registrar"].scope) as session:
        reasons = [(line.reason, line.params) for line, _ in session.execute(queries.lines(claim.id)) if line.reason]
        assert reasons == [("already-subsidised", {})] + [("below-attendance", {"percent": 66})] * 3
        assert queries.schools_in_the_way(session, claim.id) == {}
    with open_session(any_city.actors["officer"].scope) as session:
        assert list(queries.schools_in_the_way(session, claim.id).values()) == ["咸阳劲草职业技校"]
    assert len(places) == 40


@pytest.mark.rule("claim-four-hands", "action")
def test_a_claim_passes_four_people_and_is_paid_from_the_right_fund(any_city: City) -> None:
    staff(any_city)
    subsidies = fund(any_city, "JYZJ", FundPurpose.SUBSIDY, 10_000)
    tuition = fund(any_city, "XFBZ", FundPurpose.TUITION, 10_000)
    class_id, places = assessed(any_city, people(any_city, 3), **TWELVE_DAYS)
    with clock.frozen(APRIL):
        claim_id = enter(any_city, class_id, "officer").id
        with pytest.raises(OwnClaim):
            do(any_city, "officer", review_claim, claim_id=claim_id)
        with pytest.raises(SampleMissing):
            do(any_city, "second", review_claim, claim_id=claim_id)
        call_sample(any_city, class_id)
        do(any_city, "second", review_claim, claim_id=claim_id)
        do(any_city, "second", show_claim, claim_id=claim_id)
        with pytest.raises(NoticeRunning):
            do(any_city, "second", release_claim, claim_id=claim_id)
    draft = PaymentDraft(fund_id=subsidies, voucher="2026-77")
    with clock.frozen(APRIL + timedelta(days=10)):
        with pytest.raises(IllegalMove):
            do(any_city, "manager", pay_claim, claim_id=claim_id, draft=draft)
        do(any_city, "manager", release_claim, claim_id=claim_id)
        with pytest.raises(SamePerson):
            do(any_city, "manager", pay_claim, claim_id=claim_id, draft=draft)
        with pytest.raises(FundPurposeDiffers):
            do(any_city, "deputy", pay_claim, claim_id=claim_id, draft=draft.model_copy(update={"fund_id": tuition}))
        do(any_city, "deputy", pay_claim, claim_id=claim_id, draft=draft)
        with pytest.raises(IllegalMove):
            do(any_city, "deputy", pay_claim, claim_id=claim_id, draft=draft)
    assert (balance(subsidies), balance(tuition)) == (1_000_000 - 3 * 170_000, 1_000_000)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(TrainingClass, class_id).state is ClassState.PAID
    with clock.frozen(APRIL + timedelta(days=30)):
        wrong = ClawbackDraft(enrolment_ids=[places[0], 9_999], reason="替学")
        with pytest.raises(Invalid):
            do(any_city, "second", claw_back, claim_id=claim_id, draft=wrong)
        right = ClawbackDraft(enrolment_ids=[places[0]], reason="替学")
        do(any_city, "second", claw_back, claim_id=claim_id, draft=right)
        do(any_city, "manager", record_repayment, claim_id=claim_id, voucher="B-1")
    assert balance(subsidies) == 1_000_000 - 2 * 170_000
    with open_session(SYSTEM.scope) as session:
        assert [line.counts for line, _ in session.execute(queries.lines(claim_id))] == [False, True, True]
        assert session.get_one(Claim, claim_id).state is ClaimState.ARCHIVED


@pytest.mark.rule("claim-four-hands", "action")
def test_both_roles_on_one_account_still_do_not_approve_their_own_claim(city: City) -> None:
    """SE-05."""
    add_staff(city, second=Role.TRAINING_OFFICER)
    class_id, _ = assessed(city, people(city, 2), **TWELVE_DAYS)
    both = Actor(
        account_id=city.actors["registrar"].account_id, roles=frozenset({Role.REGISTRAR, Role.TRAINING_OFFICER}),
        provider_id=city.schools["P1"], centre_id=city.centre_id,
    )  # fmt: skip
    city.actors["both"] = both
    with clock.frozen(APRIL):
        claim = enter(city, class_id, "both")
        with pytest.raises(OwnClaim):
            do(city, "both", review_claim, claim_id=claim.id)
        other = enter_by_second(city)
        with pytest.raises(OwnClaim):
            do(city, "both", review_claim, claim_id=other)


def enter_by_second(city: City) -> int:
    with clock.frozen(MONDAY):
        class_id, _ = assessed(city, people(city, 1, first=300), class_no="2026-09", daypart=Daypart.EVENING)
    return enter(city, class_id, "second").id


def test_one_class_is_claimed_once_and_a_returned_claim_frees_its_people(city: City) -> None:
    staff(city)
    class_id, _ = assessed(city, people(city, 2), **TWELVE_DAYS)
    with clock.frozen(APRIL):
        claim = enter(city, class_id)
        with pytest.raises(ClaimOpen):
            enter(city, class_id, "officer")
        with pytest.raises(NotFound):
            enter(city, class_id, "neighbour")
        with pytest.raises(Invalid):
            do(city, "officer", return_claim, claim_id=claim.id, reason="")
        do(city, "officer", return_claim, claim_id=claim.id, reason="缺考勤表")
        assert enter(city, class_id).amount_fen == 340_000


@pytest.mark.rule("identity-old", "action")
@pytest.mark.rule("subsidy-once", "action")
def test_an_old_fifteen_digit_number_is_the_same_person_and_a_second_subsidy_is_refused(city: City) -> None:
    """TR-08."""
    first, _ = assessed(city, [city.people["W1"]], **TWELVE_DAYS)
    with clock.frozen(APRIL):
        enter(city, first)
        with open_session(SYSTEM.scope) as session:
            known = person_by_identity(session, parse_identity("610499750308002", clock.today()).value)
            assert known is not None
            assert known.id == city.people["W1"]
    with clock.frozen(APRIL):
        again, _ = assessed(
            city,
            [known.id],
            class_no="2026-07",
            start=date(2026, 5, 11),
            end=date(2026, 5, 22),
            daypart=Daypart.EVENING,
        )
    with clock.frozen(APRIL + timedelta(days=90)), pytest.raises(NothingGranted):
        enter(city, again)


@pytest.mark.rule("subsidies-a-year", "action")
def test_the_fourth_subsidised_course_of_a_year_is_refused_at_every_school(city: City) -> None:
    """TR-09."""
    (person,) = people(city, 1)
    programmes = iter(Programme)
    outcomes = []
    with open_session(SYSTEM.scope, write=True) as session:
        for name in ("服装缝纫", "焊接", "电子装接"):
            session.get_one(Major, city.majors[name]).level = 4
    for number, major in enumerate(["服装缝纫", "焊接", "电子装接"]):
        start = date(2026, 3, 16) + timedelta(days=28 * number)
        days: dict[str, Any] = {"start": start, "end": start + timedelta(days=11)}
        class_id, _ = assessed(city, [person], major, class_no=f"2026-{number}", **days)
        with clock.frozen(APRIL + timedelta(days=28 * number)):
            who = "neighbour" if major == "电子装接" else "registrar"
            outcomes.append(enter(city, class_id, who, next(programmes)).persons)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Major, city.majors["焊接"]).level = 3
    start = date(2026, 7, 6)
    class_id, _ = assessed(city, [person], "焊接", start=start, end=start + timedelta(days=11), class_no="2026-44")
    with clock.frozen(APRIL + timedelta(days=120)), pytest.raises(NothingGranted):
        enter(city, class_id)
    assert outcomes == [1, 1, 1]


@pytest.mark.rule("telephone-shared", "action")
def test_shared_telephones_block_a_claim_until_two_people_clear_it(any_city: City) -> None:
    """TR-13."""
    staff(any_city)
    persons = people(any_city, 8)
    with open_session(SYSTEM.scope, write=True) as session:
        for person_id in persons[:5]:
            session.get_one(Person, person_id).set_phone("13800000001")
    class_id, _ = assessed(any_city, persons, **TWELVE_DAYS)
    with clock.frozen(APRIL):
        claim = enter(any_city, class_id)
        call_sample(any_city, class_id)
        with open_session(any_city.actors["registrar"].scope) as session:
            assert session.scalars(select(Flag)).all() == []
        with open_session(SYSTEM.scope) as session:
            (flag,) = session.scalars(select(Flag)).all()
        assert (flag.rule, flag.found) == ("shared-phone", 5)
        for who in ("officer", "second"):
            with pytest.raises(ClaimBlocked):
                do(any_city, "manager", review_claim, claim_id=claim.id)
            do(any_city, who, clear_flag, flag_id=flag.id, reason="一家人共用，已电话核实")
        assert do(any_city, "manager", review_claim, claim_id=claim.id).state is ClaimState.REVIEWED


def at_once(actions: list[Any]) -> list[str]:
    barrier = Barrier(len(actions))
    outcomes: list[str] = []

    def run(action: Any) -> None:
        with clock.frozen(clock_at):
            barrier.wait()
            try:
                action()
                outcomes.append("done")
            except Conflict as refused:
                outcomes.append(refused.code)

    clock_at = clock.now()
    threads = [Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.rule("subsidy-once", "action", "database")
def test_two_schools_that_claim_the_same_person_at_once_get_one_subsidy(any_city: City) -> None:
    persons = people(any_city, 2)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Major, any_city.majors["电子装接"]).occupation_code = "6-05-01-03"
    first, _ = assessed(any_city, persons, **TWELVE_DAYS)
    second, _ = assessed(any_city, persons, "电子装接", daypart=Daypart.EVENING, **TWELVE_DAYS)
    with clock.frozen(APRIL):
        outcomes = at_once([lambda: enter(any_city, first), lambda: enter(any_city, second, "neighbour")])
    assert outcomes == ["done", "nothing-granted"]
    with open_session(SYSTEM.scope) as session:
        granted = session.scalars(select(ClaimLine).where(ClaimLine.verdict == ClaimVerdict.GRANTED)).all()
        assert len(granted) == 2


@pytest.mark.rule("retired-unsubsidised", "action")
def test_a_trainee_past_retirement_is_refused_and_flagged(city: City) -> None:
    """VR13: trained all the same, not subsidised."""
    add_staff(city, second=Role.TRAINING_OFFICER)
    with open_session(SYSTEM.scope, write=True) as session:
        old = add_person(session, city, "610499196801120040", "李桂芳").id
    class_id, places = assessed(city, [*people(city, 2), old], **TWELVE_DAYS)
    with clock.frozen(APRIL):
        claim = enter(city, class_id)
    assert (claim.persons, claim.refused) == (2, 1)
    with open_session(SYSTEM.scope) as session:
        (flag,) = session.scalars(select(Flag)).all()
        assert (flag.rule, flag.enrolment_ids) == ("past-retirement", [places[2]])
        assert session.get_one(Enrolment, places[2]).centre_fen == 50_000
