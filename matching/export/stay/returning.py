"""A returned worker is active again, with new suggestions the same day (返乡)."""

from dataclasses import replace

from sqlalchemy.orm import Session

from centre import clock
from centre.messages import send
from centre.messages.journeys import EXPORT_BACK, EXPORT_BACK_EMPTY
from centre.permissions import Actor
from centre.translation import SOURCE_LOCALE
from matching.export.members import move_member
from matching.export.models import ExportMember
from matching.profiles.actions import move_registration
from matching.suggestions.fits import own_suggestions


def bring_back(session: Session, row: ExportMember, *, by: Actor, reason: str) -> None:
    """Move a member to returned and offer new work at once; called inside wider actions."""
    system = replace(Actor.system(), account_id=by.account_id)
    row.returned_on, row.return_reason = clock.today(), reason
    move_member(session, row, "return", by=system, reason=reason)
    move_registration(session, system, person_id=row.person_id, event="lose_job")
    titles = [
        match.listed.title for match in own_suggestions(session, row.person_id, locale=SOURCE_LOCALE, top=3).matches
    ]
    message = EXPORT_BACK.of(titles="、".join(titles)) if titles else EXPORT_BACK_EMPTY.of()
    key = f"export-back:{row.id}:{row.version}"
    send(session, message, to_person_id=row.person_id, link="/me/matches", dedupe_key=key)
