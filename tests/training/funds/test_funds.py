"""Funds: charged at acceptance, returned with the seat, never below zero, never rewritten (R4)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.database import open_session
from centre.funds.models import AppendOnly, FundMovement
from centre.funds.rules import FundKnown, FundPurpose, FundPurposeDiffers, FundShort
from tests.training.claims.test_claims import at_once, balance, fund, staff
from tests.training.course import acting, do, enrol_all, people
from tests.training.world import SYSTEM, City, add_class, add_person, identity
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.enrolments.actions import enrol_learner, withdraw_learner
from training.enrolments.bulk import Newcomer, admit_together, withdraw_together
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, Origin
from training.funds.actions import fund_class
from training.funds.queries import is_short
from training.funds.rules import ClassFunded


def test_the_centre_s_share_is_charged_at_acceptance_and_refunded_with_the_seat(any_city: City) -> None:
    staff(any_city)
    money = fund(any_city, "XF", FundPurpose.TUITION, 1_600)
    wrong = fund(any_city, "BT", FundPurpose.SUBSIDY, 1_600)
    class_id = add_class(any_city)
    first, second, third = people(any_city, 3)
    (early,) = enrol_all(any_city, class_id, [first])
    with pytest.raises(FundPurposeDiffers):
        do(any_city, "officer", fund_class, class_id=class_id, fund_id=wrong)
    do(any_city, "officer", fund_class, class_id=class_id, fund_id=money)
    assert balance(money) == 110_000
    enrol_all(any_city, class_id, [any_city.people["W1"]])
    assert balance(money) == 30_000
    with pytest.raises(FundShort):
        enrol_all(any_city, class_id, [second])
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(TrainingClass, class_id).taken == 2
    do(any_city, "officer", withdraw_learner, enrolment_id=early)
    assert balance(money) == 80_000
    enrol_all(any_city, class_id, [third])
    assert balance(money) == 30_000
    with pytest.raises(ClassFunded):
        do(any_city, "officer", fund_class, class_id=class_id, fund_id=fund(any_city, "XF2", FundPurpose.TUITION, 1))
    with pytest.raises(FundKnown):
        fund(any_city, "XF2", FundPurpose.TUITION, 1)


def test_movements_of_money_are_never_changed_or_deleted(city: City) -> None:
    staff(city)
    fund(city, "XF", FundPurpose.TUITION, 10)
    for changes in (True, False):
        with open_session(SYSTEM.scope) as session:
            row = session.scalars(select(FundMovement)).one()
            if changes:
                row.amount_fen = 1
            else:
                session.delete(row)
            with pytest.raises(AppendOnly):
                session.flush()


def test_a_fund_with_money_for_four_pays_for_four_of_twelve_concurrent_enrolments(any_city: City) -> None:
    staff(any_city)
    money = fund(any_city, "XF", FundPurpose.TUITION, 2_000 + 499)
    class_id = add_class(any_city)
    do(any_city, "officer", fund_class, class_id=class_id, fund_id=money)
    persons = people(any_city, 12)

    def enrol(person: int) -> None:
        do(any_city, "officer", enrol_learner, class_id=class_id, person_id=person)

    outcomes = at_once([lambda person=person: enrol(person) for person in persons])
    assert outcomes == ["done"] * 4 + ["fund-short"] * 8
    assert balance(money) == 49_900
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(TrainingClass, class_id).taken == 4


def test_a_roster_charges_all_or_nothing_and_undoing_it_refunds_everything(any_city: City) -> None:
    staff(any_city)
    money = fund(any_city, "XF", FundPurpose.TUITION, 2_000)
    class_id = add_class(any_city)
    do(any_city, "officer", fund_class, class_id=class_id, fund_id=money)
    with acting(any_city, "officer") as (session, actor):
        parts = class_parts(session, class_id)
        five = [newcomer(session, any_city, serial) for serial in range(5)]
        with pytest.raises(FundShort):
            admit_together(session, actor, parts=parts, newcomers=five)
        session.rollback()
    assert balance(money) == 200_000
    with acting(any_city, "officer") as (session, actor):
        four = [newcomer(session, any_city, serial) for serial in range(4)]
        admit_together(session, actor, parts=class_parts(session, class_id), newcomers=four)
    assert balance(money) == 0
    with acting(any_city, "officer") as (session, actor):
        places = session.scalars(select(Enrolment).where(Enrolment.class_id == class_id)).all()
        assert {place.fund for place in places} == {"XF"}
        withdraw_together(session, actor, class_id=class_id, places=places, reason="撤回花名册")
    assert balance(money) == 200_000


def newcomer(session: Session, city: City, serial: int) -> Newcomer:
    person = add_person(session, city, identity(700 + serial), f"名单{serial}")
    return Newcomer(person, Application(origin=Origin.ROSTER), {})


def test_a_roster_beyond_the_fund_is_reported_before_confirmation(city: City) -> None:
    staff(city)
    class_id = add_class(city)
    assert not short(class_id, 40)
    do(city, "officer", fund_class, class_id=class_id, fund_id=fund(city, "XF", FundPurpose.TUITION, 2_000))
    assert not short(class_id, 4)
    assert short(class_id, 5)


def short(class_id: int, places: int) -> bool:
    with open_session(SYSTEM.scope) as session:
        return is_short(session, class_id, places=places, centre_fen=50_000)
