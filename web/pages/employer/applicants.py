"""Workers introduced to an employer, and the results that the employer reports."""

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from matching.introductions.actions import record_result
from matching.introductions.models import Introduction
from matching.introductions.queries import applicants, introduction_in_sight
from matching.introductions.rules import (
    DONE,
    INTRODUCTION_LABELS,
    REASON_LABELS,
    RESULT_LABELS,
    IntroductionResultDraft,
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
    """What one worker was promised, and what came of it."""
    introduction = _own(unit, introduction_id)
    return page(unit, "employer/promise.html", introduction=introduction, chain=promise_page(unit, introduction))


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
        done=DONE,
        states=INTRODUCTION_LABELS,
        results=RESULT_LABELS,
        reasons=REASON_LABELS,
        problems=problems,
    )
