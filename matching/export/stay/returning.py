"""What becomes of somebody who came back: free again, with new suggestions the same day (返乡)."""

from dataclasses import replace

from sqlalchemy.orm import Session

from centre import clock
from centre.outbox import post
from centre.permissions import Actor
from centre.translation import N_, SOURCE_LOCALE, translate
from matching.export.members import move_member
from matching.export.models import ExportMember
from matching.profiles.actions import move_registration
from matching.suggestions.fits import own_suggestions

BACK_TITLE = N_("欢迎回来，看看这些岗位")
BACK_BODY = N_("按您的技能，现在合适的有：{titles}。")
BACK_EMPTY = N_("中心已经恢复您的求职登记，有合适的岗位就告诉您。")


def bring_back(session: Session, row: ExportMember, *, by: Actor, reason: str) -> None:
    """Move a member to returned and offer new work at once; called inside wider actions."""
    system = replace(Actor.system(), account_id=by.account_id)
    row.returned_on, row.return_reason = clock.today(), reason
    move_member(session, row, "return", by=system, reason=reason)
    move_registration(session, system, person_id=row.person_id, event="lose_job")
    titles = [
        match.listed.title for match in own_suggestions(session, row.person_id, locale=SOURCE_LOCALE, top=3).matches
    ]
    body = translate(SOURCE_LOCALE, BACK_BODY, titles="、".join(titles)) if titles else BACK_EMPTY
    post(
        session, kind="export-back", to_person_id=row.person_id, title=BACK_TITLE, body=body[:2000],
        link="/me/matches", dedupe_key=f"export-back:{row.id}:{row.version}",
    )  # fmt: skip
