"""E-mail addresses of accounts (电子邮箱): on record once a code that was sent there has come back."""

import secrets
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock, privacy
from centre.accounts.codes import DAY, HOUR, AskedCode, index_of, send_code, spend_code, use_up
from centre.accounts.models import Account
from centre.accounts.rules import CodePurpose, WrongCode
from centre.accounts.sessions import Caller
from centre.drafts import Draft, Words
from centre.errors import NotFound
from centre.limits import Limit, spend_all
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything

AN_HOUR, A_DAY = 5, 10
"""Codes that one account may send to addresses, and that one address gets."""


class EmailDraft(Draft):
    """An e-mail address to which a user wants messages sent (邮箱)."""

    address: Annotated[
        Words, StringConstraints(max_length=120, pattern=r"^[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$")
    ]


class EmailProof(EmailDraft):
    """The code that came to the address, with the secret of the form that asked for it (邮箱验证)."""

    asked: Words
    code: Words


def email_place(account_id: int) -> str:
    """What the sealed address of an account is bound to."""
    return f"account:{account_id}:email"


def email_of(account: Account) -> str:
    """The proved address of an account, in clear; empty without one."""
    return privacy.unseal_own(email_place(account.id), account.email_sealed) if account.email_sealed else ""


def ask_email(session: Session, actor: Actor, *, draft: EmailDraft) -> AskedCode:
    """Send a code to an address that the actor calls their own. Raises TooMany."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    spend_all(
        Limit(("email-account", str(actor.account_id)), AN_HOUR, HOUR),
        Limit(("email-address", draft.address.casefold()), A_DAY, DAY),
    )
    with seeing_everything(session):
        asked = secrets.token_urlsafe(24)
        return send_code(session, CodePurpose.EMAIL, draft.address, asked, account_id=actor.account_id)


def prove_email(session: Session, actor: Actor, *, proof: EmailProof, caller: Caller) -> None:
    """Put an address on record whose code came back, in place of the former one. Raises WrongCode and TooMany."""
    require(actor, Permission.KEEP_OWN_ACCOUNT)
    sent = spend_code(CodePurpose.EMAIL, proof.asked, proof.code, caller)
    if sent.account_id != actor.account_id or sent.phone_index != index_of(CodePurpose.EMAIL, proof.address):
        raise WrongCode(field="code")
    account = session.scalar(select(Account).where(Account.id == actor.account_id))
    if account is None:
        raise NotFound
    with seeing_everything(session):
        use_up(session, sent)
    account.email_sealed = privacy.seal_own(email_place(account.id), proof.address)
    account.email_proved_at = clock.now()
    audit.note(session, actor, action="account.email", subject=f"account:{account.id}")
