"""Self-registration of employers: the company, its account, and the request for verification."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import create_account
from centre.network import centre_of
from centre.permissions import Actor, Role
from centre.scopes import seeing_everything
from employers.companies.actions import register_employer, submit_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerDraft, EmployerRegistration

FIRST_TERM = timedelta(days=365)
"""Days until the account expires unless a manager renews it."""


def enter_employer(session: Session, *, draft: EmployerRegistration) -> tuple[Employer, str]:
    """Register a new employer with an account, and request its verification.

    The account signs in with the social credit code in small letters; that of a household, which has none, with a name
    made from its number. It may write openings, and nothing is public before the centre has verified the employer.
    Returns the employer and the sign-in name. Raises EmployerKnown, LoginTaken or Invalid.
    """
    actor = Actor.system()
    values = draft.model_dump(exclude={"password", "truthful"})
    with seeing_everything(session):
        centre_id = centre_of(session, draft.region_code).id
        employer = register_employer(
            session, actor, EmployerDraft.model_validate(values | {"centre_id": centre_id}), source="web"
        )
        submit_employer(session, actor, employer_id=employer.id)
        login = draft.uscc.casefold() or f"home-{employer.id}"
        create_account(
            session,
            actor,
            login=login,
            name=draft.contact_name,
            password=draft.password,
            roles={Role.EMPLOYER},
            employer_id=employer.id,
            expires_on=clock.today() + FIRST_TERM,
        )
        session.flush()
    return employer, login
