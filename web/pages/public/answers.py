"""An employer answers a letter in one tap, from the link in its messages, without signing in."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.drafts import Draft, Line, NearDay
from centre.errors import NotFound, Refusal
from centre.permissions import Actor
from centre.scopes import seeing_everything
from matching.interviews.actions import propose_interview
from matching.interviews.queries import living_interview
from matching.interviews.rules import INTERVIEW_LABELS, InterviewDraft
from matching.introductions.actions import record_result
from matching.introductions.credentials import BASIS_LABELS, LetterSkill
from matching.introductions.links import introduction_of_link
from matching.introductions.models import Introduction
from matching.introductions.rules import (
    DONE,
    INTRODUCTION_LABELS,
    REASON_LABELS,
    IntroductionResultDraft,
    Result,
    ResultReason,
)
from web.forms import bind, blank
from web.rendering import page

routes = Pages("/answers")

LetterNo = Annotated[str, Path(max_length=40)]
Code = Annotated[str, Path(max_length=40)]
LINK = replace(Actor.system(), name="answer link")
"""Who acts when a link is used: the holder of the link answers for the employer of this one letter."""
REFUSALS = (ResultReason.SKILL, ResultReason.PLACES_GONE, ResultReason.PAY, ResultReason.OTHER)


class LinkAnswer(Draft):
    """What the tapped button says; a refusal carries its reason (一键答复)."""

    answer: Line = ""
    result: Literal[Result.HIRED, Result.INTERVIEWED, Result.REFUSED_BY_EMPLOYER, Result.NO_SHOW]
    reason: ResultReason | None = None
    starts_on: NearDay | None = None


@routes.get("/{letter_no}/{link_code}", allow=PUBLIC)
def asked(unit: Unit, letter_no: LetterNo, link_code: Code) -> Response:
    """The letter, the worker's rated skills, and one button for each answer."""
    return _page(unit, introduction_of_link(unit.session, letter_no, link_code), link_code)


@routes.post("/{letter_no}/{link_code}", allow=PUBLIC)
def answer(unit: Unit, letter_no: LetterNo, link_code: Code) -> Response:
    """Record the answer of the employer."""
    introduction = introduction_of_link(unit.session, letter_no, link_code)
    pressed = str(unit.form.get("answer", "") if unit.form else "")
    result, _, reason = pressed.partition(":")
    bound = bind(unit, LinkAnswer, result=result, reason=reason or None)
    if bound.draft is None:
        return _page(unit, introduction, link_code, bound, 422)
    draft = IntroductionResultDraft(
        result=bound.draft.result, reason=bound.draft.reason, starts_on=bound.draft.starts_on
    )
    try:
        with seeing_everything(unit.session):
            record_result(unit.session, LINK, introduction_id=introduction.id, draft=draft)
            unit.session.flush()
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        again = introduction_of_link(unit.session, letter_no, link_code)
        return _page(unit, again, link_code, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/answers/{letter_no}/{link_code}", 303)


@routes.post("/{letter_no}/{link_code}/interview", allow=PUBLIC)
def invite(unit: Unit, letter_no: LetterNo, link_code: Code) -> Response:
    """Propose a day and time for an interview."""
    introduction = introduction_of_link(unit.session, letter_no, link_code)
    bound = bind(unit, InterviewDraft)
    if bound.draft is None:
        return _page(unit, introduction, link_code, bound, 422)
    try:
        with seeing_everything(unit.session):
            propose_interview(unit.session, LINK, introduction_id=introduction.id, draft=bound.draft)
            unit.session.flush()
    except Refusal as refusal:
        unit.session.rollback()
        again = introduction_of_link(unit.session, letter_no, link_code)
        return _page(unit, again, link_code, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/answers/{letter_no}/{link_code}", 303)


def _page(unit: Unit, introduction: Introduction, code: str, bound: object = None, status_code: int = 200) -> Response:
    with seeing_everything(unit.session):
        interview = living_interview(unit.session, introduction.id)
    response = page(
        unit,
        "public/answers/answer.html",
        status_code,
        introduction=introduction,
        address=f"/answers/{introduction.letter_no}/{code}",
        bound=bound or blank(unit, LinkAnswer),
        label=INTRODUCTION_LABELS[introduction.state],
        is_over=introduction.state in DONE,
        skills=[LetterSkill.of_row(row) for row in introduction.skills],
        bases={basis.value: label for basis, label in BASIS_LABELS.items()},
        refusals={reason.value: REASON_LABELS[reason] for reason in REFUSALS},
        interview=interview,
        interview_label=INTERVIEW_LABELS[interview.state] if interview else "",
    )
    response.headers["cache-control"] = "no-store"
    response.headers["referrer-policy"] = "no-referrer"
    return response
