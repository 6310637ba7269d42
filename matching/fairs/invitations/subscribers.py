"""People invited to a fair are notified of changes to it, to the booth and to the opening."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.events import subscribe
from centre.messages import send
from centre.messages.jobseekers import FAIR_CHANGED
from centre.records.rules import PersonErased
from centre.scopes import seeing_everything
from employers.companies.messages import tell_employer
from employers.fairs.facts import BoothGone, FairMoved, OpeningsTakenOff
from employers.fairs.models import Fair
from employers.fairs.rules import PROMOTING
from employers.openings.models import Opening
from employers.openings.rules import OpeningChanged, OpeningState
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.queries import invited_people
from matching.fairs.visitors.subscribers import tell_people

TAKES_NOBODY = frozenset({OpeningState.FILLED, OpeningState.FROZEN, OpeningState.EXPIRED, OpeningState.CLOSED})


@subscribe(FairMoved)
def tell_invited(session: Session, fact: FairMoved) -> None:
    """Write to everybody who was invited; who holds a ticket or a booth as well gets one message."""
    with seeing_everything(session):
        fair = session.get_one(Fair, fact.fair_id)
        guests = select(FairInvitation.employer_id).where(
            FairInvitation.fair_id == fair.id, FairInvitation.employer_id.is_not(None)
        )
        employers = session.scalars(guests.order_by(FairInvitation.id)).all()
    tell_people(session, fact, fair, sorted(invited_people(session, fair.id)))
    for employer_id in employers:
        tell_employer(
            session,
            employer_id or 0,
            fact.message,
            link=f"/fairs/{fair.id}",
            dedupe_key=f"{fact.message.wording.name}:{fair.id}:{fair.revision}",
        )


@subscribe(BoothGone)
def tell_guests_of_booth(session: Session, fact: BoothGone) -> None:
    """Write to those who were invited for an opening at a booth that comes free."""
    _tell_guests(session, fact.opening_ids, fair_id=fact.fair_id)


@subscribe(OpeningsTakenOff)
def tell_guests_of_openings(session: Session, fact: OpeningsTakenOff) -> None:
    """Write to those who were invited for an opening that a booth no longer shows."""
    _tell_guests(session, fact.opening_ids, fair_id=fact.fair_id)


@subscribe(OpeningChanged)
def tell_guests_of_opening(session: Session, fact: OpeningChanged) -> None:
    """Notify people who were invited for an opening that no longer accepts applicants."""
    with seeing_everything(session):
        opening = session.get(Opening, fact.opening_id)
        is_over = opening is not None and opening.state in TAKES_NOBODY
    if is_over:
        _tell_guests(session, [fact.opening_id])


def _tell_guests(session: Session, opening_ids: Collection[int], *, fair_id: int | None = None) -> None:
    """Tell each person invited for one of the openings to a fair that is still to come, once for each opening."""
    coming = (
        select(FairInvitation, Fair, Opening)
        .join(Fair, Fair.id == FairInvitation.fair_id)
        .join(Opening, Opening.id == FairInvitation.opening_id)
        .options(joinedload(Opening.employer, innerjoin=True))
        .where(
            FairInvitation.opening_id.in_(opening_ids),
            FairInvitation.person_id.is_not(None),
            Fair.state.in_(sorted(PROMOTING)),
            Fair.ends_at > clock.now(),
        )
        .order_by(FairInvitation.id)
    )
    with seeing_everything(session):
        for invitation, fair, opening in session.execute(
            coming if fair_id is None else coming.where(Fair.id == fair_id)
        ):
            send(
                session,
                FAIR_CHANGED.of(fair=fair.name, employer=opening.employer.name, title=opening.title),
                to_person_id=invitation.person_id,
                link=f"/fairs/{fair.id}",
                dedupe_key=f"fair-changed:{fair.id}:{opening.id}:{invitation.person_id}",
                expires_at=fair.ends_at,
            )


@subscribe(PersonErased)
def forget_invitations(session: Session, fact: PersonErased) -> None:
    """Delete the invitations of an erased person."""
    session.execute(delete(FairInvitation).where(FairInvitation.person_id == fact.person_id))
