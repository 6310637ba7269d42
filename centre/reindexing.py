"""Moving the blind indexes to the newest key after a rotation, in one transaction (索引换密钥).

Digests are computed beforehand as far as possible; the writing transaction locks out other writers of an index, so that
a unique index never compares digests under two keys.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from centre import audit, clock, privacy
from centre.accounts.models import Account
from centre.accounts.rules import PHONE_LOGIN
from centre.bulk_writes import update_rows
from centre.database import lock_alone, open_session
from centre.key_marks import LOCK, KeyMark, blind_columns, root_in_force
from centre.people import Person
from centre.permissions import Actor

LOT = 2_000
SYSTEM = Actor.system()
NAME_DIGITS = 48
"""Hexadecimal digits of the index in the sign-in name of a telephone."""

COLUMNS = tuple(blind_columns(Person))
Indexes = tuple[str | None, ...]
"""The blind indexes of a person, in the order of COLUMNS."""


def move_indexes() -> int:
    """Put every blind index under the newest key of this process; returns how many rows changed.

    Without a newer key nothing happens. It runs beside the service: who writes an index waits for it, or is asked to
    try again. Only names of accounts whose telephone nobody holds any more stay as they are, and are still known.
    """
    newest = privacy.ring_marks()[0]
    with open_session(SYSTEM.scope) as session:
        old = root_in_force(session)
    if old in (None, newest):
        return 0
    ready = _prepared(newest)
    with open_session(SYSTEM.scope, write=True) as session:
        lock_alone(session, LOCK)
        if root_in_force(session) == newest:
            return 0
        count = _move_people(session, newest, ready) + _move_names(session, str(old), newest)
        mark = session.scalars(select(KeyMark).where(KeyMark.digest == newest)).one()
        mark.roots_at = clock.now()
        audit.note(session, SYSTEM, action="keys.reindex", subject="keys", detail={"count": count})
    privacy.use_root(newest)
    return count


def _prepared(newest: str) -> dict[int, tuple[Indexes, Indexes]]:
    """For each person the indexes as they are and as they will be."""
    ready: dict[int, tuple[Indexes, Indexes]] = {}
    with open_session(SYSTEM.scope) as session:
        for people in _lots(session):
            for person in people:
                ready[person.id] = (_indexes(person), _moved(person, newest))
            session.expunge_all()
    return ready


def _lots(session: Session) -> Iterator[list[Person]]:
    """Everybody who has an index, some thousand at a time."""
    last = 0
    indexed = or_(*(getattr(Person, name).is_not(None) for name in COLUMNS))
    while people := list(
        session.scalars(select(Person).where(Person.id > last, indexed).order_by(Person.id).limit(LOT))
    ):
        yield people
        last = people[-1].id


def _indexes(person: Person) -> Indexes:
    return tuple(getattr(person, name) for name in COLUMNS)


def _moved(person: Person, newest: str) -> Indexes:
    if not person.wrapped_key:  # erased
        return _indexes(person)
    clear = {"identity": person.identity_number, "phone": person.phone}
    kinds = blind_columns(Person)
    return tuple(
        privacy.index_under(newest, kinds[name], clear[kinds[name]]) if index and clear[kinds[name]] else index
        for name, index in zip(COLUMNS, _indexes(person), strict=True)
    )


def _move_people(session: Session, newest: str, ready: Mapping[int, tuple[Indexes, Indexes]]) -> int:
    count, last = 0, 0
    columns = [getattr(Person, name) for name in COLUMNS]
    indexed = or_(*(column.is_not(None) for column in columns))
    while rows := session.execute(
        select(Person.id, Person.updated_at, *columns).where(Person.id > last, indexed).order_by(Person.id).limit(LOT)
    ).all():
        fresh: list[dict[str, Any]] = []
        for number, updated_at, *held in rows:
            before, after = ready.get(number, ((), ()))
            if tuple(held) != before:  # a person added or changed since the preparation
                after = _moved(session.get_one(Person, number), newest)
            fresh.append({"id": number, "updated_at": updated_at, **dict(zip(COLUMNS, after, strict=True))})
        update_rows(session, Person, fresh)
        count, last = count + len(fresh), rows[-1].id
    return count


def _move_names(session: Session, old: str, newest: str) -> int:
    """Rename the accounts that go by the telephone of their person."""
    count = 0
    named = select(Account, Person).join(Person, Person.id == Account.person_id)
    for account, person in session.execute(named.where(Account.login.startswith(PHONE_LOGIN)).order_by(Account.id)):
        if account.login == _name(old, person.phone):
            account.login = _name(newest, person.phone)
            count += 1
    return count


def _name(mark: str, phone: str) -> str:
    return PHONE_LOGIN + privacy.index_under(mark, "login", phone)[:NAME_DIGITS]
