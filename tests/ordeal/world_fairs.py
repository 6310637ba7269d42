"""The rows of fair days in the ordeal's world: scans, tickets and what follows from them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from centre import clock
from centre.scans.models import ScanDevice, ScanEvent
from centre.scans.rules import Act
from employers.fairs.models import Booth, VenueBlock, VenueEntrance
from employers.fairs.plans.models import BoothPlace, HallGrid
from employers.fairs.rules import FairState
from matching.fairs.contacts.models import BoothContact, FairComplaint
from matching.fairs.contacts.rules import ComplaintKind, Outcome
from matching.fairs.interviews.models import BookedInterview, InterviewDay, InterviewGuest
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.rules import TicketSource, subject_of
from tests.ordeal.canaries import Canaries


def add_fair_days(canaries: Canaries, centre_id: int, fairs: dict[FairState, Any], people: list[Any]) -> None:
    """The rows of one side."""
    register = f"fair:{fairs[FairState.BOOTH_OPEN].id}"
    device = f"device-of-{centre_id}"
    canaries.make(ScanDevice, centre_id=centre_id, register=register, device=device, last_at=clock.now(), uploads=1)
    canaries.make(
        ScanEvent, centre_id=centre_id, register=register, device=device, counter=1, digest="0", act=Act.IN,
        at=clock.now(), subject=f"s{centre_id}", heads=1,
    )  # fmt: skip
    fair = fairs[FairState.BOOTH_OPEN]
    booth = canaries.session.scalars(select(Booth).where(Booth.fair_id == fair.id)).one()
    canaries.make(HallGrid, venue_id=fair.venue_id, width=12, height=8, walls=[], doors=[], public=True)
    canaries.make(VenueEntrance, venue_id=fair.venue_id, x=2, y=7, public=True)
    canaries.make(
        VenueBlock, venue_id=fair.venue_id, starts_at=clock.now() + timedelta(days=400),
        ends_at=clock.now() + timedelta(days=401), owners={"centre_id": centre_id},
    )  # fmt: skip
    canaries.make(BoothPlace, fair_id=fair.id, booth_no=1, x=1, y=1, public=True)
    canaries.make(
        FairDoor, centre_id=centre_id, fair_id=fair.id, places=50, taken=2, early_minutes=30, gates=[], public=True
    )
    canaries.make(
        InterviewDay, centre_id=centre_id, fair_id=fair.id, slot_minutes=15, gap=1, most=3, reserve=15, breaks=[],
        panels={}, released=[], figures={}, released_at=clock.now(), revision=1,
    )  # fmt: skip
    for place, person in enumerate((people[0], None)):
        code = f"T{centre_id}{place}"
        visitor = canaries.make(
            Visitor, centre_id=centre_id, fair_id=fair.id, person_id=person.id if person else None, code=code,
            subject=subject_of(code), source=TicketSource.ONLINE, heads=1,
        )  # fmt: skip
        canaries.share(visitor, "worker_name", employer_id=booth.employer_id)
        own = {"person_id": person.id if person else None, "centre_id": centre_id, "fair_id": fair.id}
        canaries.make(InterviewGuest, visitor_id=visitor.id, booth_ids=[booth.id], from_slot=0, until_slot=9, **own)
        canaries.make(
            BookedInterview, visitor_id=visitor.id, booth_id=booth.id, employer_id=booth.employer_id, panel=0,
            slot=place, **own,
        )  # fmt: skip
        canaries.make(
            BoothContact, visitor_id=visitor.id, booth_id=booth.id, employer_id=booth.employer_id,
            outcome=Outcome.INTENTION, opening_id=None, **own,
        )  # fmt: skip
    canaries.make(FairInvitation, centre_id=centre_id, fair_id=fair.id, person_id=people[0].id, invited_at=clock.now())
    canaries.make(FairComplaint, centre_id=centre_id, fair_id=fair.id, booth_no=1, kind=ComplaintKind.FEE)
