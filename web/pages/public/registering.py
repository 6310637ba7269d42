"""Registering from home: what is typed counts once the code that was sent to the telephone comes back."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.accounts import AskedCode
from centre.drafts import Draft, Line, Words
from centre.errors import Invalid, Refusal
from centre.network import require_set_up
from centre.settings import settings
from matching.profiles.registration import RegistrationOver, ask_registration, confirm_registration, resend_code
from matching.profiles.rules import SelfRegistration
from web import choices
from web.forms import Bound, bind, blank
from web.pages.account.sign_in import admit, caller
from web.preferences import safe_return
from web.rendering import page

routes = Pages("/register")


class JoinForm(SelfRegistration):
    """A registration that returns to where it began, such as an opening (登记后返回)."""

    back: Line = ""


class ProofForm(Draft):
    """The code that proves the telephone of a registration (登记验证码)."""

    asked: Words
    code: Words
    back: Line = ""


class ResendForm(Draft):
    """Which registration wants its code once more (重发验证码)."""

    asked: Words
    back: Line = ""


@routes.get("", allow=PUBLIC)
def registering(unit: Unit, back: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The form that a newcomer fills in: three fields and a yes."""
    require_set_up()
    return _form(unit, blank(unit, JoinForm, back=safe_return(back) if back else ""))


@routes.post("", allow=PUBLIC, keep=False)
def register(unit: Unit) -> Response:
    """Send a code to the telephone; the same answer for new and for known people."""
    require_set_up()
    bound = bind(unit, JoinForm)
    if bound.draft is None:
        return _form(unit, bound, 422)
    try:
        sent = ask_registration(bound.draft, caller(unit))
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), refusal.status if refusal.status == 429 else 422)
    return _proof(unit, sent, bound.draft.back)


@routes.post("/code", allow=PUBLIC, keep=False)
def confirm(unit: Unit) -> Response:
    """Register the receiver of the code, and go on to skills and wishes."""
    bound = bind(unit, ProofForm)
    if bound.draft is None:
        return _code_page(unit, bound, "", 422)
    try:
        entered = confirm_registration(bound.draft.asked, bound.draft.code, caller(unit))
    except RegistrationOver as refusal:
        return _form(unit, blank(unit, JoinForm, back=bound.draft.back).refuse(refusal), refusal.status)
    except Refusal as refusal:
        return _code_page(unit, bound.refuse(refusal), "", refusal.status)
    return admit(unit, entered, bound.draft.back)


@routes.post("/code/again", allow=PUBLIC, keep=False)
def resend(unit: Unit) -> Response:
    """Send the code once more."""
    bound = bind(unit, ResendForm)
    try:
        if bound.draft is None:
            raise Invalid(bound.problems)
        sent = resend_code(bound.draft.asked, caller(unit))
    except RegistrationOver as refusal:
        return _form(unit, blank(unit, JoinForm).refuse(refusal), refusal.status)
    except Refusal as refusal:
        again = blank(unit, ProofForm, asked=bound.value("asked"), back=bound.value("back"))
        return _code_page(unit, again.refuse(refusal), "", refusal.status)
    return _proof(unit, sent, bound.draft.back)


def _proof(unit: Unit, sent: AskedCode, back: str) -> Response:
    return _code_page(unit, blank(unit, ProofForm, asked=sent.asked, back=back), sent.code)


def _code_page(unit: Unit, bound: Bound[ProofForm], code: str, status_code: int = 200) -> Response:
    shown = code if settings().demo else ""
    return page(unit, "public/register-code.html", status_code, bound=bound, demo_code=shown)


def _form(unit: Unit, bound: Bound[JoinForm], status_code: int = 200) -> Response:
    return page(unit, "public/register.html", status_code, bound=bound, counties=choices.home_counties())
