"""Undoing an import: exactly its own enrolments, as long as nothing else has happened to them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.ledger import ServiceEvent
from centre.states import IllegalMove
from tests.training import files
from tests.training.rostering import confirm, counts, kept, send, taken, upload_now
from tests.training.world import MONDAY, SYSTEM, W1, City, add_class
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.actions import enrol_learner, withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, EnrolmentState
from training.funds.actions import fund_class
from training.rosters.actions import undo_roster
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState, UndoTooLate


def undo(city: City, upload_id: int, actor: str = "registrar") -> RosterUpload:
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        return undo_roster(session, acting, upload_id=upload_id)


def states(class_id: int) -> list[str]:
    with open_session(SYSTEM.scope) as session:
        query = select(Enrolment.state).where(Enrolment.class_id == class_id).order_by(Enrolment.id)
        return [state.value for state in session.scalars(query)]


def ledger() -> tuple[int, int]:
    """Entries of the ledger, and how many remain after reversals."""
    with open_session(SYSTEM.scope) as session:
        entries = session.scalar(select(func.count(ServiceEvent.id))) or 0
        back = session.scalar(select(func.count(ServiceEvent.id)).where(ServiceEvent.reverses_id.is_not(None))) or 0
        return entries, entries - 2 * back


def test_undoing_an_import_returns_its_seats_and_reverses_its_ledger(any_city: City) -> None:
    class_id = add_class(any_city)
    upload = confirm(any_city, send(any_city, class_id, files.xlsx(files.titled(files.good(6)))).id)
    assert (taken(class_id), ledger()) == (6, (6, 6))
    done = undo(any_city, upload.id)
    assert (done.state, done.withdrawn) == (RosterState.UNDONE, 6)
    assert (states(class_id), taken(class_id), ledger()) == (["withdrawn"] * 6, 0, (12, 0))
    with pytest.raises(IllegalMove):
        undo(any_city, upload.id)


def test_undoing_keeps_earlier_enrolments_and_those_that_moved_on(city: City) -> None:
    class_id, officer = add_class(city), city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        enrol_learner(session, officer, class_id=class_id, person_id=city.people["W1"])
    rows = [files.line(9, 姓名="王秀兰", 身份证号=W1, 性别="女"), *files.good(3)]
    upload = confirm(city, send(city, class_id, files.xlsx([files.HEADER, *rows])).id)
    with open_session(officer.scope, write=True) as session:
        moved = session.scalars(select(Enrolment).order_by(Enrolment.id.desc()).limit(1)).one()
        withdraw_learner(session, officer, enrolment_id=moved.id)
        enrol_learner(session, officer, class_id=class_id, person_id=moved.person_id)
    assert counts(upload)[0] == 3
    assert undo(city, upload.id).withdrawn == 2
    assert states(class_id) == ["accepted", "withdrawn", "withdrawn", "accepted"]
    assert taken(class_id) == 2


def test_undoing_also_withdraws_enrolments_awaiting_review(city: City) -> None:
    class_id = add_class(city)
    row = files.line(1, 姓名="张三丰", 身份证号=W1, 性别="女")
    upload = confirm(city, send(city, class_id, files.xlsx([files.HEADER, row, files.line(2)])).id)
    assert states(class_id) == ["applied", "accepted"]
    assert (undo(city, upload.id).withdrawn, states(class_id), taken(class_id)) == (2, ["withdrawn"] * 2, 0)


def test_the_period_of_the_policy_applies_and_running_classes_are_kept(city: City) -> None:
    class_id = add_class(city)
    upload = confirm(city, send(city, class_id, files.xlsx(files.titled(files.good(2)))).id)
    with clock.frozen(MONDAY + timedelta(days=7, minutes=1)), pytest.raises(UndoTooLate) as refused:
        undo(city, upload.id)
    assert refused.value.params == {"days": 7}
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingClass, class_id).state = ClassState.IN_SESSION
    with pytest.raises(UndoTooLate):
        undo(city, upload.id)
    assert (states(class_id), upload_now(upload.id).state) == (["accepted"] * 2, RosterState.CONFIRMED)


def test_another_school_cannot_undo_an_import(city: City) -> None:
    upload = confirm(city, send(city, add_class(city), files.xlsx(files.titled(files.good(2)))).id)
    with pytest.raises(NotFound):
        undo(city, upload.id, "neighbour")
    assert kept()[1] == 2


def test_freed_seats_are_offered_to_those_who_wait(city: City) -> None:
    class_id, officer = add_class(city, seats=2), city.actors["officer"]
    upload = confirm(city, send(city, class_id, files.xlsx(files.titled(files.good(2)))).id)
    with open_session(officer.scope, write=True) as session:
        waiting = Application(may_wait=True)
        enrol_learner(session, officer, class_id=class_id, person_id=city.people["W1"], application=waiting)
    undo(city, upload.id)
    with open_session(SYSTEM.scope) as session:
        place = session.scalars(select(Enrolment).where(Enrolment.person_id == city.people["W1"])).one()
        assert place.state is EnrolmentState.OFFERED
    assert taken(class_id) == 1


def test_a_funded_class_charges_for_a_roster_and_undoing_it_refunds_everything(city: City) -> None:
    class_id = add_class(city)
    with open_session(SYSTEM.scope, write=True) as session:
        draft = FundDraft(code="F1", name="学费", purpose=FundPurpose.TUITION)
        fund = open_fund(session, SYSTEM, draft=draft, centre_id=city.centre_id)
        grant_money(session, SYSTEM, fund_id=fund.id, draft=GrantDraft(amount_fen=200_000, voucher="V1"))
        fund_class(session, SYSTEM, class_id=class_id, fund_id=fund.id)
        fund_id = fund.id
    upload = confirm(city, send(city, class_id, files.xlsx(files.titled(files.good(3)))).id)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Fund, fund_id).balance_fen == 200_000 - 3 * 50_000
    undo(city, upload.id)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Fund, fund_id).balance_fen == 200_000
