"""Queries on employers."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre.accounts import Account
from centre.errors import NotFound
from centre.network import allow_staff
from centre.permissions import Actor
from centre.scopes import seeing_everything
from employers.companies.models import Employer
from employers.companies.rules import LISTED, EmployerState


def employers(*, state: EmployerState | None = None, words: str = "") -> Select[Employer]:
    """Employers by name, optionally in one state or with these words in the name."""
    statement = select(Employer).order_by(Employer.name, Employer.id)
    if state is not None:
        statement = statement.where(Employer.state == state)
    if words:
        statement = statement.where(Employer.name.contains(words, autoescape=True))
    return statement


def employer(session: Session, employer_id: int) -> Employer:
    """One employer that is visible to the session. Raises NotFound."""
    record = session.scalar(select(Employer).where(Employer.id == employer_id))
    if record is None:
        raise NotFound
    return record


def employer_by_code(session: Session, uscc: str) -> Employer | None:
    """The employer with a unified social credit code, regardless of the reader's scope."""
    with seeing_everything(session):
        return session.scalar(select(Employer).where(Employer.uscc == uscc))


def own_employer_id(actor: Actor, employer_id: int | None) -> int:
    """The employer the actor acts for: its own, or for staff the one they name. Raises NotFound."""
    if actor.employer_id is not None and not actor.scope.staff:
        if employer_id not in (None, actor.employer_id):
            raise NotFound
        return actor.employer_id
    if employer_id is None:
        raise NotFound(field="employer_id")
    return employer_id


def own_employer(session: Session, actor: Actor, employer_id: int) -> Employer:
    """An employer that the actor may edit: their own or, for staff, one of a centre that they oversee.

    Raises NotFound or OtherCentre.
    """
    company = employer(session, employer_id)
    if not (actor.is_system or actor.scope.staff or company.id == actor.employer_id):
        raise NotFound
    if company.id != actor.employer_id:
        allow_staff(session, company, company.centre_id, actor=actor)
    return company


def ending_licences(on: date) -> Select[Employer]:
    """Trusted employers whose licence ends on a day."""
    return _licensed().where(Employer.licence_expires_on == on)


def ended_licences(on: date) -> Select[Employer]:
    """Trusted employers whose licence ended before a day."""
    return _licensed().where(Employer.licence_expires_on < on)


def _licensed() -> Select[Employer]:
    return select(Employer).where(Employer.state.in_(LISTED)).order_by(Employer.id)


def account_ids(session: Session, employer_id: int) -> list[int]:
    """The accounts of an employer that can receive messages."""
    with seeing_everything(session):
        return list(
            session.scalars(
                select(Account.id)
                .where(Account.employer_id == employer_id, Account.disabled.is_(False))
                .order_by(Account.id)
            )
        )
