"""Whom to invite to a fair, and how the fairs that were held compare."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Path

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.drafts import BIGGEST_ID
from centre.permissions import Permission
from employers.fairs.queries import own_fair
from employers.fairs.rules import OVER, FairState, FairTheme
from matching.fairs.contacts.queries import compared_fairs
from matching.fairs.invitations import actions
from matching.fairs.invitations.queries import employer_proposals, proposals, room_of
from matching.fairs.invitations.rules import EmployerInvited, WorkersInvited
from matching.fairs.visitors.queries import takes_visitors

routes = Routes(tags=["fair_invitations"])

ALLOW = Permission.MANAGE_FAIRS
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class RoomOut(Wire):
    """How many more people may be invited; `show_rate` is null until a fair has measured it."""

    places: int
    taken: int
    invited: int
    show_rate: float | None
    left: int


class OpeningProposalOut(Wire):
    """How many people an opening should invite, and the commonest reason. Names stay with the counter."""

    opening_id: int
    title: str
    employer: str
    booth_no: int | None
    people: int
    reason: str


class EmployerProposalOut(Wire):
    """An employer without a booth that recruits near the fair."""

    employer_id: int
    name: str
    openings: int
    posts: int


class InvitationsOut(Wire):
    """Whom to invite to a fair: people by opening, employers by posts."""

    room: RoomOut
    openings: list[OpeningProposalOut]
    employers: list[EmployerProposalOut]


class InvitedOut(Wire):
    """How many were invited now."""

    invited: int


class ComparedFairOut(Wire):
    """A held fair: its figures as reported or so far, and its funnel, each visitor once at every step."""

    fair_id: int
    name: str
    theme: FairTheme | None
    starts_at: datetime
    figures: dict[str, int]
    funnel: dict[str, int]


@routes.get("/fairs/{fair_id}/invitations", allow=ALLOW)
def read_invitations(unit: Unit, fair_id: FairId) -> InvitationsOut:
    """Get how many people each opening should invite and why, and which employers are missing."""
    fair = own_fair(unit.session, unit.actor, fair_id)
    planned = proposals(unit.session, fair, locale=unit.locale) if takes_visitors(fair) else []
    is_past = fair.state in (*OVER, FairState.LIVE, FairState.CANCELLED)
    missing = [] if is_past else employer_proposals(unit.session, fair)
    return InvitationsOut(
        room=RoomOut.model_validate(room_of(unit.session, fair)),
        openings=[
            OpeningProposalOut(
                opening_id=row.opening.id, title=row.opening.title, employer=row.booth.employer.name,
                booth_no=row.booth.booth_no, people=len(row.candidates),
                reason=Counter(candidate.reason for candidate in row.candidates).most_common(1)[0][0],
            )
            for row in planned
        ],
        employers=[
            EmployerProposalOut(
                employer_id=row.employer.id, name=row.employer.name, openings=row.openings, posts=row.posts
            )
            for row in missing
        ],
    )  # fmt: skip


@routes.post("/fairs/{fair_id}/invitations/workers", allow=ALLOW)
def invite_workers(unit: Unit, fair_id: FairId, draft: WorkersInvited) -> InvitedOut:
    """Invite the people of one opening, or of all; never more than the fair has room for."""
    return InvitedOut(invited=actions.invite_workers(unit.session, unit.actor, fair_id=fair_id, draft=draft))


@routes.post("/fairs/{fair_id}/invitations/employers", allow=ALLOW)
def invite_employer(unit: Unit, fair_id: FairId, draft: EmployerInvited) -> InvitedOut:
    """Invite one employer to take a booth."""
    actions.invite_employer(unit.session, unit.actor, fair_id=fair_id, draft=draft)
    return InvitedOut(invited=1)


@routes.get("/fair-comparison", allow=ALLOW)
def compare_fairs(unit: Unit, theme: FairTheme | None = None) -> list[ComparedFairOut]:
    """List the last fairs that were held, side by side, of one theme or of all."""
    return [
        ComparedFairOut(
            fair_id=row.fair.id, name=row.fair.name, theme=row.fair.theme, starts_at=row.fair.starts_at,
            figures=asdict(row.figures), funnel=asdict(row.funnel),
        )
        for row in compared_fairs(unit.session, unit.actor, theme)
    ]  # fmt: skip
