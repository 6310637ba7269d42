"""Actions on booths: apply, approve, number, check in, release. A guarded counter limits them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.counters import give_back, take_one
from centre.errors import Invalid, Problem
from centre.events import publish
from centre.messages import Filled
from centre.messages.employers import (
    BOOTH_APPROVED,
    BOOTH_NUMBERED,
    BOOTH_OFFERED,
    BOOTH_PROMOTED,
    BOOTH_REFUSED,
    BOOTH_TAKEN_BACK,
    BOOTH_WITHDRAWN,
)
from centre.messages.jobseekers import FAIR_BOOTH_MOVED
from centre.permissions import Actor, Permission, require
from centre.policy import PolicyMissing, policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from employers.companies.actions import count_no_show
from employers.companies.messages import tell_employer
from employers.companies.queries import employer, own_employer_id
from employers.companies.rules import LISTED, EmployerNotActive, EmployerState, check_stranger
from employers.fairs.booth_rules import (
    ASKED_BEFORE,
    BOOTH,
    HOLDING_BOOTH,
    WAITING_OR_HOLDING,
    AlreadyApplied,
    BoothDraft,
    BoothState,
    BoothTaken,
    NoBoothFree,
    NotBoothTime,
    OpeningNotVerified,
    ProxyBooth,
    TooLateToWithdraw,
    TooManyNoShows,
)
from employers.fairs.facts import BoothGone, BoothMoved
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import booths, employer_requests, fair, handled_booth, next_waiting, own_fair
from employers.fairs.rules import PROMOTING, BeforeTheDay, FairOver, FairState
from employers.openings.models import Opening
from employers.openings.rules import OpeningState

UNDECIDED = (BoothState.APPLIED, BoothState.WAITLISTED)
VERIFIED = (OpeningState.VERIFIED, OpeningState.OPEN, OpeningState.PAUSED, OpeningState.FILLED)


def apply_for_booth(session: Session, actor: Actor, *, fair_id: int, draft: BoothDraft) -> Booth:
    """Apply for a booth; a free one is held at once, otherwise the application joins the waiting list.

    An employer that withdrew or was turned down may ask again, at the end of the waiting list.

    Raises NotBoothTime, EmployerNotActive, TooManyNoShows, AlreadyApplied or OpeningNotVerified.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    job_fair = fair(session, fair_id)
    applicant = employer(session, own_employer_id(actor, draft.employer_id))
    if job_fair.state is not FairState.BOOTH_OPEN:
        raise NotBoothTime
    if applicant.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(name=applicant.name)
    day = clock.local(job_fair.starts_at).date()
    missed = applicant.no_shows_in(day.year)
    if missed >= policy(session, "fair-noshow-limit", on=day, region=job_fair.region_code):
        raise TooManyNoShows(count=missed)
    check_openings(session, applicant.id, draft.opening_ids)
    booth = session.scalar(select(Booth).where(Booth.fair_id == job_fair.id, Booth.employer_id == applicant.id))
    if booth is not None and booth.state not in ASKED_BEFORE:
        raise AlreadyApplied
    held = take_booth(session, job_fair.id)
    if booth is None:
        booth = Booth(fair_id=job_fair.id, state=BoothState.APPLIED if held else BoothState.WAITLISTED)
        session.add(booth)
    else:
        move(session, actor, booth, BOOTH, "apply" if held else "wait")
        booth.asked_at, booth.decided_at = clock.now(), None
    booth.fair, booth.employer = job_fair, applicant
    booth.offer_until = None
    booth.contact_name, booth.contact_phone, booth.note = draft.contact_name, draft.contact_phone, draft.note
    booth.opening_ids = list(dict.fromkeys(draft.opening_ids))
    session.flush()
    return booth


def approve_booth(session: Session, actor: Actor, *, booth_id: int) -> Booth:
    """Approve an application, also one that was refused before.

    Raises FairOver, EmployerNotActive or NoBoothFree.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    check_stranger(actor, booth.employer_id)
    _refuse_ended(booth)
    BOOTH.find(booth.state, "approve")
    if booth.state is BoothState.REFUSED and not take_booth(session, booth.fair_id):
        raise NoBoothFree
    move(session, actor, booth, BOOTH, "approve")
    decided(session, booth, BOOTH_APPROVED.of(fair=_fair_name(session, booth)))
    return booth


def refuse_booth(session: Session, actor: Actor, *, booth_id: int, reason: str) -> Booth:
    """Refuse an application or take a booth back, with a reason; the next on the waiting list moves up.

    Raises Invalid without a reason, or FairOver.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    booth = handled_booth(session, actor, booth_id)
    if booth.fair.state not in PROMOTING:
        raise FairOver
    return _turn_down(session, actor, booth, reason)


def assign_booth(session: Session, actor: Actor, *, booth_id: int, booth_no: int | None = None) -> Booth:
    """Number an approved booth, by default with the lowest free number. Raises BoothTaken or Invalid."""
    require(actor, Permission.ASSIGN_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    check_stranger(actor, booth.employer_id)
    _refuse_ended(booth)
    used = {
        number: holder
        for holder, number in session.execute(
            select(Booth.id, Booth.booth_no).where(Booth.fair_id == booth.fair_id, Booth.booth_no.is_not(None))
        )
    }
    number = booth_no or next(free for free in range(1, len(used) + 2) if free not in used)
    if booth.fair.booth_count and not 1 <= number <= booth.fair.booth_count:
        params = {"most": booth.fair.booth_count}
        raise Invalid([Problem("booth_no", "booth-number", N_("展位号在 1 到 {most} 之间"), params)])
    if used.get(number, booth.id) != booth.id:
        raise BoothTaken(field="booth_no", booth_no=number)
    renumbered = booth.booth_no not in (None, number)
    move(session, actor, booth, BOOTH, "assign")
    booth.booth_no = number
    decided(session, booth, BOOTH_NUMBERED.of(fair=_fair_name(session, booth), booth_no=number))
    if renumbered:
        message = FAIR_BOOTH_MOVED.of(fair=booth.fair.name, employer=booth.employer.name, booth_no=number)
        publish(session, BoothMoved(booth.id, booth.fair_id, message))
    return booth


def assign_all_booths(session: Session, actor: Actor, *, fair_id: int) -> int:
    """Number all approved booths in the order of application; returns how many."""
    require(actor, Permission.ASSIGN_BOOTH)
    fair_id = own_fair(session, actor, fair_id).id
    approved = session.scalars(booths(fair_id).where(Booth.state == BoothState.APPROVED)).all()
    for booth in approved:
        assign_booth(session, actor, booth_id=booth.id)
    return len(approved)


def check_in_booth(session: Session, actor: Actor, *, booth_id: int, licence: str = "") -> Booth:
    """Check an employer in at its booth, with the code on its licence if staff checked it.

    Raises BeforeTheDay, EmployerNotActive or ProxyBooth.
    """
    require(actor, Permission.CHECK_IN)
    booth = handled_booth(session, actor, booth_id)
    refuse_before_the_day(booth.fair)
    if booth.employer.state not in LISTED:
        raise EmployerNotActive(name=booth.employer.name)
    if licence and licence != booth.employer.uscc:
        raise ProxyBooth(field="licence", shown=licence, name=booth.employer.name)
    move(session, actor, booth, BOOTH, "check_in")
    booth.checked_in_at, booth.offer_until = clock.now(), None
    session.flush()
    return booth


def leave_booth(session: Session, actor: Actor, *, booth_id: int) -> Booth:
    """Record that the employer stayed at its booth until the end."""
    require(actor, Permission.CHECK_IN)
    booth = handled_booth(session, actor, booth_id)
    move(session, actor, booth, BOOTH, "leave")
    session.flush()
    return booth


def miss_booth(session: Session, actor: Actor, *, booth_id: int) -> Booth:
    """Record a no-show and release the booth. Raises BeforeTheDay."""
    require(actor, Permission.ASSIGN_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    refuse_before_the_day(booth.fair)
    release(session, actor, booth, "miss", "")
    count_no_show(session, actor, employer_id=booth.employer_id)
    return booth


def withdraw_booth(session: Session, actor: Actor, *, booth_id: int) -> Booth:
    """Withdraw an application before the deadline; the next on the waiting list moves up.

    The organiser may withdraw it for the employer until the fair is over; the employer is notified. Raises
    TooLateToWithdraw or FairOver.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    if booth.fair.state not in PROMOTING:
        raise FairOver
    is_own = booth.employer_id == actor.employer_id
    day = clock.local(booth.fair.starts_at).date()
    days = policy(session, "fair-withdraw-days", on=day, region=booth.fair.region_code)
    has_day = booth.state is not BoothState.WAITLISTED and booth.fair.state is not FairState.POSTPONED
    if is_own and has_day and clock.today() > day - timedelta(days=days):
        raise TooLateToWithdraw(days=days)
    release(session, actor, booth, "withdraw", "")
    if not is_own:
        decided(session, booth, BOOTH_WITHDRAWN.of(fair=_fair_name(session, booth)))
    return booth


def release_booths(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Release all booths and applications of an employer that may no longer recruit; returns how many."""
    require(actor, Permission.ASSIGN_BOOTH)
    requests = employer_requests(session, employer_id)
    with seeing_everything(session):
        for booth in requests:
            _turn_down(session, actor, booth, reason)
    return len(requests)


def end_requests(session: Session, actor: Actor, *, fair_id: int) -> int:
    """Close the open booth applications of an ended or cancelled fair; returns how many.

    After a cancelled fair every request lapses. After one that took place those who were there have served their
    booth and those who waited for a decision lapse; who did not come is for the organiser to say.
    """
    require(actor, Permission.MANAGE_FAIRS)
    system = replace(Actor.system(), account_id=actor.account_id)
    ended = 0
    with seeing_everything(session):
        for booth in session.scalars(booths(fair_id).options(joinedload(Booth.fair, innerjoin=True))).all():
            cancelled = booth.fair.state is FairState.CANCELLED
            event = "lapse" if cancelled or booth.state in UNDECIDED else "leave"
            if booth.state not in WAITING_OR_HOLDING or (booth.state, event) not in BOOTH.table:
                continue
            if event == "lapse" and booth.state in HOLDING_BOOTH:
                give_back(session, Fair, fair_id, taken="booths_taken")
            move(session, system, booth, BOOTH, event)
            booth.booth_no = None if event == "lapse" else booth.booth_no
            session.flush()
            ended += 1
    return ended


def promote_waiting(session: Session, actor: Actor, *, fair_id: int) -> int:
    """Promote the waiting list to free booths and notify the employers; returns how many.

    A fair that is over or cancelled promotes nobody.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    promoted = 0
    job_fair = fair(session, fair_id)
    if job_fair.state not in PROMOTING:
        return promoted
    while take_booth(session, fair_id):
        booth = next_waiting(session, fair_id)
        if booth is None:
            give_back(session, Fair, fair_id, taken="booths_taken")
            break
        with seeing_everything(session):  # the booth of somebody else
            move(session, actor, booth, BOOTH, "promote")
            booth.offer_until = offer_end(session, job_fair)
            decided(session, booth, _promotion(job_fair, booth))
        promoted += 1
    return promoted


def offer_end(session: Session, fair: Fair) -> datetime | None:
    """Until when an employer that moves up has to say that it comes; none once the doors are open or without a day.

    Without the rule for it an offer has no end: a missing rule must not keep anybody from leaving a fair.
    """
    now = clock.now()
    if fair.state is FairState.POSTPONED or now >= fair.starts_at:
        return None
    try:
        hours = policy(session, "fair-offer-hours", on=clock.today(), region=fair.region_code)
    except PolicyMissing:
        return None
    return min(now + timedelta(hours=hours), fair.starts_at)


def renew_offers(session: Session, fair: Fair) -> None:
    """Let the open offers of a fair that has a new day run from now; the caller has asked for the permission."""
    with seeing_everything(session):
        for booth in session.scalars(booths(fair.id).where(Booth.offer_until.is_not(None))):
            booth.offer_until = offer_end(session, fair)
        session.flush()


def _promotion(fair: Fair, booth: Booth) -> Filled:
    if booth.offer_until is None:
        return BOOTH_PROMOTED.of(fair=fair.name)
    return BOOTH_OFFERED.of(fair=fair.name, until=f"{clock.local(booth.offer_until):%m-%d %H:%M}")


def check_openings(session: Session, employer_id: int, opening_ids: Collection[int]) -> None:
    """Let a booth show only its own employer's verified openings. Raises Invalid or OpeningNotVerified."""
    if not opening_ids:
        return
    own = select(Opening).where(Opening.id.in_(opening_ids), Opening.employer_id == employer_id)
    openings = session.scalars(own.order_by(Opening.id)).all()
    if len(openings) < len(set(opening_ids)):
        raise Invalid([Problem("opening_ids", "not-own", N_("只能展示本单位的岗位"))])
    for opening in openings:
        if opening.state not in VERIFIED:
            raise OpeningNotVerified(field="opening_ids", title=opening.title)


def refuse_before_the_day(fair: Fair) -> None:
    """Refuse what can only be known on the day of a fair. Raises BeforeTheDay."""
    day = clock.local(fair.starts_at).date()
    if clock.today() < day:
        raise BeforeTheDay(day=day.isoformat())


def release(session: Session, actor: Actor, booth: Booth, event: str, reason: str) -> None:
    """Take a booth out of its fair by an event, and let the next in line move up."""
    require(actor, Permission.APPLY_FOR_BOOTH)
    held = booth.state in HOLDING_BOOTH
    move(session, actor, booth, BOOTH, event, reason=reason)
    booth.booth_no = booth.offer_until = None
    session.flush()
    if held:
        give_back(session, Fair, booth.fair_id, taken="booths_taken")
        publish(session, BoothGone(booth.id, booth.fair_id, booth.employer_id, tuple(booth.opening_ids)))
        promote_waiting(session, actor, fair_id=booth.fair_id)


def take_booth(session: Session, fair_id: int) -> bool:
    """Take one of a fair's booths; False when none is free. The caller has asked for the permission."""
    # Counted also while the number has no limit, so that a limit set later starts from the right count.
    return take_one(session, Fair, fair_id, taken="booths_taken", limit="booth_capacity")


def _turn_down(session: Session, actor: Actor, booth: Booth, reason: str) -> Booth:
    had_booth = booth.state not in UNDECIDED
    release(session, actor, booth, "refuse", reason)
    wording = BOOTH_TAKEN_BACK if had_booth else BOOTH_REFUSED
    decided(session, booth, wording.of(fair=_fair_name(session, booth), reason=reason))
    return booth


def _refuse_ended(booth: Booth) -> None:
    if booth.fair.state not in PROMOTING:
        raise FairOver
    if booth.employer.state not in LISTED:
        raise EmployerNotActive(name=booth.employer.name)


def _fair_name(session: Session, booth: Booth) -> str:
    return session.scalars(select(Fair.name).where(Fair.id == booth.fair_id)).one()


def decided(session: Session, booth: Booth, message: Filled) -> None:
    """Write down when something was decided about a booth, and tell its employer."""
    booth.decided_at = clock.now()
    session.flush()
    tell_employer(
        session,
        booth.employer_id,
        message,
        link="/employer/booths",
        dedupe_key=f"booth:{booth.id}:{booth.state.value}:{booth.version}",
    )
