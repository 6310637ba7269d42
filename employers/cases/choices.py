"""The employers that a form lets choose."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from employers.companies.models import Employer
from employers.companies.rules import LISTED

MOST = 300


def employers_to_choose(session: Session) -> list[tuple[int, str]]:
    """Public employers by name, as many as a list on a page can hold."""
    listed = select(Employer.id, Employer.name).where(Employer.state.in_(LISTED)).order_by(Employer.name, Employer.id)
    return [(row.id, row.name) for row in session.execute(listed.limit(MOST))]
