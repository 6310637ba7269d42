"""Letters of introduction at the counter: issue, print, record results and follow-up calls; candidates for openings."""

from typing import Annotated, Any, Literal

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from api.security import own_address
from centre.drafts import BIGGEST_ID, Draft, Line, Words
from centre.errors import Invalid, Refusal
from centre.permissions import Permission
from matching.introductions import actions as introducing
from matching.introductions import queries
from matching.introductions.links import answer_path
from matching.introductions.rules import (
    INTRODUCTION_LABELS,
    REASON_LABELS,
    RESULT_LABELS,
    SOURCE_LABELS,
    FollowUpDraft,
    IntroductionResultDraft,
    IntroductionState,
)
from matching.promises.actions import judge_terms
from matching.promises.rules import PromiseStage
from matching.search.find import listed_opening
from matching.suggestions.fits import candidates_for
from web import choices
from web.forms import Bound, bind, blank
from web.letter_page import letter_page
from web.promise_page import promise_page, save_terms, terms_form, warning_of
from web.rendering import page

routes = Pages("/counter")

ALLOW = Permission.LIST_PEOPLE
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class Aside(Draft):
    """The reason for issuing no letter (不开信)."""

    reason: Words


class TermsVerdict(Draft):
    """Whether a look at the paper confirms what a worker reported (核实结果)."""

    verdict: Literal["confirm", "dismiss"]
    reason: Line = ""


@routes.get("/introductions/{introduction_id}", allow=ALLOW)
def introduction(unit: Unit, introduction_id: Number) -> Response:
    """One introduction: the letter to print, and its result."""
    return _introduction(unit, introduction_id, blank(unit, IntroductionResultDraft))


def _introduction(unit: Unit, introduction_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    introduction = queries.introduction_in_sight(unit.session, introduction_id)
    return page(
        unit,
        "staff/letters/introduction.html",
        status_code,
        introduction=introduction,
        bound=bound,
        label=INTRODUCTION_LABELS[introduction.state],
        is_open=introduction.letter_no is not None
        and introduction.state
        in (
            IntroductionState.LETTER_ISSUED,
            IntroductionState.UNKNOWN,
            IntroductionState.INTERVIEWED,
            IntroductionState.OFFERED,
        ),
        results=RESULT_LABELS,
        sources=SOURCE_LABELS,
        reasons=REASON_LABELS,
        letter=letter_page(unit, introduction),
        chain=promise_page(unit, introduction),
        warning=warning_of(unit, employer_id=introduction.employer_id, opening_id=introduction.opening_id),
        answer_link=f"{own_address(unit.request)}{answer_path(introduction)}" if introduction.letter_no else "",
    )


@routes.post("/introductions/{introduction_id}/letter", allow=ALLOW)
def letter(unit: Unit, introduction_id: Number) -> Response:
    """Issue the letter that a worker requested."""
    try:
        introducing.agree_to_introduction(unit.session, unit.actor, introduction_id=introduction_id)
    except Refusal as refusal:
        return _introduction(
            unit, introduction_id, blank(unit, IntroductionResultDraft).refuse(refusal), refusal.status
        )
    return RedirectResponse(f"/counter/introductions/{introduction_id}", 303)


@routes.post("/introductions/{introduction_id}/aside", allow=ALLOW)
def aside(unit: Unit, introduction_id: Number) -> Response:
    """Refuse a letter, with a reason."""
    bound = bind(unit, Aside)
    if bound.draft is None:
        return _introduction(unit, introduction_id, bound, 422)
    introducing.set_introduction_aside(
        unit.session, unit.actor, introduction_id=introduction_id, reason=bound.draft.reason
    )
    return RedirectResponse("/counter", 303)


@routes.post("/introductions/{introduction_id}/result", allow=Permission.RECORD_RESULT)
def result(unit: Unit, introduction_id: Number) -> Response:
    """Record the result of a letter."""
    bound = bind(unit, IntroductionResultDraft)
    if bound.draft is None:
        return _introduction(unit, introduction_id, bound, 422)
    try:
        introducing.record_result(unit.session, unit.actor, introduction_id=introduction_id, draft=bound.draft)
    except Refusal as refusal:
        return _introduction(unit, introduction_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/counter/introductions/{introduction_id}", 303)


@routes.get("/introductions/{introduction_id}/terms/{stage}", allow=ALLOW)
def ask_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """The form for the terms of a contract or payslip that the clerk holds."""
    return terms_form(unit, introduction_id, stage, f"/counter/introductions/{introduction_id}")


@routes.post("/introductions/{introduction_id}/terms/{stage}", allow=Permission.STATE_TERMS)
def state_seen_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """Compare a contract, a payslip or the work with what was promised."""
    return save_terms(unit, introduction_id, stage, f"/counter/introductions/{introduction_id}")


@routes.post("/terms/{statement_id}", allow=Permission.RECORD_SERVICE)
def judge(unit: Unit, statement_id: Number) -> Response:
    """Confirm or dismiss what a worker reported, after a look at the paper."""
    bound = bind(unit, TermsVerdict)
    if bound.draft is None:
        raise Invalid(bound.problems)
    row = judge_terms(
        unit.session, unit.actor, statement_id=statement_id, confirms=bound.draft.verdict == "confirm",
        reason=bound.draft.reason,
    )  # fmt: skip
    return RedirectResponse(f"/counter/introductions/{row.introduction_id}#promise", 303)


@routes.post("/follow-ups/{follow_up_id}", allow=Permission.RECORD_SERVICE)
def follow_up(unit: Unit, follow_up_id: Number) -> Response:
    """Record a follow-up call."""
    bound = bind(unit, FollowUpDraft)
    if bound.draft is None:
        raise Invalid(bound.problems)
    introducing.record_follow_up(unit.session, unit.actor, follow_up_id=follow_up_id, draft=bound.draft)
    return RedirectResponse("/counter?saved=call", 303)


@routes.get("/openings/{opening_id}", allow=ALLOW)
def shortlist(unit: Unit, opening_id: Number) -> Response:
    """The centre's best candidates for one opening, with reasons."""
    return page(
        unit,
        "staff/letters/shortlist.html",
        listed=listed_opening(unit.session, opening_id),
        candidates=candidates_for(unit.session, unit.actor, opening_id=opening_id, locale=unit.locale),
        place=choices.place,
        chips_of=choices.chips_of,
    )
