"""Workers introduced to an employer, and the results that the employer reports."""

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from matching.introductions.actions import record_result
from matching.introductions.queries import applicants
from matching.introductions.rules import (
    DONE,
    INTRODUCTION_LABELS,
    REASON_LABELS,
    RESULT_LABELS,
    IntroductionResultDraft,
)
from web.forms import bind
from web.rendering import page

routes = Pages("/employer/applicants")

ALLOW = Permission.RECORD_RESULT


@routes.get("", allow=ALLOW)
def received(unit: Unit) -> Response:
    """All introduced workers, newest first."""
    return _page(unit)


@routes.post("/{introduction_id:int}", allow=ALLOW)
def tell(unit: Unit, introduction_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
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
