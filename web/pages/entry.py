"""Coming in and going out: sign-in, sign-out, one's own account, and how pages are shown."""

from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, SIGNED_IN, Pages, Unit
from api.security import SESSION_COOKIE
from centre import accounts, limits
from centre.database import open_session
from centre.drafts import Draft, Words
from centre.errors import Refusal
from centre.permissions import COUNTER, Actor, Role
from centre.settings import settings
from web.demo import town
from web.display import change_display, safe_return
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages()

TRIES, TRIES_OF_A_HOST, TRY_WINDOW = 10, 300, timedelta(minutes=5)
"""Wrong passwords that one name, and that one address (a whole hall may share it), may try."""

DESKS = (
    (frozenset({Role.JOBSEEKER}), "/me"),
    (frozenset({Role.REGISTRAR}), "/school"),
    (frozenset({Role.EMPLOYER}), "/employer"),
    (frozenset({Role.ORGANISER}), "/organiser"),
    (COUNTER, "/counter"),
)


class SignInForm(Draft):
    """What the sign-in page asks for (登录)."""

    login: Words
    password: Words
    back: str = ""


@routes.get("/sign-in", allow=PUBLIC)
def ask(unit: Unit) -> Response:
    """The sign-in page."""
    return _sign_in_page(unit, blank(unit, SignInForm, back=unit.request.query_params.get("back", "")))


@routes.post("/sign-in", allow=PUBLIC, keep=False)
def enter(unit: Unit) -> Response:
    """Open a session and go to the account's desk."""
    bound = bind(unit, SignInForm)
    if bound.draft is None:
        return _sign_in_page(unit, bound, 422)
    device = unit.request.headers.get("user-agent", "")
    host = unit.request.client.host if unit.request.client else ""
    try:
        limits.spend("sign-in", host, bound.draft.login.casefold(), limit=TRIES, window=TRY_WINDOW)
        limits.spend("sign-in", host, limit=TRIES_OF_A_HOST, window=TRY_WINDOW)
        with open_session(Actor.system().scope, write=True) as session:
            token, account = accounts.sign_in(
                session, Actor.system(), login=bound.draft.login, password=bound.draft.password, device=device
            )
    except Refusal as refusal:
        return _sign_in_page(unit, bound.refuse(refusal), refusal.status)
    response = RedirectResponse(safe_return(bound.draft.back) if bound.draft.back else desk(account.actor), 303)
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=settings().secure_cookies)
    return response


def _sign_in_page(unit: Unit, bound: Bound[SignInForm], status_code: int = 200) -> Response:
    shown: list[accounts.Account] = []
    if settings().demo:
        with open_session(Actor.system().scope) as session:
            shown = accounts.demo_accounts(session)
    return page(unit, "entry/sign-in.html", status_code, bound=bound, demo_accounts=shown, demo_password=town.PASSWORD)


@routes.post("/sign-out", allow=SIGNED_IN, keep=False)
def leave(unit: Unit) -> Response:
    """End the session here and forget what the browser kept."""
    accounts.sign_out(unit.session, unit.actor, token=unit.request.cookies.get(SESSION_COOKIE, ""))
    response = RedirectResponse("/", 303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@routes.get("/account", allow=SIGNED_IN)
def account(unit: Unit) -> Response:
    """One's own account and the devices that are signed in."""
    return page(unit, "entry/account.html", devices=accounts.devices(unit.session))


@routes.get("/display", allow=PUBLIC)
def display(unit: Unit) -> Response:
    """Change language, size or contrast, and come back."""
    return change_display(unit.request.query_params, secure=settings().secure_cookies)


def desk(actor: Actor) -> str:
    """The page where an account starts."""
    return next((path for roles, path in DESKS if roles & actor.roles), "/account")
