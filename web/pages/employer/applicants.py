"""Workers introduced to an employer, and the results that the employer reports."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID, Draft, RecordId
from centre.errors import Invalid, NotFound, Problem, Refusal
from centre.permissions import Permission
from centre.translation import N_
from matching.introductions.actions import record_result
from matching.introductions.credentials import BASIS_LABELS
from matching.introductions.links import answer_path
from matching.introductions.models import Introduction
from matching.introductions.queries import applicants, introduction_in_sight
from matching.introductions.rules import (
    DONE,
    INTRODUCTION_LABELS,
    REASON_LABELS,
    RESULT_LABELS,
    IntroductionResultDraft,
    Result,
    ResultReason,
)
from matching.promises.rules import PromiseStage
from web.forms import bind
from web.promise_page import promise_page, save_terms, terms_form
from web.rendering import page

routes = Pages("/employer/applicants")

ALLOW = Permission.RECORD_RESULT
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("", allow=ALLOW)
def received(unit: Unit) -> Response:
    """All introduced workers, newest first."""
    return _page(unit)


class SeveralAnswers(Draft):
    """One tap that answers one letter, or all those ticked (一起答复): `12:hired`, `ticked:no_show`."""

    answer: Annotated[str, Field(pattern="^([0-9]{1,18}|ticked):[a-z_]{1,40}(:[a-z_]{1,40})?$")]
    introduction_ids: Annotated[tuple[RecordId, ...], Field(max_length=100)] = ()


@routes.post("", allow=ALLOW)
def answer(unit: Unit) -> Response:
    """Answer one letter by a tap, or several alike; either all are recorded or none."""
    bound = bind(unit, SeveralAnswers)
    if bound.draft is None:
        return _page(unit, bound.problems, 422)
    whose, result, reason = (*bound.draft.answer.split(":"), "")[:3]
    numbers = bound.draft.introduction_ids if whose == "ticked" else (int(whose),)
    try:
        if not numbers:
            raise Invalid([Problem("", "nobody-ticked", N_("请先勾选要答复的人"))])
        draft = IntroductionResultDraft(result=Result(result), reason=ResultReason(reason) if reason else None)
        for number in numbers:
            record_result(unit.session, unit.actor, introduction_id=number, draft=draft)
    except NotFound:
        raise
    except ValueError:
        raise NotFound from None
    except Refusal as refusal:
        unit.session.rollback()  # the page must not show uncommitted changes
        return _page(unit, refusal.problems, refusal.status)
    return RedirectResponse("/employer/applicants", 303)


@routes.post("/{introduction_id:int}", allow=ALLOW)
def tell(unit: Unit, introduction_id: Number) -> Response:
    """Report the result of an introduction."""
    bound = bind(unit, IntroductionResultDraft)
    if bound.draft is None:
        return _page(unit, bound.problems, 422)
    try:
        record_result(unit.session, unit.actor, introduction_id=introduction_id, draft=bound.draft)
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()  # the page must not show uncommitted changes
        return _page(unit, refusal.problems, refusal.status)
    return RedirectResponse("/employer/applicants", 303)


@routes.get("/{introduction_id:int}", allow=ALLOW)
def promised(unit: Unit, introduction_id: Number) -> Response:
    """What one worker was promised, and the outcome."""
    introduction = _own(unit, introduction_id)
    return page(unit, "employer/promise.html", introduction=introduction, chain=promise_page(unit, introduction))


@routes.get("/{introduction_id:int}/letter", allow=ALLOW)
def letter(unit: Unit, introduction_id: Number) -> Response:
    """Lead to the letter with its one-tap answers and interview proposals."""
    introduction = _own(unit, introduction_id)
    if not introduction.letter_no:
        raise NotFound
    return RedirectResponse(answer_path(introduction), 303)


@routes.get("/{introduction_id:int}/terms/{stage}", allow=ALLOW)
def ask_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """The form for the terms of a contract or payslip."""
    return terms_form(unit, _own(unit, introduction_id).id, stage, f"/employer/applicants/{introduction_id}")


@routes.post("/{introduction_id:int}/terms/{stage}", allow=Permission.STATE_TERMS)
def state_offered_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """State what the contract, the payslip or the work brings."""
    return save_terms(unit, _own(unit, introduction_id).id, stage, f"/employer/applicants/{introduction_id}")


def _own(unit: Unit, introduction_id: int) -> Introduction:
    """An introduction to the reader's own employer. Raises NotFound."""
    introduction = introduction_in_sight(unit.session, introduction_id)
    if unit.actor.employer_id is None or introduction.employer_id != unit.actor.employer_id:
        raise NotFound
    return introduction


def _page(unit: Unit, problems: Any = (), status_code: int = 200) -> Response:
    if unit.actor.employer_id is None:
        raise NotFound
    return page(
        unit,
        "employer/applicants.html",
        status_code,
        applicants=applicants(unit.session),
        bases=BASIS_LABELS,
        done=DONE,
        states=INTRODUCTION_LABELS,
        results=RESULT_LABELS,
        reasons=REASON_LABELS,
        problems=problems,
    )
