"""Actions on booths that employers from the waiting list were offered: they say that they come, or lose them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.isolation import apart
from centre.messages.employers import BOOTH_OFFER_GONE
from centre.permissions import Actor, Permission, require
from employers.fairs.booth_rules import OFFERED, NoOffer
from employers.fairs.booths import decided, release
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import handled_booth
from employers.fairs.rules import ANNOUNCED


def confirm_offer(session: Session, actor: Actor, *, booth_id: int) -> Booth:
    """Say that the employer takes the booth it was offered; the organiser may say so for it. Raises NoOffer."""
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    if booth.offer_until is None or booth.offer_until <= clock.now() or booth.state not in OFFERED:
        raise NoOffer
    booth.offer_until = None
    session.flush()
    return booth


def expire_offers(session: Session) -> int:
    """Give booths whose employers did not say that they come to the next in line; returns how many.

    It is no no-show, and the employer may ask again. A fair without a day waits.
    """
    system = Actor.system()
    due = expired_offers(session)
    for booth in due:
        with apart(session):
            release(session, system, booth, "expire", "")
            decided(session, booth, BOOTH_OFFER_GONE.of(fair=booth.fair.name))
    return len(due)


def expired_offers(session: Session) -> Sequence[Booth]:
    """The booths whose offer has run out."""
    late = (
        select(Booth)
        .join(Fair, Fair.id == Booth.fair_id)
        .where(Booth.offer_until <= clock.now(), Booth.state.in_(sorted(OFFERED)), Fair.state.in_(sorted(ANNOUNCED)))
        .order_by(Booth.id)
    )
    return session.scalars(
        late.options(joinedload(Booth.fair, innerjoin=True), joinedload(Booth.employer, innerjoin=True))
    ).all()
