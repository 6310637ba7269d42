"""Fair days of the demo town: tickets, arrivals at two gates, and an interview timetable. Everybody is invented."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.rules import new_words
from centre.bulk_writes import insert_rows
from centre.permissions import Actor
from centre.scans.models import ScanDevice, ScanEvent
from centre.scans.rules import Act
from employers.fairs.hall_rules import EntranceUse
from employers.fairs.models import Booth, Fair, VenueEntrance
from employers.fairs.plans.models import HallGrid
from employers.fairs.plans.rules import default_grid
from employers.fairs.rules import FairState
from matching.fairs.interviews.actions import plan_interviews, release_interviews, set_conditions
from matching.fairs.interviews.drafts import DayDraft
from matching.fairs.interviews.models import InterviewGuest
from matching.fairs.visitors.models import FairDoor, Visitor
from matching.fairs.visitors.rules import TicketSource, bare, register_of, subject_of

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
GATES = ("东门", "西门")
TICKETS, WISHING, PLACES = 60, 30, 400
SHOWN_UP = 0.8


def fill(session: Session, fairs: Sequence[Fair]) -> None:
    """Give the latest past fair its arrivals and the next one its tickets and interviews."""
    dice = Random(20260307)
    on_site = [fair for fair in fairs if fair.venue_id]
    past = [fair for fair in on_site if fair.state in (FairState.ENDED, FairState.REPORTED)]
    coming = [fair for fair in on_site if fair.state is FairState.BOOTH_OPEN and fair.starts_at > clock.now()]
    for fair in past[-1:]:
        _arrive(session, fair, _tickets(session, fair, dice), dice)
    for fair in coming[:1]:
        _interviews(session, fair, _tickets(session, fair, dice), dice)
    for venue_id, booths in {fair.venue_id: fair.booth_count for fair in on_site}.items():
        grid = default_grid(booths)
        session.add(
            HallGrid(
                venue_id=venue_id or 0,
                width=grid.columns,
                height=grid.rows,
                walls=[],
                doors=[list(door) for door in grid.doors],
            )
        )
        front = {"name": "正门", "step_free": True, "directions": "主街一侧，门口有“招聘会”牌子", "is_demo": True}
        x, y = grid.entrance
        session.add(VenueEntrance(venue_id=venue_id or 0, x=x, y=y, **front))
        session.add(VenueEntrance(venue_id=venue_id or 0, name="货门", use=EntranceUse.EXHIBITORS, is_demo=True))
    session.flush()


def _tickets(session: Session, fair: Fair, dice: Random) -> list[Visitor]:
    visitors = []
    for _ in range(TICKETS):
        code = bare(new_words(2))
        visitors.append(
            Visitor(
                fair_id=fair.id,
                centre_id=fair.centre_id,
                code=code,
                subject=subject_of(code),
                worker_name=f"{dice.choice(SURNAMES)}师傅",
                heads=1,
                source=TicketSource.ONLINE,
                registered_at=fair.starts_at - timedelta(days=dice.randint(1, 12)),
            )
        )
    session.add_all(visitors)
    session.add(
        FairDoor(fair_id=fair.id, centre_id=fair.centre_id, places=PLACES, taken=len(visitors), gates=list(GATES))
    )
    session.flush()
    return visitors


def _arrive(session: Session, fair: Fair, visitors: Sequence[Visitor], dice: Random) -> None:
    scans = []
    for number, visitor in enumerate(visitors, 1):
        if dice.random() > SHOWN_UP:
            continue
        gate = dice.choice(GATES)
        minutes = min(dice.expovariate(1 / 40), 140)
        scans.append(
            {
                "register": register_of(fair.id),
                "centre_id": fair.centre_id,
                "device": f"demo-gate-{GATES.index(gate)}",
                "counter": number,
                "digest": "demo",
                "subject": visitor.subject,
                "act": Act.IN,
                "at": fair.starts_at + timedelta(minutes=minutes),
                "gate": gate,
                "heads": 1,
            }
        )
    insert_rows(session, ScanEvent, scans)
    for place, gate in enumerate(GATES):
        session.add(
            ScanDevice(
                register=register_of(fair.id),
                device=f"demo-gate-{place}",
                centre_id=fair.centre_id,
                gate=gate,
                uploads=3,
                last_at=fair.ends_at,
            )
        )


def _interviews(session: Session, fair: Fair, visitors: Sequence[Visitor], dice: Random) -> None:
    booths = session.scalars(select(Booth.id).where(Booth.fair_id == fair.id).order_by(Booth.id)).all()
    for visitor in visitors[:WISHING]:
        session.add(
            InterviewGuest(
                fair_id=fair.id,
                centre_id=fair.centre_id,
                visitor_id=visitor.id,
                booth_ids=dice.sample(booths, min(3, len(booths))),
                from_slot=dice.choice((0, 0, 3)),
                until_slot=99,
            )
        )
    session.flush()
    system = Actor.system()
    set_conditions(session, system, fair_id=fair.id, draft=DayDraft(breaks=(5,)))
    plan_interviews(session, system, fair_id=fair.id)
    release_interviews(session, system, fair_id=fair.id)
