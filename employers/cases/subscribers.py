"""What a verified employer owes keeps counting: proof that came while it was being checked is not lost."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.translation import SOURCE_LOCALE, translate
from employers.cases.arrears import OWING, PROVED, WageArrears
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerMoved, EmployerState


@subscribe(EmployerMoved)
def watch_debtor(session: Session, fact: EmployerMoved) -> None:
    """An employer that is verified while proved wages are unpaid is watched at once (DOMAIN 6.9)."""
    if fact.event != "verify":
        return
    owing = select(WageArrears.id).where(WageArrears.accused_id == fact.employer_id, WageArrears.state.in_(OWING))
    with seeing_everything(session):
        company = session.get_one(Employer, fact.employer_id)
        if company.state is EmployerState.ACTIVE and session.scalar(owing.limit(1)) is not None:
            reason = translate(SOURCE_LOCALE, PROVED)
            judge_employer(session, Actor.system(), employer_id=company.id, event="warn", reason=reason)
