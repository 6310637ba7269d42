"""Master key rotation: re-wraps every person's data key and re-encrypts every secret of the service."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

from centre import audit, privacy
from centre.accounts.emails import email_place
from centre.accounts.models import Account, SecondFactor
from centre.accounts.queries import kept_login, secret_place
from centre.database import open_session
from centre.keys import mark_new_keys
from centre.permissions import Actor
from centre.reindexing import move_indexes
from centre.signing import SigningKey
from centre.signing import secret_place as signing_place
from centre.tables import Base

LOT = 500
SYSTEM = Actor.system()


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A column of wrapped data keys, and the column with the names of the keys."""

    model: Any
    column: Any
    name: Any


def wrapped_columns() -> Iterator[Wrapped]:
    """All columns of all models that declare `wraps`."""
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        for key, column in inspect(mapper.class_).columns.items():
            if "wraps" in column.info:
                yield Wrapped(mapper.class_, getattr(mapper.class_, key), getattr(mapper.class_, column.info["wraps"]))


def rewrap_everything() -> int:
    """Re-wrap all keys and secrets with the newest master key in batches; returns how many were changed.

    It may run beside the service, be killed and run again: old and new keys open until it is through. At the end the
    blind indexes go under the newest key. Raises KeyTrouble.
    """
    mark_new_keys()
    done = 0
    for kept in wrapped_columns():
        done += _through(partial(_rewrap_lot, kept))
    done += _through(_reseal_lot) + _through(_reseal_email_lot) + _through(_reseal_signing_lot) + _name_by_digest()
    move_indexes()
    with open_session(SYSTEM.scope, write=True) as session:
        audit.note(session, SYSTEM, action="keys.rewrap", subject="keys", detail={"count": done})
    return done


def _through(lot: Callable[[Session, int], tuple[int, int | None]]) -> int:
    done, last = 0, 0
    while True:
        with open_session(SYSTEM.scope, write=True) as session:
            changed, reached = lot(session, last)
        done += changed
        if reached is None:
            return done
        last = reached


def _rewrap_lot(kept: Wrapped, session: Session, after: int) -> tuple[int, int | None]:
    model, changed, last = kept.model, 0, None
    rows = session.execute(
        select(model.id, kept.name, kept.column)
        .where(model.id > after, kept.column.is_not(None), kept.column != b"")
        .order_by(model.id)
        .limit(LOT)
    )
    for last, name, wrapped in rows.all():
        changed += _put(session, model, last, kept.column, wrapped, privacy.rewrapped(name, wrapped))
    return changed, last


def _reseal_lot(session: Session, after: int) -> tuple[int, int | None]:
    changed, last = 0, None
    rows = session.execute(
        select(SecondFactor.id, SecondFactor.account_id, SecondFactor.secret_sealed, SecondFactor.next_sealed)
        .where(SecondFactor.id > after)
        .order_by(SecondFactor.id)
        .limit(LOT)
    )
    for last, account_id, sealed, coming in rows.all():
        for column, kept in ((SecondFactor.secret_sealed, sealed), (SecondFactor.next_sealed, coming)):
            if kept is not None:
                fresh = privacy.resealed_own(secret_place(account_id), kept)
                changed += _put(session, SecondFactor, last, column, kept, fresh)
    return changed, last


def _reseal_email_lot(session: Session, after: int) -> tuple[int, int | None]:
    changed, last = 0, None
    rows = session.execute(
        select(Account.id, Account.email_sealed)
        .where(Account.id > after, Account.email_sealed.is_not(None))
        .order_by(Account.id)
        .limit(LOT)
    )
    for last, sealed in rows.all():
        if sealed is not None:
            fresh = privacy.resealed_own(email_place(last), sealed)
            changed += _put(session, Account, last, Account.email_sealed, sealed, fresh)
    return changed, last


def _reseal_signing_lot(session: Session, after: int) -> tuple[int, int | None]:
    changed, last = 0, None
    rows = session.execute(
        select(SigningKey.id, SigningKey.name, SigningKey.secret_sealed)
        .where(SigningKey.id > after)
        .order_by(SigningKey.id)
        .limit(LOT)
    )
    for last, name, sealed in rows.all():
        fresh = privacy.resealed_own(signing_place(name), sealed)
        changed += _put(session, SigningKey, last, SigningKey.secret_sealed, sealed, fresh)
    return changed, last


def _name_by_digest() -> int:
    """Rename accounts that an older version named by their telephone number; returns how many."""
    with open_session(SYSTEM.scope, write=True) as session:
        old = session.scalars(select(Account).where(Account.login.like("1__________")).order_by(Account.id)).all()
        for account in old:
            account.login = kept_login(account.login)
    return len(old)


def _put(session: Session, model: Any, row_id: int, column: Any, old: bytes, fresh: bytes | None) -> int:
    if fresh is None:
        return 0
    # Only over what was read: a key that an erasure has destroyed meanwhile does not come back.
    changed = session.execute(
        update(model)
        .where(model.id == row_id, column == old)
        .values({column.key: fresh})
        .execution_options(synchronize_session=False)
    )
    return int(getattr(changed, "rowcount", 0))
