"""What follows for introductions when an opening changes: pending letters are flagged and their people notified
(MA-16)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.outbox import post
from centre.scopes import seeing_everything
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.openings.models import Opening
from employers.openings.rules import OpeningChanged, OpeningState
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState

PENDING = (
    IntroductionState.RECOMMENDED,
    IntroductionState.LETTER_ISSUED,
    IntroductionState.INTERVIEWED,
    IntroductionState.OFFERED,
)
FROZEN = N_("单位被暂停招聘，请联系求职者")
CLOSED = N_("岗位已关闭，请联系求职者")
_FLAGS = {OpeningState.FROZEN: FROZEN, OpeningState.CLOSED: CLOSED}
STOPPED_TITLE = N_("先不要去面试：{title}")
STOPPED_BODY = N_("这个岗位已停止招聘，请打中心电话问清情况，我们帮您找别的岗位。")


@subscribe(OpeningChanged)
def flag_pending_letters(session: Session, fact: OpeningChanged) -> None:
    """Flag the letters to an opening that was frozen or closed, and notify everybody who holds one."""
    with seeing_everything(session):
        opening = session.scalar(select(Opening).where(Opening.id == fact.opening_id))
        if opening is None or opening.state not in _FLAGS:
            return
        flag = _FLAGS[opening.state]
        pending = select(Introduction).where(Introduction.opening_id == opening.id, Introduction.state.in_(PENDING))
        for introduction in session.scalars(pending.order_by(Introduction.id)):
            if introduction.flag == flag:
                continue
            introduction.flag = flag
            post(
                session,
                kind="opening-stopped",
                to_person_id=introduction.person_id,
                title=translate(SOURCE_LOCALE, STOPPED_TITLE, title=opening.title)[:200],
                body=STOPPED_BODY,
                link=f"/me/introductions/{introduction.id}",
                dedupe_key=f"opening-stopped:{introduction.id}:{opening.state.value}",
            )
