"""Rules of accounts: how long a sign-in lasts, what a password must be, how one-time codes are calculated."""

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest
from pathlib import Path
from typing import Annotated

import pyotp
from pydantic import Field, StringConstraints

from centre.drafts import Draft, RecordId
from centre.errors import Conflict, Forbidden, Invalid, Problem, Refusal
from centre.permissions import PARTNERS, Permission, Role
from centre.translation import N_

SHORTEST_PASSWORD = 8
LONGEST_PARTNER = timedelta(days=366)
WARNED_BEFORE = timedelta(days=30)

CODE_LASTS = timedelta(minutes=5)
TRIES_OF_A_CODE = 5
PHONE_IDLE = timedelta(days=180)
"""After this time a telephone number may have a new owner, and its code alone is not enough to sign in."""

WRONG_PINS = 5
PIN_DIGITS = 6
PHONE_LOGIN = "tel-"
"""Before the digest that stands in for a sign-in name that is a telephone number."""
RECOVERY_CODES = 10
STEP_SECONDS = 30
TOTP_DIGITS = 6

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
_COMMON = Path(__file__).parent.parent / "data" / "common_passwords.txt"


class Stage(StrEnum):
    """The stage of a sign-in; only a complete one is authenticated (登录阶段)."""

    FULL = "full"
    CODE_DUE = "code_due"
    ENROLMENT_DUE = "enrolment_due"


class Door(StrEnum):
    """The method of a sign-in (登录方式)."""

    PASSWORD = "password"  # noqa: S105 - a way in, not a password
    CODE = "code"
    CARD = "card"


class CodePurpose(StrEnum):
    """What a code sent to a telephone or an address is good for (验证码用途)."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    EMAIL = "email"


class WrongPassword(Refusal):
    """Name and password do not match; the response is the same for known and unknown names."""

    code = "wrong-password"
    status = 422
    message = N_("账号或密码不对，请核对后再试")


class WrongCode(Refusal):
    """The one-time code is wrong, used or expired; the response is the same for known and unknown telephones."""

    code = "wrong-code"
    status = 422
    message = N_("验证码不对或已过期，请核对后再试")


class PhoneIdle(Refusal):
    """The account was not used for so long that its telephone number may have a new owner by now."""

    code = "phone-idle"
    status = 422
    message = N_("这个账号很久没有登录，手机号可能换过主人；请用密码登录，或带身份证到窗口办理")


class WrongCard(Refusal):
    """Card and PIN do not match; the response is the same for known and unknown cards."""

    code = "wrong-card"
    status = 422
    message = N_("卡号或密码不对，请核对后再试")


class CardLocked(Refusal):
    """The PIN was wrong too often; only a new card helps."""

    code = "card-locked"
    status = 422
    message = N_("密码错了太多次，这张卡已锁住；请带身份证到窗口换一张")


class NotFresh(Forbidden):
    """The request needs an authentication no older than a few minutes."""

    code = "not-fresh"
    message = N_("为了安全，请再输入一次密码后继续")


class SignInOver(Forbidden):
    """The half sign-in that the request leans on is over."""

    code = "sign-in-over"
    message = N_("登录超时了，请重新登录")


class LoginTaken(Conflict):
    """Another account has this sign-in name."""

    code = "login-taken"
    message = N_("这个登录名已有人使用")


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """A false account was closed: what it did in a person's name is not that person's (冒用账号已关闭)."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a sign-in lasts without use, and at most."""

    idle: timedelta
    longest: timedelta


STAFF_LIFE = Lifetime(timedelta(minutes=30), timedelta(hours=12))
PUBLIC_LIFE = Lifetime(timedelta(days=7), timedelta(days=30))
KIOSK_LIFE = Lifetime(timedelta(minutes=10), timedelta(hours=1))
HALF_LIFE = Lifetime(timedelta(minutes=10), timedelta(minutes=10))


def is_jobseeker(roles: Iterable[str]) -> bool:
    """Whether an account has only the role of a jobseeker."""
    return set(roles) == {Role.JOBSEEKER}


def may_enter(today: date, *, disabled: bool, expires_on: date | None) -> bool:
    """Whether an account may sign in on a day."""
    return not disabled and (expires_on is None or expires_on >= today)


def lifetime(roles: Iterable[str], stage: Stage, *, kiosk: bool) -> Lifetime:
    """How long a sign-in of these roles lasts."""
    if stage is not Stage.FULL:
        return HALF_LIFE
    if kiosk:
        return KIOSK_LIFE
    return PUBLIC_LIFE if is_jobseeker(roles) else STAFF_LIFE


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())


def check_new_password(login: str, password: str) -> None:
    """Refuse a password that is short, known to everybody, or the sign-in name itself. Raises Invalid."""
    plain = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        fault = ("password-short", N_("密码至少 {n} 位"))
    elif plain in _common_passwords() or len(set(plain)) < 3:
        fault = ("password-common", N_("这个密码太常见，别人一猜就中；换一句自己记得住的话"))
    elif plain == login.casefold():
        fault = ("password-login", N_("密码不能和登录名一样"))
    else:
        return
    raise Invalid([Problem("password", *fault, params={"n": SHORTEST_PASSWORD})])


def check_expiry(roles: Iterable[str], expires_on: date | None, today: date) -> None:
    """Accounts of partners end within a year and are renewed by a manager. Raises Invalid."""
    if not set(roles) & PARTNERS:
        return
    if expires_on is None or not today <= expires_on <= today + LONGEST_PARTNER:
        message = N_("合作单位的账号要写到期日，最长一年；到期由主管续期")
        raise Invalid([Problem("expires_on", "expiry-range", message)])


def totp(secret: bytes, step: int) -> str:
    """The one-time code of an authenticator at a 30-second step (RFC 6238 with RFC 4226, SHA-1, six digits)."""
    code: str = pyotp.TOTP(key_text(secret), digits=TOTP_DIGITS, interval=STEP_SECONDS).generate_otp(step)
    return code


def matching_step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code was typed, one step of clock drift allowed; None when wrong or not later than `after`."""
    present = int(now.timestamp()) // STEP_SECONDS
    matched = None
    for step in (present - 1, present, present + 1):
        if compare_digest(totp(secret, step).encode(), code.encode(errors="replace")) and step > after:
            matched = step
    return matched


def otpauth(secret: bytes, *, issuer: str, login: str) -> str:
    """The address that an authenticator reads from the QR code."""
    address: str = pyotp.TOTP(key_text(secret), name=login, issuer=issuer).provisioning_uri()
    return address


def key_text(secret: bytes) -> str:
    """The authenticator's key as people type it."""
    return b32encode(secret).decode().rstrip("=")


def new_code(digits: int) -> str:
    """A random number with leading zeros."""
    return str(secrets.randbelow(10**digits)).zfill(digits)


def new_words(groups: int) -> str:
    """Random letters and digits in groups of four, twenty bits each, for people to read and type."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def bare(typed: str) -> str:
    """What was typed or scanned, without the spaces and dashes that help the eye."""
    return re.sub(r"[\s-]", "", typed).upper()


def grantable(role: Role) -> tuple[Permission, ...]:
    """What an API token of an organisation may be allowed: what its people may, but not their accounts."""
    return tuple(
        permission
        for permission in Permission
        if role in permission.roles and permission is not Permission.KEEP_OWN_ACCOUNT
    )


class TokenDraft(Draft):
    """The contents of an API token: whom it represents, its permissions and its expiry."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    role: Role
    organisation_id: RecordId
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=40)]
    expires_on: date

    def check(self, today: date) -> None:
        """Refuse what no token may be given. Raises Invalid."""
        problems = []
        if self.role not in (Role.REGISTRAR, Role.EMPLOYER):
            problems.append(Problem("role", "token-role", N_("接口令牌只发给培训学校和用人单位")))
        elif not set(self.permissions) <= set(grantable(self.role)):
            problems.append(Problem("permissions", "token-permissions", N_("有的权限不能给这类单位")))
        if not today < self.expires_on <= today + LONGEST_PARTNER:
            problems.append(Problem("expires_on", "token-expiry", N_("到期日要在明天以后，最长一年")))
        if problems:
            raise Invalid(problems)
