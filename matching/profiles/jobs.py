"""Due work: registrations near and past their last day."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages import send
from centre.messages.jobseekers import RENEW
from centre.permissions import Actor
from centre.states import move
from matching.profiles.models import PendingRegistration, Registration
from matching.profiles.rules import REGISTRATION, REMIND_BEFORE, RegistrationState


@job("lapse-registrations", every=timedelta(hours=6))
def lapse_registrations(session: Session) -> None:
    """Registrations past their last day lapse; two weeks before, the person is reminded once."""
    today = clock.today()
    ending = (
        select(Registration)
        .where(
            Registration.state == RegistrationState.ACTIVE,
            Registration.valid_until_on <= today + REMIND_BEFORE,
        )
        .order_by(Registration.id)
    )
    for registration in session.scalars(ending).all():
        with apart(session):
            if registration.valid_until_on is not None and registration.valid_until_on < today:
                move(session, Actor.system(), registration, REGISTRATION, "lapse")
                continue
            send(
                session,
                RENEW.of(),
                to_person_id=registration.person_id,
                link="/me",
                dedupe_key=f"renew:{registration.id}:{registration.valid_until_on}",
            )


@job("expire-registrations", every=timedelta(minutes=10))
def expire_registrations(session: Session) -> None:
    """Delete registrations from home whose telephone was not verified in time."""
    session.execute(delete(PendingRegistration).where(PendingRegistration.expires_at < clock.now()))
