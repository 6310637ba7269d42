"""Queries on who should meet whom at a fair."""

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.records.queries import refusing
from centre.scopes import seeing_everything
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs.booth_rules import WAITING_OR_HOLDING
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import shown_openings
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from matching.fairs.interviews.queries import show_rate
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.rules import InvitationCandidate, invitations_left, share_out
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import door_of
from matching.live.listing import listed_now
from matching.live.openings import board
from matching.live.workers import PURPOSE
from matching.suggestions.fits import fit_of
from matching.suggestions.many import first_reasons, ranked_for_many
from matching.suggestions.wording import Fit

FEW = 5
MOST = 120
"""Openings that are compared with one person; a fair of a city shows a few hundred at most."""

FOR_ONE_OPENING = 60
"""People considered for one opening; one booth cannot meet more in a morning."""

EMPLOYERS = 20
"""Employers that are proposed at a time."""


@dataclass(frozen=True, slots=True)
class InvitationProposal:
    """An opening at a fair with the people who should hear of it; names stay with the counter (邀请方案)."""

    booth: Booth
    opening: Opening
    candidates: tuple[InvitationCandidate, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """How many people a fair has room for: places, tickets, open invitations, the measured share who come, the rest."""

    places: int
    taken: int
    invited: int
    show_rate: float | None
    left: int


@dataclass(frozen=True, slots=True)
class EmployerProposal:
    """An employer without a booth whose openings are in this fair's region (邀请单位)."""

    employer: Employer
    openings: int
    posts: int


def invited_people(session: Session, fair_id: int) -> set[int]:
    """The people who were invited to a fair."""
    with seeing_everything(session):
        people = select(FairInvitation.person_id).where(FairInvitation.fair_id == fair_id)
        return {person_id for person_id in session.scalars(people) if person_id is not None}


def room_of(session: Session, fair: Fair) -> Room:
    """How many more people may be invited to a fair.

    The places are those of the door; a fair that limits no tickets has room for the visitors that it expects.
    """
    door = door_of(session, fair.id)
    places = (door.places if door is not None else 0) or fair.expected_visitors
    with seeing_everything(session):
        tickets = select(Visitor.person_id, Visitor.heads).where(
            Visitor.fair_id == fair.id, Visitor.cancelled_at.is_(None)
        )
        holders = session.execute(tickets).all()
    taken = sum(heads for _, heads in holders)
    waiting = len(invited_people(session, fair.id) - {person_id for person_id, _ in holders if person_id})
    rate = show_rate(session, fair.centre_id)
    left = invitations_left(places, taken=taken, open_invitations=waiting, show_rate=rate)
    return Room(places, taken, waiting, rate, left)


def proposals(session: Session, fair: Fair, *, locale: str) -> list[InvitationProposal]:
    """Whom to invite to which opening, with the reason; only people with neither a ticket nor an invitation.

    The people are those of the whole network who take part in suggestions, since a fair is for everybody near.
    """
    ground = board().look().ground
    pairs = {opening.id: (booth, opening) for booth, opening in shown_openings(session, fair.id)[:MOST]}
    left = room_of(session, fair).left
    with seeing_everything(session):
        holders = select(Visitor.person_id).where(Visitor.fair_id == fair.id, Visitor.person_id.is_not(None))
        known = invited_people(session, fair.id) | set(session.scalars(holders))
        listed = {opening_id: listed_now(opening) for opening_id, (_, opening) in pairs.items()}
        ranked = ranked_for_many(session, list(listed.values()), ground, top=FOR_ONE_OPENING)
    fitting = {
        opening_id: [
            InvitationCandidate(number, points, "") for number, points in ranked[opening_id] if number not in known
        ]
        for opening_id in pairs
    }
    chosen = {opening_id: people for opening_id, people in share_out(fitting, left).items() if people}
    with seeing_everything(session):
        met = [(who.person_id, listed[opening_id]) for opening_id, people in chosen.items() for who in people]
        why = first_reasons(session, met, ground, locale=locale)
    return [
        InvitationProposal(
            *pairs[opening_id],
            tuple(replace(who, reason=why.get((who.person_id, opening_id), "")) for who in people),
        )
        for opening_id, people in chosen.items()
    ]


def employer_proposals(session: Session, fair: Fair) -> list[EmployerProposal]:
    """Employers with openings in the fair's prefecture, without a booth and not invited yet, most posts first."""
    with seeing_everything(session):
        asked = select(FairInvitation.employer_id).where(
            FairInvitation.fair_id == fair.id, FairInvitation.employer_id.is_not(None)
        )
        exhibiting = select(Booth.employer_id).where(
            Booth.fair_id == fair.id, Booth.state.in_(sorted(WAITING_OR_HOLDING))
        )
        recruiting = (
            open_openings(clock.today())
            .where(
                Opening.region_code.startswith(fair.region_code[:4], autoescape=True),
                Opening.employer_id.in_(select(Employer.id).where(Employer.state == EmployerState.ACTIVE)),
                Opening.employer_id.not_in(asked),
                Opening.employer_id.not_in(exhibiting),
            )
            .order_by(None)
            .with_only_columns(Opening.employer_id, func.count(Opening.id), func.sum(Opening.headcount))
            .group_by(Opening.employer_id)
            .order_by(func.sum(Opening.headcount).desc(), Opening.employer_id)
            .limit(EMPLOYERS)
        )
        counted = session.execute(recruiting).all()
        wanted = select(Employer).where(Employer.id.in_([number for number, _, _ in counted]))
        employers = {employer.id: employer for employer in session.scalars(wanted)}
    return [EmployerProposal(employers[number], *counts) for number, *counts in counted]


def best_booths(
    session: Session, person_id: int, fair_id: int, *, locale: str, top: int = FEW
) -> list[tuple[Booth, Fit]]:
    """The booths whose openings fit a person best, each with its best fit (FA-13).

    Pairs that a rule excludes are left out, and so are people who opted out of suggestions.
    """
    if refusing(session, [person_id], PURPOSE):
        return []
    best: dict[int, tuple[Booth, Fit]] = {}
    for booth, opening in shown_openings(session, fair_id)[:MOST]:
        if not booth.booth_no:
            continue
        fit = fit_of(session, person_id, listed_now(opening), locale=locale)
        if fit.blocks or fit.unlawful:
            continue
        if booth.id not in best or fit.points > best[booth.id][1].points:
            best[booth.id] = (booth, fit)
    return sorted(best.values(), key=lambda row: (-row[1].points, row[0].booth_no or 0))[:top]
