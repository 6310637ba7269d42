"""Sign-in and sign-out: password, one-time code, second factor; display settings."""

from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, SIGNED_IN, Pages, Unit
from api.security import DEVICE_COOKIE, KIOSK_COOKIE, SESSION_COOKIE, caller_of
from centre import accounts
from centre.accounts.devices import MARK_LASTS
from centre.accounts.rules import PUBLIC_LIFE, SignInOver, is_jobseeker, key_text, otpauth
from centre.database import open_session
from centre.drafts import Draft, Words
from centre.errors import Refusal
from centre.numbers import parse_mobile
from centre.permissions import COUNTER, MANAGERS, Actor, Role
from centre.settings import settings
from web.demo import town
from web.forms import Bound, bind, blank
from web.preferences import change_display, safe_return
from web.qr import qr
from web.rendering import page, url

routes = Pages()

ISSUER = "Gangqiao"
"""The issuer that authenticator apps show; in Latin letters, since some apps support no others."""

DESKS = (
    (frozenset({Role.JOBSEEKER}), "/me"),
    (frozenset({Role.REGISTRAR}), "/school"),
    (frozenset({Role.EMPLOYER}), "/employer"),
    (frozenset({Role.ORGANISER}), "/organiser"),
    (MANAGERS, "/manager"),
    (frozenset({Role.TRAINING_OFFICER}), "/training-desk"),
    (frozenset({Role.EXPORT_OFFICER}), "/export"),
    (frozenset({Role.ESCORT}), "/roll"),
    (COUNTER, "/counter"),
    (frozenset({Role.AUDITOR}), "/audit"),
    (frozenset({Role.ADMINISTRATOR}), "/administration"),
)

DUE = {accounts.Stage.CODE_DUE: "/sign-in/second", accounts.Stage.ENROLMENT_DUE: "/sign-in/enrol"}


class SignInForm(Draft):
    """The sign-in form (登录)."""

    login: Words
    password: Words
    back: str = ""


class SendCodeForm(Draft):
    """The telephone number for a one-time code (短信登录)."""

    phone: Words
    back: str = ""


class ReceivedCodeForm(Draft):
    """A one-time code as typed (验证码)."""

    phone: Words
    asked: Words
    code: Words
    back: str = ""


class FactorForm(Draft):
    """An authenticator code, a recovery code, or the password again (动态口令)."""

    code: Words
    back: str = ""


def caller(unit: Unit) -> accounts.Caller:
    """Who knocks, as far as the request tells."""
    return caller_of(unit.request)


def admit(unit: Unit, entered: accounts.Entered, back: str = "") -> Response:
    """Set the session cookie and redirect to the account's desk, or to the step that is still due."""
    due = DUE.get(entered.stage)
    where = url(due, back=back) if due else safe_return(back) if back else desk(entered.account.actor)
    response = RedirectResponse(where, 303)
    give_cookie(unit, response, entered)
    return response


def give_cookie(unit: Unit, response: Response, entered: accounts.Entered) -> None:
    """Put the token into the browser; only a jobseeker's own one keeps it when it is closed.

    A browser in which somebody came in wholly is a known device from now on, unless it stands in a hall.
    """
    in_hall = KIOSK_COOKIE in unit.request.cookies
    own = is_jobseeker(entered.account.roles) and not in_hall
    keeps = int(PUBLIC_LIFE.longest.total_seconds()) if own else None
    if entered.stage is accounts.Stage.FULL and not in_hall:
        mark = accounts.device_mark(entered.account)
        year = int(MARK_LASTS.total_seconds())
        response.set_cookie(
            DEVICE_COOKIE, mark, max_age=year, httponly=True, samesite="lax", secure=settings().secure_cookies
        )
    response.set_cookie(
        SESSION_COOKIE, entered.token, max_age=keeps, httponly=True, samesite="lax", secure=settings().secure_cookies
    )


@routes.get("/sign-in", allow=PUBLIC)
def ask(unit: Unit) -> Response:
    """The sign-in page."""
    back = unit.request.query_params.get("back", "")
    return _sign_in_page(unit, blank(unit, SignInForm, back=back), blank(unit, SendCodeForm, back=back))


@routes.post("/sign-in", allow=PUBLIC, keep=False)
def enter(unit: Unit) -> Response:
    """Sign in with a password and redirect to the account's desk."""
    bound = bind(unit, SignInForm)
    by_phone = blank(unit, SendCodeForm, back=bound.value("back"))
    if bound.draft is None:
        return _sign_in_page(unit, bound, by_phone, 422)
    try:
        entered = accounts.by_password(bound.draft.login, bound.draft.password, caller(unit))
    except Refusal as refusal:
        return _sign_in_page(unit, bound.refuse(refusal), by_phone, refusal.status)
    return admit(unit, entered, bound.draft.back)


def _sign_in_page(
    unit: Unit, bound: Bound[SignInForm], by_phone: Bound[SendCodeForm], status_code: int = 200
) -> Response:
    shown: list[accounts.Account] = []
    if settings().demo:
        with open_session(Actor.system().scope) as session:
            shown = accounts.demo_accounts(session)
    return page(
        unit,
        "account/sign-in.html",
        status_code,
        bound=bound,
        by_phone=by_phone,
        demo_accounts=shown,
        demo_password=town.PASSWORD,
        factor_required=settings().second_factor_required,
        kiosk=KIOSK_COOKIE in unit.request.cookies,
    )


@routes.post("/sign-in/phone", allow=PUBLIC, keep=False)
def send_code(unit: Unit) -> Response:
    """Send a one-time code; the response is identical for numbers with and without an account."""
    bound = bind(unit, SendCodeForm)
    by_password = blank(unit, SignInForm, back=bound.value("back"))
    if bound.draft is None:
        return _sign_in_page(unit, by_password, bound, 422)
    try:
        phone = parse_mobile(bound.draft.phone)
        sent = accounts.request_code(phone, caller(unit))
    except Refusal as refusal:
        refusal.field = "phone"
        return _sign_in_page(unit, by_password, bound.refuse(refusal), refusal.status)
    form = blank(unit, ReceivedCodeForm, phone=phone, asked=sent.asked, back=bound.draft.back)
    return _code_page(unit, form, sent.code)


@routes.post("/sign-in/phone/code", allow=PUBLIC, keep=False)
def enter_by_code(unit: Unit) -> Response:
    """Sign in with a one-time code."""
    bound = bind(unit, ReceivedCodeForm)
    if bound.draft is None:
        return _code_page(unit, bound, status_code=422)
    try:
        entered = accounts.by_code(bound.draft.asked, bound.draft.code, caller(unit))
    except Refusal as refusal:
        return _code_page(unit, bound.refuse(refusal), status_code=refusal.status)
    return admit(unit, entered, bound.draft.back)


def _code_page(unit: Unit, bound: Bound[ReceivedCodeForm], code: str = "", status_code: int = 200) -> Response:
    shown = code if settings().demo else ""
    return page(unit, "account/code.html", status_code, bound=bound, demo_code=shown)


@routes.get("/sign-in/second", allow=PUBLIC)
def ask_second(unit: Unit) -> Response:
    """Ask for the second factor."""
    if _half(unit, accounts.Stage.CODE_DUE) is None:
        return RedirectResponse("/sign-in", 303)
    return page(
        unit, "account/second.html", bound=blank(unit, FactorForm, back=unit.request.query_params.get("back", ""))
    )


@routes.post("/sign-in/second", allow=PUBLIC, keep=False)
def enter_second(unit: Unit) -> Response:
    """Complete the sign-in with the second factor."""
    bound = bind(unit, FactorForm)
    if bound.draft is None:
        return page(unit, "account/second.html", 422, bound=bound)
    try:
        entered = accounts.by_factor(bound.draft.code, caller(unit))
    except SignInOver:
        return RedirectResponse("/sign-in", 303)
    except Refusal as refusal:
        return page(unit, "account/second.html", refusal.status, bound=bound.refuse(refusal))
    return admit(unit, entered, bound.draft.back)


@routes.get("/sign-in/enrol", allow=PUBLIC)
def ask_enrolment(unit: Unit) -> Response:
    """Show the key of a new authenticator to an account that must set one up."""
    return _enrol_page(unit, blank(unit, FactorForm, back=unit.request.query_params.get("back", "")))


@routes.post("/sign-in/enrol", allow=PUBLIC, keep=False)
def enrol(unit: Unit) -> Response:
    """Confirm the authenticator, complete the sign-in and show the recovery codes once."""
    bound = bind(unit, FactorForm)
    if bound.draft is None:
        return _enrol_page(unit, bound, 422)
    try:
        entered, codes = accounts.by_enrolment(bound.draft.code, caller(unit))
    except SignInOver:
        return RedirectResponse("/sign-in", 303)
    except Refusal as refusal:
        return _enrol_page(unit, bound.refuse(refusal), refusal.status)
    on = safe_return(bound.draft.back) if bound.draft.back else desk(entered.account.actor)
    response = page(unit, "account/recovery.html", codes=codes, login=entered.account.told_login, on=on)
    give_cookie(unit, response, entered)
    return response


def _enrol_page(unit: Unit, bound: Bound[FactorForm], status_code: int = 200) -> Response:
    half_session = _half(unit, accounts.Stage.ENROLMENT_DUE)
    if half_session is None:
        return RedirectResponse("/sign-in", 303)
    with open_session(Actor.system().scope) as session:
        secret = accounts.prepared_secret(session, half_session.account.id)
    return key_page(unit, bound, secret, half_session.account.login, "/sign-in/enrol", status_code)


def key_page(
    unit: Unit, bound: Bound[FactorForm], secret: bytes, login: str, action: str, status_code: int = 200
) -> Response:
    """The page with the QR code of a new authenticator."""
    drawing = qr(otpauth(secret, issuer=ISSUER, login=login))
    text = key_text(secret)
    groups = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return page(unit, "account/enrol.html", status_code, bound=bound, drawing=drawing, key=groups, action=action)


def _half(unit: Unit, stage: accounts.Stage) -> accounts.Half | None:
    with open_session(Actor.system().scope) as session:
        try:
            half_session = accounts.half(session, caller(unit).token)
        except SignInOver:
            return None
    return half_session if half_session.stage is stage else None


@routes.get("/sign-in/again", allow=SIGNED_IN)
def ask_again(unit: Unit) -> Response:
    """Ask for fresh authentication before a sensitive action."""
    return _again_page(unit, blank(unit, FactorForm, back=unit.request.query_params.get("back", "")))


@routes.post("/sign-in/again", allow=SIGNED_IN, keep=False)
def prove(unit: Unit) -> Response:
    """Record the fresh authentication and continue."""
    bound = bind(unit, FactorForm)
    if bound.draft is None:
        return _again_page(unit, bound, 422)
    try:
        accounts.prove(unit.actor, bound.draft.code, caller(unit))
    except Refusal as refusal:
        refusal.field = "code"
        return _again_page(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse(safe_return(bound.draft.back), 303)


def _again_page(unit: Unit, bound: Bound[FactorForm], status_code: int = 200) -> Response:
    with open_session(unit.actor.scope) as session:
        has_factor = accounts.has_factor(session, unit.actor.account_id or 0)
    return page(unit, "account/again.html", status_code, bound=bound, has_factor=has_factor)


@routes.post("/sign-out", allow=SIGNED_IN, keep=False)
def leave(unit: Unit) -> Response:
    """Sign out and clear the browser's data of this site."""
    accounts.sign_out(unit.session, unit.actor, token=caller(unit).token)
    return forget("/kiosk" if KIOSK_COOKIE in unit.request.cookies else "/")


def forget(where: str) -> Response:
    """Redirect without the session cookie, and ask the browser to clear this site's data."""
    response = RedirectResponse(where, 303)
    # Browsers delete a __Host- cookie only if this header is Secure as well.
    response.delete_cookie(SESSION_COOKIE, path="/", secure=settings().secure_cookies, httponly=True)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@routes.get("/display", allow=PUBLIC)
def display(unit: Unit) -> Response:
    """Change language, text size or contrast, and return."""
    return change_display(unit.request.query_params, secure=settings().secure_cookies)


def desk(actor: Actor) -> str:
    """The start page of an account."""
    return next((path for roles, path in DESKS if roles & actor.roles), "/account")
