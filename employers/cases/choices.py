"""The employers that a form lets choose, and the employer that a written name means."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from employers.companies.models import Employer
from employers.companies.rules import LISTED, EmployerState

MOST = 300


def employers_to_choose(session: Session) -> list[tuple[int, str]]:
    """Public employers by name, as many as a list on a page can hold."""
    listed = select(Employer.id, Employer.name).where(Employer.state.in_(LISTED)).order_by(Employer.name, Employer.id)
    return [(row.id, row.name) for row in session.execute(listed.limit(MOST))]


def all_employers(session: Session) -> list[tuple[int, str]]:
    """Every employer but those that never passed: a complaint may concern one whose service is suspended."""
    known = select(Employer.id, Employer.name).where(Employer.state != EmployerState.REJECTED)
    return [(row.id, row.name) for row in session.execute(known.order_by(Employer.name, Employer.id).limit(MOST))]


def employer_named(session: Session, written: str) -> int | None:
    """The only employer with this full name or social credit code; None where none or several have it.

    A list on a page holds some hundreds of names, so what is written beside it must find the others.
    """
    words = "".join(written.split())
    if not words:
        return None
    same = select(Employer.id).where(
        (func.replace(Employer.name, " ", "") == words) | (Employer.uscc == words.upper()),
        Employer.state != EmployerState.REJECTED,
    )
    known = session.scalars(same.order_by(Employer.id).limit(2)).all()
    return known[0] if len(known) == 1 else None
