"""Accounts and sign-in: the ways to sign in, and the sessions that identify a browser."""

from centre.accounts.actions import change_password, create_account, renew_account, set_password, sign_in
from centre.accounts.approvals import AccountApproval
from centre.accounts.authentication import by_card, by_code, by_enrolment, by_factor, by_password, prove
from centre.accounts.codes import AskedCode, request_code
from centre.accounts.devices import device_mark
from centre.accounts.models import Account, ApiToken, SignIn
from centre.accounts.queries import (
    Half,
    Visitor,
    bearer,
    demo_accounts,
    devices,
    half,
    has_factor,
    prepared_secret,
    require_fresh,
    visitor,
)
from centre.accounts.rules import LoginTaken, NotFresh, Stage, WrongPassword
from centre.accounts.sessions import Caller, Entered, keep_alive, note_use, revoke_device, revoke_others, sign_out

__all__ = [
    "Account",
    "AccountApproval",
    "ApiToken",
    "AskedCode",
    "Caller",
    "Entered",
    "Half",
    "LoginTaken",
    "NotFresh",
    "SignIn",
    "Stage",
    "Visitor",
    "WrongPassword",
    "bearer",
    "by_card",
    "by_code",
    "by_enrolment",
    "by_factor",
    "by_password",
    "change_password",
    "create_account",
    "demo_accounts",
    "device_mark",
    "devices",
    "half",
    "has_factor",
    "keep_alive",
    "note_use",
    "prepared_secret",
    "prove",
    "renew_account",
    "request_code",
    "require_fresh",
    "revoke_device",
    "revoke_others",
    "set_password",
    "sign_in",
    "sign_out",
    "visitor",
]
