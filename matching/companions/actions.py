"""Making a group, joining, leaving, and saying whether it may be split. Everybody joins by the own word."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre.accounts.rules import new_words
from centre.audit import note
from centre.errors import NotFound
from centre.messages.journeys import COMPANIONS_CHANGED
from centre.messages.sending import send
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from matching.companions.models import TravelFellow, TravelGroup
from matching.companions.queries import group_of
from matching.companions.rules import (
    MOST,
    AlreadyTogether,
    TravelCode,
    TravelCodeUnknown,
    TravelGroupDraft,
    TravelGroupFull,
    TravelSplit,
    TravelTeam,
)
from matching.profiles.queries import person_in_sight


def start_group(session: Session, actor: Actor, *, person_id: int, draft: TravelGroupDraft) -> TravelGroup:
    """Begin a group with one person; its code is for the companions. Raises NotFound or AlreadyTogether."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    return _started(session, actor, [person], TravelTeam.model_construct(**draft.model_dump(), person_ids=()))


def join_group(session: Session, actor: Actor, *, person_id: int, draft: TravelCode) -> TravelGroup:
    """Join the group of a code. Raises NotFound, TravelCodeUnknown, AlreadyTogether or TravelGroupFull."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    with seeing_everything(session):
        group = session.scalar(select(TravelGroup).where(TravelGroup.code == draft.code))
        if group is None:
            raise TravelCodeUnknown
        _add(session, group, [person])
        _tell(session, group, but=person_id)
    note(session, actor, action="companions.join", subject=f"travel_group:{group.id}")
    return group


def put_together(session: Session, actor: Actor, draft: TravelTeam) -> TravelGroup:
    """Make a group of people at the counter, each of whom has said so. Raises NotFound or AlreadyTogether."""
    require(actor, Permission.LIST_PEOPLE)
    people = [person_in_sight(session, number) for number in dict.fromkeys(draft.person_ids)]
    return _started(session, actor, people, draft)


def change_split(session: Session, actor: Actor, *, person_id: int, draft: TravelSplit) -> TravelGroup:
    """Say whether the people of a group may be suggested apart; everybody in it may. Raises NotFound."""
    require(actor, Permission.EDIT_PROFILE)
    group = _own_group(session, person_id)
    with seeing_everything(session):
        if group.may_split is not draft.may_split:
            group.may_split = draft.may_split
            session.flush()
            _tell(session, group, but=person_id)
    note(session, actor, action="companions.split", subject=f"travel_group:{group.id}")
    return group


def leave_group(session: Session, actor: Actor, *, person_id: int) -> None:
    """Leave the group; the others stay together, and the group ends with its last member. Raises NotFound."""
    require(actor, Permission.EDIT_PROFILE)
    group = _own_group(session, person_id)
    note(session, actor, action="companions.leave", subject=f"travel_group:{group.id}")
    with seeing_everything(session):
        session.execute(delete(TravelFellow).where(TravelFellow.person_id == person_id))
        group.names = [fellow for fellow in group.names if fellow["person_id"] != person_id]
        session.flush()
        _tell(session, group, but=person_id)
        if not group.names:
            session.delete(group)
            session.flush()


def _tell(session: Session, group: TravelGroup, *, but: int) -> None:
    """Notify the other members that the group has changed, since their suggestions depend on it; no names are given."""
    message = COMPANIONS_CHANGED.of(people=len(group.names))
    for fellow in group.names:
        if fellow["person_id"] != but:
            key = f"companions-changed:{group.id}:{group.version}:{fellow['person_id']}"
            send(session, message, to_person_id=fellow["person_id"], link="/me/companions", dedupe_key=key)


def _own_group(session: Session, person_id: int) -> TravelGroup:
    person_in_sight(session, person_id)
    group = group_of(session, person_id)
    if group is None:
        raise NotFound
    return group


def _started(session: Session, actor: Actor, people: list[Person], draft: TravelTeam) -> TravelGroup:
    with seeing_everything(session):
        group = TravelGroup(
            centre_id=people[0].centre_id, tie=draft.tie, may_split=draft.may_split, code=new_words(2), names=[]
        )
        session.add(group)
        session.flush()
        _add(session, group, people)
    note(session, actor, action="companions.start", subject=f"travel_group:{group.id}")
    return group


def _add(session: Session, group: TravelGroup, people: Iterable[Person]) -> None:
    for person in people:
        if session.scalar(select(TravelFellow.id).where(TravelFellow.person_id == person.id)) is not None:
            raise AlreadyTogether
        if len(group.names) >= MOST:
            raise TravelGroupFull(most=MOST)
        session.add(TravelFellow(group_id=group.id, person_id=person.id, centre_id=person.centre_id))
        group.names = [*group.names, {"person_id": person.id, "name": person.name}]
    session.flush()
