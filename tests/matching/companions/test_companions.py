"""Who leaves with whom: by the own word, in one group, and on the roster of a journey together or not at all."""

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.outbox import Message
from centre.permissions import Actor
from centre.records.erasure import erase_person
from centre.states import move
from matching.companions import actions
from matching.companions.jobs import tell_companions
from matching.companions.models import TravelFellow, TravelGroup
from matching.companions.queries import fellows_of, group_of, seeking_apart
from matching.companions.rules import (
    AlreadyTogether,
    TravelCode,
    TravelCodeUnknown,
    TravelGroupDraft,
    TravelSplit,
    TravelTie,
)
from matching.profiles.models import Registration
from matching.profiles.rules import REGISTRATION
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope


@pytest.fixture
def couple(any_town: Town) -> Town:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town, world.W1)
        world.add_worker(session, any_town, world.W2, phone="13800000002")
    return any_town


def start(town: Town, name: str = "王秀兰") -> str:
    actor = town.worker(name)
    with open_session(actor.scope, write=True) as session:
        draft = TravelGroupDraft(tie=TravelTie.COUPLE)
        return actions.start_group(session, actor, person_id=town.people[name], draft=draft).code


def join(town: Town, code: str, name: str = "李桂芳") -> None:
    actor = town.worker(name)
    with open_session(actor.scope, write=True) as session:
        actions.join_group(session, actor, person_id=town.people[name], draft=TravelCode(code=code))


def bound(town: Town) -> dict[int, tuple[int, ...]]:
    with open_session(SYSTEM) as session:
        return fellows_of(session, list(town.people.values()))


def test_two_join_by_the_code_and_are_bound_until_they_may_be_split(couple: Town) -> None:
    code = start(couple)
    assert bound(couple) == {}
    join(couple, code.lower())
    pair = tuple(sorted(couple.people.values()))
    assert bound(couple) == dict.fromkeys(pair, pair)
    worker = couple.worker("李桂芳")
    with open_session(worker.scope, write=True) as session:
        group = group_of(session, couple.people["李桂芳"])
        assert group is not None
        assert [fellow["name"] for fellow in group.names] == ["王秀兰", "李桂芳"]
        draft = TravelSplit(may_split=True)
        actions.change_split(session, worker, person_id=couple.people["李桂芳"], draft=draft)
    assert bound(couple) == {}


def messages() -> list[tuple[int | None, str]]:
    with open_session(SYSTEM) as session:
        written = select(Message).where(Message.kind == "companions-changed").order_by(Message.id)
        return [(message.person_id, message.body[:13]) for message in session.scalars(written)]


def test_the_others_are_notified_once_when_somebody_joins_splits_or_leaves(couple: Town) -> None:
    first, second = couple.people["王秀兰"], couple.people["李桂芳"]
    join(couple, start(couple))
    assert messages() == [(first, "您的结伴组现在一共 2 人")]
    worker = couple.worker("李桂芳")
    for _ in range(2):  # the same once more changes nothing
        with open_session(worker.scope, write=True) as session:
            actions.change_split(session, worker, person_id=second, draft=TravelSplit(may_split=True))
    assert [person for person, _ in messages()] == [first, first]
    with open_session(worker.scope, write=True) as session:
        actions.leave_group(session, worker, person_id=second)
    assert messages()[2:] == [(first, "您的结伴组现在一共 1 人")]


def test_a_wrong_code_a_second_group_and_other_peoples_records_are_refused(couple: Town) -> None:
    code = start(couple)
    with pytest.raises(TravelCodeUnknown):
        join(couple, "ZZZZ-ZZZZ")
    join(couple, code)
    with pytest.raises(AlreadyTogether):
        start(couple, "李桂芳")
    worker = couple.worker("王秀兰")
    with open_session(worker.scope, write=True) as session, pytest.raises(NotFound):
        actions.leave_group(session, worker, person_id=couple.people["李桂芳"])
    boss = couple.boss("南通海门织彩(虚构)")
    with open_session(boss.scope, write=True) as session, pytest.raises(Forbidden):
        actions.leave_group(session, boss, person_id=couple.people["李桂芳"])


def test_a_member_who_leaves_or_is_erased_is_gone_with_the_name_and_the_last_one_ends_it(couple: Town) -> None:
    join(couple, start(couple))
    with open_session(SYSTEM, write=True) as session:
        erase_person(session, Actor.system(), person_id=couple.people["王秀兰"])
    worker = couple.worker("李桂芳")
    with open_session(worker.scope, write=True) as session:
        group = group_of(session, couple.people["李桂芳"])
        assert group is not None
        assert [fellow["name"] for fellow in group.names] == ["李桂芳"]
        actions.leave_group(session, worker, person_id=couple.people["李桂芳"])
    with open_session(SYSTEM) as session:
        assert session.query(TravelFellow).count() == session.query(TravelGroup).count() == 0


def settled(town: Town) -> list[int]:
    """Who was told that a companion no longer looks for work, after two nights."""
    for _ in range(2):
        with open_session(SYSTEM, write=True) as session:
            tell_companions(session)
    with open_session(SYSTEM) as session:
        rows = select(Message.person_id).where(Message.kind == "companion-settled").order_by(Message.id)
        return [number for number in session.scalars(rows) if number is not None]


@pytest.mark.parametrize("event", ["hire", "withdraw", "lapse"])
def test_who_waits_for_a_companion_that_stopped_looking_is_notified_once(couple: Town, event: str) -> None:
    join(couple, start(couple))
    assert settled(couple) == []
    placed, waits = couple.people["王秀兰"], couple.people["李桂芳"]
    with open_session(SYSTEM, write=True) as session:
        registration = session.scalars(select(Registration).where(Registration.person_id == placed)).one()
        move(session, Actor.system(), registration, REGISTRATION, event)
    assert settled(couple) == [waits]
    with open_session(SYSTEM) as session:
        assert seeking_apart(session, [placed, waits]) == {waits: (placed,)}


def test_somebody_who_waits_is_notified_again_after_the_companion_looked_again(couple: Town) -> None:
    join(couple, start(couple))
    placed, waits = couple.people["王秀兰"], couple.people["李桂芳"]
    for event in ("hire", "lose_job", "hire"):
        with open_session(SYSTEM, write=True) as session:
            registration = session.scalars(select(Registration).where(Registration.person_id == placed)).one()
            move(session, Actor.system(), registration, REGISTRATION, event)
        settled(couple)
    assert settled(couple) == [waits, waits]


def test_nobody_waits_in_a_group_that_may_be_split(couple: Town) -> None:
    join(couple, start(couple))
    with open_session(SYSTEM, write=True) as session:
        registration = session.scalars(
            select(Registration).where(Registration.person_id == couple.people["王秀兰"])
        ).one()
        move(session, Actor.system(), registration, REGISTRATION, "hire")
        actions.change_split(
            session, Actor.system(), person_id=couple.people["李桂芳"], draft=TravelSplit(may_split=True)
        )
    assert settled(couple) == []
