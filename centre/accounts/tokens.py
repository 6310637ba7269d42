"""API tokens: a school's or an employer's own program signs in with a token of limited scope and lifetime."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts.models import Account, ApiToken
from centre.accounts.rules import TokenDraft
from centre.errors import NotFound
from centre.permissions import Actor, Permission, Role, require
from centre.privacy import token_digest
from centre.scopes import seeing_everything

MARK = "gq_"
"""The beginning by which scanners of source code recognise a lost token."""


def create_token(session: Session, actor: Actor, *, draft: TokenDraft) -> tuple[str, ApiToken]:
    """Make a token with an account of its own that acts for the organisation. Raises Invalid.

    The token itself is given once and kept only as a digest; the caller has made sure that the organisation exists.
    """
    require(actor, Permission.MANAGE_TOKENS)
    draft.check(clock.today())
    prefix = MARK + secrets.token_hex(4)
    token = f"{prefix}_{secrets.token_urlsafe(32)}"
    with seeing_everything(session):
        account = Account(
            login=f"token-{secrets.token_hex(8)}",
            name=draft.name,
            password_hash="",
            roles=[draft.role],
            provider_id=draft.organisation_id if draft.role is Role.REGISTRAR else None,
            employer_id=draft.organisation_id if draft.role is Role.EMPLOYER else None,
            expires_on=draft.expires_on,
        )
        session.add(account)
        session.flush()
        api_token = ApiToken(
            account_id=account.id,
            name=draft.name,
            prefix=prefix,
            digest=token_digest(token),
            permissions=sorted(set(draft.permissions)),
            expires_on=draft.expires_on,
            issued_by=actor.account_id,
        )
        session.add(api_token)
        session.flush()
    detail = {"permissions": api_token.permissions, "expires_on": api_token.expires_on.isoformat()}
    audit.note(session, actor, action="token.create", subject=f"token:{api_token.id}", detail=detail)
    return token, api_token


def revoke_token(session: Session, actor: Actor, *, token_id: int) -> None:
    """Make a token void; in force at its next request. Raises NotFound."""
    require(actor, Permission.MANAGE_TOKENS)
    with seeing_everything(session):
        api_token = session.scalar(select(ApiToken).where(ApiToken.id == token_id))
        if api_token is None:
            raise NotFound
        if api_token.revoked_at is None:
            api_token.revoked_at = clock.now()
            account = session.get(Account, api_token.account_id)
            if account is not None:
                account.disabled = True
        session.flush()
    audit.note(session, actor, action="token.revoke", subject=f"token:{token_id}")
