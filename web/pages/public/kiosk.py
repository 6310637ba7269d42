"""The kiosk in the hall, and service cards for people without a telephone."""

from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import KIOSK_COOKIE
from centre import accounts
from centre.accounts import cards
from centre.accounts.queries import living_card
from centre.drafts import Draft, Line, Words
from centre.errors import NotFound, Refusal
from centre.people import Person
from centre.permissions import Permission
from centre.settings import settings
from web.forms import Bound, bind, blank
from web.pages.account.sign_in import admit, caller, forget
from web.qr import qr
from web.rendering import page

routes = Pages()

YEAR = 365 * 24 * 3600


class CardForm(Draft):
    """A card number, scanned or typed, and its PIN (刷卡登录)."""

    card: Words
    pin: Line = ""


@routes.get("/kiosk", allow=PUBLIC)
def terminal(unit: Unit) -> Response:
    """The kiosk's first page: sign-in by card; in other browsers, how to turn one into a kiosk."""
    return _terminal(unit, blank(unit, CardForm))


@routes.post("/kiosk/card", allow=PUBLIC, keep=False)
def enter_by_card(unit: Unit) -> Response:
    """Sign in with a card and its PIN; a scanner sends only the card, then the page asks for the PIN."""
    bound = bind(unit, CardForm)
    if bound.draft is None:
        return _terminal(unit, bound, 422)
    if not bound.draft.pin:
        return _terminal(unit, bound)
    knocking = caller(unit)
    in_hall = accounts.Caller(knocking.host, knocking.device, kiosk=True, token=knocking.token)
    try:
        entered = accounts.by_card(bound.draft.card, bound.draft.pin, in_hall)
    except Refusal as refusal:
        return _terminal(unit, bound.refuse(refusal), refusal.status)
    return admit(unit, entered)


@routes.get("/kiosk/end", allow=PUBLIC)
def end(unit: Unit) -> Response:
    """The page that an abandoned page moves to when its session has ended."""
    return forget("/kiosk?ended=1" if KIOSK_COOKIE in unit.request.cookies else "/")


@routes.post("/kiosk/on", allow=PUBLIC, keep=False)
def switch_on(unit: Unit) -> Response:
    """Turn this browser into a kiosk: short sessions, and pages that close by themselves."""
    del unit
    response = RedirectResponse("/kiosk", 303)
    response.set_cookie(
        KIOSK_COOKIE, "1", max_age=YEAR, httponly=True, samesite="lax", secure=settings().secure_cookies
    )
    return response


@routes.post("/kiosk/off", allow=Permission.ISSUE_CARDS, keep=False)
def switch_off(unit: Unit) -> Response:
    """Turn a kiosk into an ordinary browser again; staff only."""
    accounts.sign_out(unit.session, unit.actor, token=caller(unit).token)
    response = forget("/kiosk")
    response.delete_cookie(KIOSK_COOKIE, path="/", secure=settings().secure_cookies, httponly=True)
    return response


def _terminal(unit: Unit, bound: Bound[CardForm], status_code: int = 200) -> Response:
    return page(
        unit,
        "public/kiosk/kiosk.html",
        status_code,
        bound=bound,
        is_terminal=KIOSK_COOKIE in unit.request.cookies,
        ended="ended" in unit.request.query_params,
        may_switch_off=unit.actor.may(Permission.ISSUE_CARDS),
    )


@routes.get("/cards/{person_id}", allow=Permission.ISSUE_CARDS)
def card(unit: Unit, person_id: int) -> Response:
    """The service card of a person at the counter."""
    person = _person(unit, person_id)
    return page(unit, "public/kiosk/card.html", person=person, card=living_card(unit.session, person_id))


@routes.post("/cards/{person_id}", allow=Permission.ISSUE_CARDS, keep=False)
def issue(unit: Unit, person_id: int) -> Response:
    """Issue a card and show it once for printing."""
    card = cards.issue_card(unit.session, unit.actor, person_id=person_id)
    return page(unit, "public/kiosk/card-print.html", card=card, drawing=qr(card.number, 6))


@routes.post("/cards/{person_id}/revoke", allow=Permission.ISSUE_CARDS)
def revoke(unit: Unit, person_id: int) -> Response:
    """Revoke a lost card."""
    cards.revoke_card(unit.session, unit.actor, person_id=person_id)
    return RedirectResponse(f"/cards/{person_id}", 303)


def _person(unit: Unit, person_id: int) -> Person:
    person: Person | None = unit.session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound
    return person
