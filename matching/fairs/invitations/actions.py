"""Invitations to a fair: workers who fit its openings, and employers who recruit nearby."""

from sqlalchemy.orm import Session

from centre.audit import note
from centre.messages import send
from centre.messages.employers import BOOTH_INVITATION
from centre.messages.jobseekers import FAIR_INVITATION
from centre.permissions import Actor, Permission, require
from centre.translation import SOURCE_LOCALE
from employers.companies.messages import tell_employer
from employers.fairs.booth_rules import NotBoothTime
from employers.fairs.queries import own_fair, span
from employers.fairs.rules import FairState
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.queries import employer_proposals, proposals
from matching.fairs.invitations.rules import EmployerInvited, NobodyToInvite, NotInvitable, WorkersInvited
from matching.fairs.visitors.queries import takes_visitors
from matching.fairs.visitors.rules import TicketsClosed


def invite_workers(session: Session, actor: Actor, *, fair_id: int, draft: WorkersInvited) -> int:
    """Invite the people whom an opening, or every opening, at a fair fits; returns how many.

    Each person is invited once to a fair, and never more people than it has room for. Raises TicketsClosed,
    NobodyToInvite, NotFound or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    if not takes_visitors(fair):
        raise TicketsClosed
    invited = 0
    for proposal in proposals(session, fair, locale=SOURCE_LOCALE):
        if draft.opening_id not in (None, proposal.opening.id):
            continue
        for candidate in proposal.candidates:
            session.add(
                FairInvitation(
                    fair_id=fair.id, centre_id=fair.centre_id, person_id=candidate.person_id,
                    opening_id=proposal.opening.id,
                )
            )  # fmt: skip
            send(
                session,
                FAIR_INVITATION.of(
                    fair=fair.name,
                    when=span(fair),
                    employer=proposal.booth.employer.name,
                    title=proposal.opening.title,
                    reason=candidate.reason,
                ),
                to_person_id=candidate.person_id,
                link=f"/fairs/{fair.id}/register",
                dedupe_key=f"fair-invitation:{fair.id}:{candidate.person_id}",
                expires_at=fair.ends_at,
            )
            invited += 1
    if not invited:
        raise NobodyToInvite
    note(session, actor, action="fair.invite", subject=f"fair:{fair.id}", detail={"people": invited})
    return invited


def invite_employer(session: Session, actor: Actor, *, fair_id: int, draft: EmployerInvited) -> FairInvitation:
    """Invite an employer to take a booth. Raises NotBoothTime, NotInvitable, NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    if fair.state is not FairState.BOOTH_OPEN:
        raise NotBoothTime
    if draft.employer_id not in {row.employer.id for row in employer_proposals(session, fair)}:
        raise NotInvitable(field="employer_id")
    invitation = FairInvitation(fair_id=fair.id, centre_id=fair.centre_id, employer_id=draft.employer_id)
    session.add(invitation)
    session.flush()
    tell_employer(
        session,
        draft.employer_id,
        BOOTH_INVITATION.of(fair=fair.name, when=span(fair)),
        link=f"/employer/fairs/{fair.id}/booth",
        dedupe_key=f"fair-invitation:{fair.id}",
    )
    note(session, actor, action="fair.invite", subject=f"fair:{fair.id}", detail={"employer": draft.employer_id})
    return invitation
