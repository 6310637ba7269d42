"""What a booth shows: openings may be added and taken off until its fair is over, also at a walk-in's booth."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from centre.audit import note
from centre.drafts import Draft, RecordId
from centre.events import publish
from centre.permissions import Actor, Permission, require
from employers.fairs.booth_rules import WAITING_OR_HOLDING
from employers.fairs.booths import check_openings
from employers.fairs.facts import OpeningsTakenOff
from employers.fairs.models import Booth
from employers.fairs.queries import handled_booth
from employers.fairs.rules import PROMOTING, FairOver


class ShownDraft(Draft):
    """The openings that a booth shows (展示岗位)."""

    opening_ids: Annotated[tuple[RecordId, ...], Field(max_length=30)] = ()


def show_openings(session: Session, actor: Actor, *, booth_id: int, draft: ShownDraft) -> Booth:
    """Set the openings that a booth shows, by its employer or by the organiser for it.

    Who was invited for an opening that is taken off hears of it. Raises FairOver, Invalid or OpeningNotVerified.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    if booth.fair.state not in PROMOTING or booth.state not in WAITING_OR_HOLDING:
        raise FairOver
    kept = [number for number in booth.opening_ids if number in draft.opening_ids]
    wished = list(dict.fromkeys([*kept, *draft.opening_ids]))
    if wished == booth.opening_ids:
        return booth
    check_openings(session, booth.employer_id, [number for number in wished if number not in booth.opening_ids])
    dropped = tuple(number for number in booth.opening_ids if number not in wished)
    booth.opening_ids = wished
    session.flush()
    if dropped:
        publish(session, OpeningsTakenOff(booth.fair_id, dropped))
    note(session, actor, action="booth.show", subject=f"booth:{booth.id}", detail={"openings": len(wished)})
    return booth
