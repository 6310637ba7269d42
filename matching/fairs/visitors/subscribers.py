"""Who holds a ticket learns of it when the fair is moved, postponed or cancelled."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.messages import send
from centre.scopes import seeing_everything
from employers.fairs.facts import FairMoved, HallChanged
from employers.fairs.models import Fair
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import visitors
from matching.fairs.visitors.tickets import spoken


@subscribe(FairMoved)
def tell_ticket_holders(session: Session, fact: FairMoved) -> None:
    """Write to every visitor known by name; a ticket without a person has no address, its page shows the change."""
    with seeing_everything(session):
        fair = session.get_one(Fair, fact.fair_id)
        holders = session.scalars(visitors(fair.id).where(Visitor.person_id.is_not(None))).all()
    tell_people(session, fact, fair, [visitor.person_id for visitor in holders if visitor.person_id])


@subscribe(HallChanged)
def lead_ticket_holders(session: Session, fact: HallChanged) -> None:
    """Notify every visitor with an account of the new entrance; the page of a ticket shows it anyway."""
    with seeing_everything(session):
        fair = session.get_one(Fair, fact.fair_id)
        for visitor in session.scalars(visitors(fair.id).where(Visitor.person_id.is_not(None))).all():
            send(
                session,
                fact.message,
                to_person_id=visitor.person_id,
                link=f"/tickets/{spoken(visitor.code)}",
                dedupe_key=f"way-in:{fair.id}:{fair.version}:{visitor.id}",
                expires_at=fair.ends_at,
            )


def tell_people(session: Session, fact: FairMoved, fair: Fair, people: Iterable[int]) -> None:
    """Write to people what became of a fair, to each once."""
    for person_id in people:
        send(
            session,
            fact.message,
            to_person_id=person_id,
            link=f"/fairs/{fair.id}",
            dedupe_key=f"{fact.message.wording.name}:{fair.id}:{fair.revision}:person:{person_id}",
        )
