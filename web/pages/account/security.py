"""The reader's account: password, second factor and signed-in devices."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from api.dependencies import SIGNED_IN, Pages, Unit
from centre import accounts, clock
from centre.accounts import factors
from centre.accounts.actions import replace_second_factor
from centre.accounts.codes import WINDOW
from centre.accounts.queries import ends_soon, may_forget_password, own_account, recovery_codes_left
from centre.accounts.rules import WARNED_BEFORE, WrongCode, is_jobseeker
from centre.drafts import Draft, Words
from centre.errors import Invalid, Problem, Refusal
from centre.limits import Limit, spend_all
from centre.permissions import Permission
from centre.privacy import token_digest
from centre.translation import N_
from web.forms import Bound, bind, blank
from web.pages.account.sign_in import FactorForm, caller, key_page
from web.rendering import page

routes = Pages("/account")

BROWSERS = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
           ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in device as its owner sees it (登录设备)."""

    id: int
    name: str
    since: datetime
    seen_at: datetime
    is_here: bool
    kiosk: bool


class PasswordForm(Draft):
    """A change of password (修改密码)."""

    old: str = ""
    password: Words
    repeated: Words


def device_name(agent: str) -> str:
    """Browser and operating system of a user agent; empty when both are unknown."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)


@routes.get("", allow=SIGNED_IN)
def account(unit: Unit) -> Response:
    """The reader's account and signed-in devices."""
    own = own_account(unit.session, unit.actor)
    here = token_digest(caller(unit).token)
    shown = [
        Device(
            sign_in.id,
            device_name(sign_in.device),
            sign_in.created_at,
            sign_in.seen_at,
            sign_in.token_digest == here,
            sign_in.kiosk,
        )
        for sign_in in accounts.devices(unit.session)
    ]
    return page(
        unit,
        "account/account.html",
        account=own,
        devices=shown,
        has_password=bool(own.password_hash),
        may_set_password=may_forget_password(unit.visitor),
        may_have_factor=not is_jobseeker(own.roles),
        has_factor=accounts.has_factor(unit.session, own.id),
        codes_left=recovery_codes_left(unit.session, own.id),
        ends_soon=ends_soon(own, clock.today(), WARNED_BEFORE),
        manages_tokens=unit.actor.may(Permission.MANAGE_TOKENS),
        exports=unit.actor.may(Permission.EXPORT_LISTS),
        reads_audit=unit.actor.may(Permission.READ_AUDIT),
        reads_access=unit.actor.may(Permission.READ_ACCESS),
        manages_outbox=unit.actor.may(Permission.MANAGE_OUTBOX),
        renews=unit.actor.may(Permission.RENEW_ACCOUNTS),
        approves_rules=unit.actor.may(Permission.APPROVE_RULES),
        approves_resets=unit.actor.may(Permission.APPROVE_RESETS),
    )


@routes.post("/devices/{device_id}/revoke", allow=SIGNED_IN)
def revoke(unit: Unit, device_id: int) -> Response:
    """Sign out one device."""
    accounts.revoke_device(unit.session, unit.actor, device_id=device_id)
    return RedirectResponse("/account", 303)


@routes.post("/devices/revoke-others", allow=SIGNED_IN)
def revoke_others(unit: Unit) -> Response:
    """Sign out all other devices."""
    accounts.revoke_others(unit.session, unit.actor, token=caller(unit).token)
    return RedirectResponse("/account", 303)


@routes.get("/password", allow=SIGNED_IN)
def ask_password(unit: Unit) -> Response:
    """The form for a new password."""
    return _password_page(unit, blank(unit, PasswordForm))


@routes.post("/password", allow=SIGNED_IN, keep=False)
def change_password(unit: Unit) -> Response:
    """Change the password; all other devices are signed out."""
    bound = bind(unit, PasswordForm)
    if bound.draft is None:
        return _password_page(unit, bound, 422)
    draft = bound.draft
    old = None if may_forget_password(unit.visitor) else draft.old
    try:
        spend_all(Limit(("second-factor", str(unit.actor.account_id)), 5, WINDOW))
        if draft.password != draft.repeated:
            raise Invalid([Problem("repeated", "passwords-differ", N_("两次输入的新密码不一样"))])
        accounts.change_password(unit.session, unit.actor, old=old, new=draft.password, token=caller(unit).token)
    except Refusal as refusal:
        return _password_page(unit, bound.refuse(refusal), refusal.status)
    return page(unit, "account/done.html", title=N_("密码已修改"), text=N_("其他设备都已退出登录。"), on="/account")


def _password_page(unit: Unit, bound: Bound[PasswordForm], status_code: int = 200) -> Response:
    needs_old = not may_forget_password(unit.visitor)
    return page(unit, "account/password.html", status_code, bound=bound, needs_old=needs_old)


@routes.post("/second-factor", allow=SIGNED_IN, keep=False)
def begin_second_factor(unit: Unit) -> Response:
    """Start setting up an authenticator, the first one or one on a new telephone."""
    accounts.require_fresh(unit.visitor)
    factors.begin_second_factor(unit.session, unit.actor)
    return RedirectResponse("/account/second-factor", 303)


@routes.get("/second-factor", allow=SIGNED_IN)
def show_second_factor(unit: Unit) -> Response:
    """The key of the authenticator being set up, or the page to start with."""
    return _factor_page(unit, blank(unit, FactorForm))


@routes.post("/second-factor/confirm", allow=SIGNED_IN, keep=False)
def confirm_second_factor(unit: Unit) -> Response:
    """Activate the authenticator and show the recovery codes once."""
    bound = bind(unit, FactorForm)
    if bound.draft is None:
        return _factor_page(unit, bound, 422)
    try:
        spend_all(Limit(("second-factor", str(unit.actor.account_id)), 5, WINDOW))
        own = own_account(unit.session, unit.actor)
        codes = replace_second_factor(unit.session, unit.actor, code=bound.draft.code, token=caller(unit).token)
    except Refusal as refusal:
        return _factor_page(unit, bound.refuse(refusal), refusal.status)
    return page(unit, "account/recovery.html", codes=codes, login=own.told_login, on="/account")


@routes.post("/recovery-codes", allow=SIGNED_IN, keep=False)
def renew_recovery_codes(unit: Unit) -> Response:
    """Issue new recovery codes, shown once; the old ones are void."""
    accounts.require_fresh(unit.visitor)
    codes = factors.renew_recovery_codes(unit.session, unit.actor)
    own = own_account(unit.session, unit.actor)
    return page(unit, "account/recovery.html", codes=codes, login=own.told_login, on="/account")


def _factor_page(unit: Unit, bound: Bound[FactorForm], status_code: int = 200) -> Response:
    own = own_account(unit.session, unit.actor)
    try:
        secret = accounts.prepared_secret(unit.session, own.id)
    except WrongCode:
        return RedirectResponse("/account", 303)
    return key_page(unit, bound, secret, own.told_login, "/account/second-factor/confirm", status_code)
