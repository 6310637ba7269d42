"""Invitations to a fair: workers whom its openings fit, and employers who recruit near."""

from sqlalchemy.orm import Session

from centre.audit import note
from centre.outbox import post
from centre.permissions import Actor, Permission, require
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.messages import tell_employer
from employers.fairs.queries import own_fair, span
from employers.fairs.rules import FairState, NotBoothTime
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.queries import employer_proposals, proposals
from matching.fairs.invitations.rules import EmployerInvited, NobodyToInvite, NotInvitable, WorkersInvited
from matching.fairs.visitors.queries import takes_visitors
from matching.fairs.visitors.rules import TicketsClosed

FOR_WORKERS = N_("请您来招聘会：{fair}")
FOR_WORKERS_BODY = N_("{when}，{employer}招“{title}”。{reason}")
FOR_EMPLOYERS = N_("请贵单位来设展位：{fair}")
FOR_EMPLOYERS_BODY = N_("{when}，附近有合适的求职者。展位不收费。")


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
            body = translate(
                SOURCE_LOCALE, FOR_WORKERS_BODY, when=span(fair), employer=proposal.booth.employer.name,
                title=proposal.opening.title, reason=candidate.reason,
            )  # fmt: skip
            post(
                session,
                kind="fair-invitation",
                to_person_id=candidate.person_id,
                title=translate(SOURCE_LOCALE, FOR_WORKERS, fair=fair.name)[:200],
                body=body[:2000],
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
        session, draft.employer_id, kind="fair-invitation", title=FOR_EMPLOYERS, body=FOR_EMPLOYERS_BODY,
        link=f"/employer/fairs/{fair.id}/booth", dedupe_key=f"fair-invitation:{fair.id}",
        params={"fair": fair.name, "when": span(fair)},
    )  # fmt: skip
    note(session, actor, action="fair.invite", subject=f"fair:{fair.id}", detail={"employer": draft.employer_id})
    return invitation
