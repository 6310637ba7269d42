"""What follows for introductions when an opening changes: letters end, wait or count again with it (MA-16)."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre.events import subscribe
from centre.messages import Wording, send
from centre.messages.jobseekers import OPENING_RESUMED, OPENING_STOPPED
from centre.permissions import Actor
from centre.records.rules import PersonErased
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from employers.companies.rules import EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningChanged, OpeningState
from matching.introductions.models import Introduction
from matching.introductions.rules import INTRODUCTION, IntroductionState

UNDER_WAY = (
    IntroductionState.RECOMMENDED,
    IntroductionState.LETTER_ISSUED,
    IntroductionState.UNKNOWN,
    IntroductionState.INTERVIEWED,
    IntroductionState.OFFERED,
)
LETTERS = (IntroductionState.LETTER_ISSUED, IntroductionState.UNKNOWN)

FROZEN = N_("单位被暂停招聘，请联系求职者")
CLOSED = N_("岗位已关闭，请联系求职者")
FILLED = N_("岗位已招满，请联系求职者")
FLAGS = {OpeningState.FROZEN: FROZEN, OpeningState.CLOSED: CLOSED, OpeningState.FILLED: FILLED}
"""The note on introductions that wait while their opening accepts no applicants."""

ENDED_REASON = N_("岗位已不再招聘")


@subscribe(OpeningChanged)
def follow_opening(session: Session, fact: OpeningChanged) -> None:
    """End, flag or release the introductions to an opening, and tell each worker once of every change."""
    with seeing_everything(session):
        opening = session.scalar(
            select(Opening).where(Opening.id == fact.opening_id).options(joinedload(Opening.employer, innerjoin=True))
        )
        if opening is None:
            return
        under_way = select(Introduction).where(
            Introduction.opening_id == opening.id, Introduction.state.in_(sorted(UNDER_WAY))
        )
        for introduction in session.scalars(under_way.order_by(Introduction.id)).all():
            _follow(session, opening, introduction)


def _follow(session: Session, opening: Opening, introduction: Introduction) -> None:
    flag = FLAGS.get(opening.state, "")
    if event := _ending(opening, introduction):
        move(session, Actor.system(), introduction, INTRODUCTION, event, reason=ENDED_REASON)
        introduction.flag = ""
        introduction.note = introduction.note or ENDED_REASON
        _tell(session, opening, introduction, OPENING_STOPPED)
    elif flag and introduction.flag != flag:
        introduction.flag = flag
        _tell(session, opening, introduction, OPENING_STOPPED)
    elif opening.state is OpeningState.OPEN and introduction.flag in FLAGS.values():
        introduction.flag = ""
        _tell(session, opening, introduction, OPENING_RESUMED)


def _ending(opening: Opening, introduction: Introduction) -> str:
    """The event that ends an introduction for good, or nothing.

    A proposal ends when its opening stops accepting applicants. A letter ends when its opening is closed; who was
    interviewed already may still be hired then, unless the employer is blacklisted.
    """
    is_proposal = introduction.state is IntroductionState.RECOMMENDED
    if opening.state is OpeningState.EXPIRED:
        return "set_aside" if is_proposal else ""
    if opening.state is not OpeningState.CLOSED:
        return ""
    if is_proposal:
        return "set_aside"
    barred = opening.employer.state is EmployerState.BLACKLISTED
    return "void" if barred or introduction.state in LETTERS else ""


def _tell(session: Session, opening: Opening, introduction: Introduction, wording: Wording) -> None:
    send(
        session,
        wording.of(title=opening.title),
        to_person_id=introduction.person_id,
        link=f"/me/introductions/{introduction.id}",
        dedupe_key=f"{wording.name}:{introduction.id}:{opening.state.value}:{opening.version}",
    )


@subscribe(PersonErased)
def forget_letters(session: Session, fact: PersonErased) -> None:
    """Empty the signed letters and rated skills of an erased person; numbers and results stay."""
    own = select(Introduction).where(Introduction.person_id == fact.person_id)
    for introduction in session.scalars(own.order_by(Introduction.id)):
        introduction.signed_letter, introduction.skills = "", []
