"""The jobseeker's introductions: a story with who, when and one action, the letter, answers to interviews."""

from typing import Annotated, Literal

from fastapi import Path
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID, Draft, Line
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from matching.interviews.actions import answer_interview
from matching.interviews.queries import interviews_of, own_interview
from matching.interviews.timeline import ACTION_LABELS, timeline_of
from matching.introductions import actions as introducing
from matching.introductions.models import Introduction, Placement
from matching.introductions.queries import introduction_in_sight, introductions_of, placements_of
from matching.introductions.rules import INTRODUCTION_LABELS, PLACEMENT_LABELS
from matching.promises.rules import PromiseStage
from web import choices
from web.forms import ButtonForm, bind, blank
from web.letter_page import letter_page, map_address
from web.pages.jobseeker.home import own_id
from web.promise_page import promise_page, save_terms, terms_form, warning_of
from web.rendering import page

routes = Pages("/me")

ALLOW = Permission.EDIT_PROFILE
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class ProposalAnswer(Draft):
    """The answer to a proposal (答复)."""

    answer: Literal["yes", "no"]
    share_phone: Line = ""


@routes.get("/introductions", allow=ALLOW)
def introductions(unit: Unit) -> Response:
    """The reader's introductions and jobs."""
    return page(
        unit,
        "jobseeker/introductions.html",
        introductions=introductions_of(unit.session, own_id(unit)),
        placements=placements_of(unit.session, own_id(unit)),
        labels=INTRODUCTION_LABELS,
        placement_labels=PLACEMENT_LABELS,
        place=choices.place,
    )


def _own(unit: Unit, introduction_id: int) -> Introduction:
    introduction = introduction_in_sight(unit.session, introduction_id)
    if introduction.person_id != own_id(unit):
        raise NotFound
    return introduction


@routes.get("/introductions/{introduction_id}", allow=ALLOW)
def introduction(unit: Unit, introduction_id: Number) -> Response:
    """One introduction: its story, the next action, and the letter to print or show on the phone."""
    return _page(unit, _own(unit, introduction_id))


def _page(unit: Unit, introduction: Introduction, refusal: Refusal | None = None) -> Response:
    appointments = interviews_of(unit.session, introduction.id)
    placement = unit.session.scalar(select(Placement).where(Placement.introduction_id == introduction.id))
    story = timeline_of(introduction, appointments[0] if appointments else None, placement)
    bound = blank(unit, ButtonForm)
    return page(
        unit,
        "jobseeker/introduction.html",
        refusal.status if refusal else 200,
        introduction=introduction,
        label=INTRODUCTION_LABELS[introduction.state],
        story=story,
        action=ACTION_LABELS[story.action],
        interview=appointments[0] if appointments else None,
        letter=letter_page(unit, introduction),
        map=map_address(introduction.opening),
        chain=promise_page(unit, introduction),
        warning=warning_of(unit, employer_id=introduction.employer_id, opening_id=introduction.opening_id),
        problems=bound.refuse(refusal).problems if refusal else (),
    )


@routes.post("/introductions/{introduction_id}", allow=ALLOW)
def reply(unit: Unit, introduction_id: Number) -> Response:
    """Accept or decline a proposal, or withdraw."""
    bound = bind(unit, ProposalAnswer)
    _own(unit, introduction_id)
    if bound.draft is None:
        raise NotFound
    if bound.draft.answer == "yes":
        introducing.agree_to_introduction(
            unit.session, unit.actor, introduction_id=introduction_id, share_phone=bool(bound.draft.share_phone)
        )
    else:
        introducing.decline_introduction(unit.session, unit.actor, introduction_id=introduction_id)
    return RedirectResponse(f"/me/introductions/{introduction_id}", 303)


@routes.get("/introductions/{introduction_id}/terms/{stage}", allow=ALLOW)
def ask_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """The form for the terms of a contract, a payslip or the work."""
    return terms_form(unit, _own(unit, introduction_id).id, stage, f"/me/introductions/{introduction_id}")


@routes.post("/introductions/{introduction_id}/terms/{stage}", allow=Permission.STATE_TERMS)
def state_own_terms(unit: Unit, introduction_id: Number, stage: PromiseStage) -> Response:
    """Compare a contract, a payslip or the work with what was promised."""
    return save_terms(unit, _own(unit, introduction_id).id, stage, f"/me/introductions/{introduction_id}")


@routes.post("/interviews/{interview_id}/{answer}", allow=ALLOW)
def answer(unit: Unit, interview_id: Number, answer: Annotated[str, Path(pattern="^(take|decline)$")]) -> Response:
    """Say whether the proposed time suits."""
    interview = own_interview(unit.session, own_id(unit), interview_id)
    introduction_id = interview.introduction_id
    try:
        answer_interview(unit.session, unit.actor, interview_id=interview_id, accepts=answer == "take")
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return _page(unit, _own(unit, introduction_id), refusal)
    return RedirectResponse(f"/me/introductions/{introduction_id}", 303)
