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


def enter_employer(session: Session, *, draft: EmployerRegistration) -> Employer:
    """Register a new employer with an account, and request its verification.

    The account signs in with the social credit code in small letters; it may write openings, and nothing is public
    before the centre has verified the employer. Raises EmployerKnown, LoginTaken or Invalid.
    """
    actor = Actor.system()
    values = draft.model_dump(exclude={"password", "truthful"})
    with seeing_everything(session):
        centre_id = centre_of(session, draft.region_code).id
        employer = register_employer(
            session, actor, EmployerDraft.model_validate(values | {"centre_id": centre_id}), source="web"
        )
        submit_employer(session, actor, employer_id=employer.id)
        create_account(
            session,
            actor,
            login=draft.uscc.casefold(),
            name=draft.contact_name,
            password=draft.password,
            roles={Role.EMPLOYER},
            employer_id=employer.id,
            expires_on=clock.today() + FIRST_TERM,
        )
        session.flush()
    return employer
