"""Workers are asked to compare contract, payslip and work with what was promised, once and only while they work."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from matching.introductions.actions import begin_work, end_placement
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import LeaveReason
from matching.promises.jobs import ask_for_terms
from matching.promises.rules import PromiseStage, stage_of_call
from tests.matching import world
from tests.matching.promises.test_promises import AS_PROMISED, SYSTEM, hired, messages, state
from tests.matching.world import Town


def started(town: Town) -> int:
    introduction_id, clerk = hired(town), town.clerk()
    with open_session(clerk.scope, write=True) as session:
        placement = session.scalars(select(Placement.id)).one()
        begin_work(session, clerk, placement_id=placement, on=world.TODAY)
    return introduction_id


def asked_on(*days: int) -> list[str]:
    for day in days:
        with clock.frozen(world.MONDAY + timedelta(days=day)), open_session(SYSTEM, write=True) as session:
            ask_for_terms(session)
    return messages("term-due")


def test_each_link_is_asked_about_once_in_its_week(any_town: Town) -> None:
    number = started(any_town)
    assert asked_on(6) == []
    assert asked_on(7, 8, 13) == ["劳动合同：和说好的一样吗？"]
    assert asked_on(34, 35, 36)[1:] == ["第一个月工资条：和说好的一样吗？"]
    assert asked_on(90, 98)[2:] == ["干了一段时间以后：和说好的一样吗？"]
    with open_session(SYSTEM) as session:
        links = session.scalars(select(Message.link).where(Message.kind == "term-due").order_by(Message.id)).all()
    assert links == [f"/me/introductions/{number}/terms/{stage}" for stage in ("contract", "payslip", "at_work")]


def test_nobody_is_asked_again_after_stating_it_or_without_a_promise(town: Town) -> None:
    number = started(town)
    state(town.worker("王秀兰"), number, AS_PROMISED)
    assert asked_on(7) == []
    with open_session(SYSTEM, write=True) as session:
        session.get_one(Introduction, number).promised = {}
    assert asked_on(35) == []


def test_nobody_is_asked_about_work_that_has_ended(town: Town) -> None:
    started(town)
    clerk = town.clerk()
    with clock.frozen(world.MONDAY + timedelta(days=3)), open_session(clerk.scope, write=True) as session:
        placement = session.scalars(select(Placement.id)).one()
        end_placement(
            session, clerk, placement_id=placement, reason=LeaveReason.PAY, on=world.TODAY + timedelta(days=3)
        )
    assert asked_on(7) == []


@pytest.mark.parametrize(
    ("day", "stage"),
    [(7, PromiseStage.CONTRACT), (30, PromiseStage.PAYSLIP), (90, PromiseStage.AT_WORK), (180, PromiseStage.AT_WORK)],
)
def test_each_call_asks_about_one_link(day: int, stage: PromiseStage) -> None:
    assert stage_of_call(day) is stage
