"""A jobseeker's pages: next steps, profile and wish in small steps, matches, introductions."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Fen
from centre.errors import NotFound, Refusal
from centre.outbox import Message
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from employers.openings.rules import PLAIN_CERTIFICATE_LABELS, CertificateKind
from matching.companions.queries import group_of
from matching.engine.fit.profiles import Leave
from matching.introductions.queries import introductions_of
from matching.introductions.rules import INTRODUCTION_LABELS
from matching.profiles import actions
from matching.profiles.queries import Jobseeker, has_trade, jobseeker
from matching.profiles.rules import (
    LEAVE_LABELS,
    REGISTRATION_LABELS,
    REMIND_BEFORE,
    KnownRegion,
    OccupationCode,
    OccupationDraft,
    ProfileDraft,
    RegistrationState,
    WishDraft,
)
from matching.suggestions.fits import own_suggestions
from matching.suggestions.reach import pay_offered
from web import choices, seeking
from web.forms import Bound, bind_edit, compared, editing, yuan
from web.rendering import page

routes = Pages("/me")

ALLOW = Permission.EDIT_PROFILE
IntroductionId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class TradesForm(Draft):
    """The form for previous trades (做过什么)."""

    trades: Annotated[tuple[OccupationCode, ...], Field(max_length=10)] = ()
    more: OccupationCode | None = None


class WantedForm(Draft):
    """The form for wanted work (想做什么)."""

    wanted: Annotated[tuple[OccupationCode, ...], Field(max_length=5)] = ()


class PapersForm(Draft):
    """The form for certificates (有什么证)."""

    papers: Annotated[tuple[CertificateKind, ...], Field(max_length=7)] = ()


class PlaceForm(Draft):
    """The form for places of work (想在哪里)."""

    leave_home_ok: Leave
    regions: Annotated[tuple[KnownRegion, ...], Field(max_length=8)] = ()


Term = Literal["board", "lodging", "no_night", "no_shift", "training"]


class PayForm(Draft):
    """The form for pay and conditions (想要什么条件)."""

    wage_floor_fen: Fen | None = None
    terms: Annotated[
        tuple[Literal["board", "lodging", "no_night", "no_shift", "training"], ...], Field(max_length=5)
    ] = ()


STEPS = {
    "trades": "jobseeker/trades.html",
    "years": "jobseeker/years.html",
    "papers": "jobseeker/papers.html",
    "wanted": "jobseeker/wanted.html",
    "place": "jobseeker/place.html",
    "pay": "jobseeker/pay.html",
}


def own_id(unit: Unit) -> int:
    """The person of the account. Raises NotFound for staff and for accounts that the counter has not linked yet."""
    if unit.actor.person_id is None:
        raise NotFound
    return unit.actor.person_id


@routes.get("", allow=ALLOW)
def mine(unit: Unit) -> Response:
    """The reader's status and next steps."""
    if unit.actor.person_id is None:
        return page(unit, "jobseeker/unjoined.html")
    me = jobseeker(unit.session, own_id(unit))
    suggested = own_suggestions(unit.session, own_id(unit), locale=unit.locale, top=3)
    messages = select(Message).where(Message.person_id == own_id(unit)).order_by(Message.id.desc()).limit(5)
    return page(
        unit,
        "jobseeker/home.html",
        me=me,
        state=REGISTRATION_LABELS[me.registration.state] if me.registration else "",
        todo=_todo(me),
        has_profile=has_trade(unit.session, own_id(unit)),
        suggested=suggested,
        introductions=introductions_of(unit.session, own_id(unit), limit=5),
        labels=INTRODUCTION_LABELS,
        messages=unit.session.scalars(messages).all(),
        place=choices.place,
        chips_of=choices.chips_of,
        today=clock.today(),
        ends_soon=_ends_soon(me),
    )


def _ends_soon(me: Jobseeker) -> bool:
    """Whether the registration still runs, and the reminder to renew it is due."""
    if me.registration is None or me.registration.state is not RegistrationState.ACTIVE:
        return False
    last = me.registration.valid_until_on
    return last is not None and last <= clock.today() + REMIND_BEFORE


def _todo(me: Jobseeker) -> str:
    """The first incomplete step; empty when the profile is complete."""
    if not me.occupations:
        return "trades"
    if all(row.years is None for row in me.occupations):
        return "years"
    if me.wish is None or me.wish.leave_home_ok is None:
        return "place"
    return "pay" if me.wish.wage_floor_fen is None else ""


@routes.get("/profile", allow=ALLOW)
def profile(unit: Unit) -> Response:
    """The whole profile, each part with a link to change it."""
    return page(
        unit,
        "jobseeker/profile.html",
        me=jobseeker(unit.session, own_id(unit)),
        trade=vocabulary().name,
        place=choices.place,
        papers=PLAIN_CERTIFICATE_LABELS,
        leave=LEAVE_LABELS,
    )


@routes.get("/profile/{step}", allow=ALLOW)
def step(unit: Unit, step: Literal["trades", "years", "papers", "wanted", "place", "pay"]) -> Response:
    """One step, filled in with known values."""
    me = jobseeker(unit.session, own_id(unit))
    return _step_page(unit, step, me, editing(unit, Draft, _known(step, me)))


def _known(step: str, me: Jobseeker) -> dict[str, Any]:
    wish = me.wish
    if step == "years":
        return {f"years-{row.occupation}": seeking.nearest_years(row.years) for row in me.occupations}
    if step == "trades":
        return {"trades": [row.occupation for row in me.occupations]}
    if step == "papers":
        return {"papers": sorted({row.kind.value for row in me.certificates})}
    if step == "wanted":
        return {"wanted": wish.occupations if wish else []}
    if step == "place":
        leave = wish.leave_home_ok.value if wish and wish.leave_home_ok else ""
        return {"leave_home_ok": leave, "regions": wish.regions if wish else []}
    if step == "pay":
        return {
            "wage_floor_fen": yuan(wish.wage_floor_fen if wish else None),
            "terms": seeking.terms_shown(wish),
        }
    return {}


def _step_page(unit: Unit, step: str, me: Jobseeker, bound: Bound[Any], status_code: int = 200) -> Response:
    words = unit.request.query_params.get("find", "")[:40]
    return page(
        unit,
        STEPS[step],
        status_code,
        me=me,
        bound=bound,
        steps_done=list(STEPS).index(step) + 1,
        trades=choices.TRADES,
        known={trade.code for trade in choices.TRADES},
        years=choices.YEARS,
        pay=_pay_offered(me),
        counties=seeking.counties_with(me.wish.regions if me.wish else ()),
        leave=LEAVE_LABELS,
        papers=PLAIN_CERTIFICATE_LABELS,
        trade=vocabulary().name,
        find=words,
        found_trades=[(code, vocabulary().name(code)) for code in _trades_called(words)],
    )


def _pay_offered(me: Jobseeker) -> list[int | float]:
    """The answers to the question of pay in yuan, the stored one among them."""
    stored = yuan(me.wish.wage_floor_fen if me.wish else None)
    return sorted({*choices.PAY, *([float(stored)] if stored else [])})


def _trades_called(words: str) -> list[str]:
    """Occupations that a word may refer to, including official names that contain it."""
    if not words.strip():
        return []
    meant = list(vocabulary().codes_for(words))
    meant += [node.code for node in vocabulary().occupations if words.strip() in node.name]
    return list(dict.fromkeys(meant))[:12]


@routes.post("/profile/trades", allow=ALLOW)
def save_trades(unit: Unit) -> Response:
    """Save the selected trades; known years and levels stay unchanged."""
    me = jobseeker(unit.session, own_id(unit))
    bound = bind_edit(unit, TradesForm, _known("trades", me))
    if bound.draft is None:
        return _step_page(unit, "trades", me, bound, bound.status)
    known = {row.occupation: row for row in me.occupations}
    codes = list(dict.fromkeys([*bound.draft.trades, *([bound.draft.more] if bound.draft.more else [])]))
    rows = [seeking.occupation(known[code]) if code in known else OccupationDraft(occupation=code) for code in codes]
    try:
        actions.save_profile(unit.session, unit.actor, person_id=own_id(unit), draft=ProfileDraft(occupations=rows))
    except Refusal as refusal:
        return _step_page(unit, "trades", me, bound.refuse(refusal), 422)
    return RedirectResponse("/me/profile/years" if rows else "/me/profile/papers", 303)


@routes.post("/profile/years", allow=ALLOW)
def save_years(unit: Unit) -> Response:
    """Save the years of each trade on the page; fields are named after the codes."""
    me = jobseeker(unit.session, own_id(unit))
    known = _known("years", me)
    typed = {name: str(unit.form.get(name, "") if unit.form else "") for name in known}
    bound = compared(unit, Bound(typed, unit.locale, Draft()), known)
    if bound.draft is None:
        return _step_page(unit, "years", me, bound, bound.status)
    rows = []
    for row in me.occupations:
        answer = typed[f"years-{row.occupation}"]
        # Five years fall under "three to five": who leaves that answer alone still has five.
        is_new = (
            answer.isascii()
            and answer.isdigit()
            and len(answer) < 3
            and answer != str(known[f"years-{row.occupation}"])
        )
        rows.append(seeking.occupation(row, **({"years": min(int(answer), 60)} if is_new else {})))
    actions.save_profile(unit.session, unit.actor, person_id=own_id(unit), draft=ProfileDraft(occupations=rows))
    return RedirectResponse("/me/profile/papers", 303)


@routes.post("/profile/papers", allow=ALLOW)
def save_papers(unit: Unit) -> Response:
    """Save the kinds of certificates; numbers and dates are added at the counter, which sees the certificate."""
    me = jobseeker(unit.session, own_id(unit))
    bound = bind_edit(unit, PapersForm, _known("papers", me))
    if bound.draft is None:
        return _step_page(unit, "papers", me, bound, bound.status)
    rows = seeking.certificates([kind.value for kind in bound.draft.papers], me.certificates)
    actions.save_profile(unit.session, unit.actor, person_id=own_id(unit), draft=ProfileDraft(certificates=rows))
    return RedirectResponse("/me/profile/wanted", 303)


@routes.post("/profile/wanted", allow=ALLOW)
def save_wanted(unit: Unit) -> Response:
    """Save the wanted trades; without any, the previous trades are used."""
    me = jobseeker(unit.session, own_id(unit))
    bound = bind_edit(unit, WantedForm, _known("wanted", me))
    if bound.draft is None:
        return _step_page(unit, "wanted", me, bound, bound.status)
    draft = WishDraft(occupations=list(bound.draft.wanted))
    try:
        actions.save_wish(unit.session, unit.actor, person_id=own_id(unit), draft=draft)
    except Refusal as refusal:
        return _step_page(unit, "wanted", me, bound.refuse(refusal), 422)
    return RedirectResponse("/me/profile/place", 303)


@routes.post("/profile/place", allow=ALLOW)
def save_place(unit: Unit) -> Response:
    """Save the places of work."""
    me = jobseeker(unit.session, own_id(unit))
    bound = bind_edit(unit, PlaceForm, _known("place", me))
    if bound.draft is None:
        return _step_page(unit, "place", me, bound, bound.status)
    draft = WishDraft(leave_home_ok=bound.draft.leave_home_ok, regions=list(bound.draft.regions))
    actions.save_wish(unit.session, unit.actor, person_id=own_id(unit), draft=draft)
    return RedirectResponse("/me/profile/pay", 303)


@routes.post("/profile/pay", allow=ALLOW)
def save_pay(unit: Unit) -> Response:
    """Save the minimum pay and the conditions."""
    me = jobseeker(unit.session, own_id(unit))
    bound = bind_edit(unit, PayForm, _known("pay", me))
    if bound.draft is None:
        return _step_page(unit, "pay", me, bound, bound.status)
    terms = seeking.terms_written(bound.draft.terms, me.wish)
    draft = WishDraft.model_validate({"wage_floor_fen": bound.draft.wage_floor_fen} | terms)
    actions.save_wish(unit.session, unit.actor, person_id=own_id(unit), draft=draft)
    return RedirectResponse("/me/matches", 303)


@routes.get("/matches", allow=ALLOW)
def matches(unit: Unit) -> Response:
    """The best openings with reasons, and courses that qualify for more; without a profile nothing is called best."""
    if not has_trade(unit.session, own_id(unit)):
        return page(unit, "jobseeker/unasked.html")
    suggestions = own_suggestions(unit.session, own_id(unit), locale=unit.locale, top=20)
    return page(
        unit,
        "jobseeker/matches.html",
        suggestions=suggestions,
        offered=pay_offered(unit.session, own_id(unit)),
        group=group_of(unit.session, own_id(unit)),
        place=choices.place,
        chips_of=choices.chips_of,
    )


@routes.post("/renew", allow=ALLOW)
def renew(unit: Unit) -> Response:
    """Renew the registration for half a year."""
    actions.renew_registration(unit.session, unit.actor, person_id=own_id(unit))
    return RedirectResponse("/me", 303)


@routes.post("/withdraw", allow=ALLOW)
def withdraw(unit: Unit) -> Response:
    """End the registration."""
    actions.withdraw_registration(unit.session, unit.actor, person_id=own_id(unit))
    return RedirectResponse("/me", 303)
