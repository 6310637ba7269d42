"""API tokens of schools and employers: list, create, revoke."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.accounts import ApiToken
from centre.accounts.queries import api_tokens
from centre.accounts.rules import TokenDraft
from centre.accounts.tokens import create_token, revoke_token
from centre.drafts import RecordId
from centre.errors import Invalid, Problem
from centre.permissions import Permission, Role
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.companies.models import Employer
from employers.companies.rules import SHUT_OUT, EmployerNotActive
from training.providers.models import TrainingProvider

routes = Routes(prefix="/tokens", tags=["tokens"])


class TokenOut(Wire):
    """A token without its secret."""

    id: int
    name: str
    prefix: str
    role: str
    organisation_id: int | None
    permissions: list[str]
    expires_on: date
    used_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    """A new token; `token` is shown only in this response."""

    token: str


def organisation(session: Session, role: Role, text: str) -> int:
    """The id of a school by its code or name, or of an employer by its credit code or name. Raises Invalid."""
    model, columns = (
        (TrainingProvider, (TrainingProvider.code, TrainingProvider.name))
        if role is Role.REGISTRAR
        else (Employer, (Employer.uscc, Employer.name))
    )
    with seeing_everything(session):
        matching_ids = session.scalars(
            select(model.id).where(or_(*(column == text for column in columns))).limit(2)
        ).all()
    if len(matching_ids) != 1:
        raise Invalid([Problem("organisation", "organisation-unknown", N_("没有找到这个单位，请核对名称或代码"))])
    _refuse_shut_out(session, role, matching_ids[0])
    return matching_ids[0]


def _refuse_shut_out(session: Session, role: Role, organisation_id: int) -> None:
    """Create no token for an employer whose tokens were ended. Raises EmployerNotActive."""
    if role is not Role.EMPLOYER:
        return
    with seeing_everything(session):
        employer = session.get(Employer, organisation_id)
        if employer is not None and employer.state in SHUT_OUT:
            raise EmployerNotActive(name=employer.name)


def check_organisation(session: Session, role: Role, organisation_id: int, field: str = "organisation_id") -> None:
    """Refuse an organisation that does not exist or may not act. Raises Invalid or EmployerNotActive."""
    model = TrainingProvider if role is Role.REGISTRAR else Employer
    with seeing_everything(session):
        there = session.scalar(select(model.id).where(model.id == organisation_id))
    if there is None:
        message = N_("没有找到这个单位，请核对名称或代码")
        raise Invalid([Problem(field, "organisation-unknown", message)])
    _refuse_shut_out(session, role, organisation_id)


@routes.get("", allow=Permission.MANAGE_TOKENS)
def list_tokens(unit: Unit) -> list[TokenOut]:
    """List all tokens, newest first."""
    return [_out(token, role=account.roles[0], organisation_id=account.provider_id or account.employer_id)
            for token, account in api_tokens(unit.session)]  # fmt: skip


@routes.post("", allow=Permission.MANAGE_TOKENS, status_code=201, keep=False)
def create(unit: Unit, draft: TokenDraft) -> NewTokenOut:
    """Create a token for one school or one employer; its secret appears only in this response."""
    check_organisation(unit.session, draft.role, draft.organisation_id)
    secret, api_token = create_token(unit.session, unit.actor, draft=draft)
    out = _out(api_token, role=draft.role, organisation_id=draft.organisation_id)
    return NewTokenOut(**out.model_dump(), token=secret)


@routes.delete("/{token_id}", allow=Permission.MANAGE_TOKENS, status_code=204)
def revoke(unit: Unit, token_id: RecordId) -> None:
    """Revoke a token."""
    revoke_token(unit.session, unit.actor, token_id=token_id)


def _out(token: ApiToken, *, role: str, organisation_id: int | None) -> TokenOut:
    return TokenOut(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        role=role,
        organisation_id=organisation_id,
        permissions=token.permissions,
        expires_on=token.expires_on,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
    )
