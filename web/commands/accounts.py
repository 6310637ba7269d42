"""Commands about accounts and the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from centre.errors import Invalid, NotFound, Refusal
from centre.permissions import Actor, Permission, Role
from centre.translation import translate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="Create, list and end accounts, set passwords, print links to choose one.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens of schools and employers.", no_args_is_help=True)
app.add_typer(tokens, name="token")
audits = typer.Typer(help="Verify the audit log, and print its head.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Sign-in name.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="GANGQIAO_NEW_PASSWORD",
        help="Prompted for if omitted.",
    ),
]

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, at most a year ahead.")]


@contextmanager
def _told() -> Iterator[None]:
    """Print refusals as messages instead of tracebacks."""
    try:
        yield
    except NotFound:
        raise typer.BadParameter("there is no such account, organisation or token") from None
    except Refusal as refusal:
        for problem in refusal.problems if isinstance(refusal, Invalid) else [refusal.problems[0]]:
            typer.echo(translate("en", problem.message, **problem.params), err=True)
        raise typer.Exit(1) from None


@app.command()
def create(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name as shown to colleagues.")],
    role: Annotated[list[Role], typer.Option(help="May be repeated.")],
    password: Password,
    centre: Annotated[str, typer.Option(help="Code of the centre, e.g. XY00.")] = "",
    provider: Annotated[int | None, typer.Option(help="Id of the school, for registrars.")] = None,
    employer: Annotated[int | None, typer.Option(help="Id of the employer, for its contacts.")] = None,
    expires: Day = None,
) -> None:
    """Create an account; accounts of schools, employers and escorts need an expiry date."""
    from sqlalchemy import select

    from centre.accounts import create_account
    from centre.database import open_session
    from centre.network import Centre

    with _told(), open_session(Actor.system().scope, write=True) as session:
        home_centre = session.scalar(select(Centre).where(Centre.code == centre)) if centre else None
        if centre and home_centre is None:
            raise typer.BadParameter(f"there is no centre {centre}; `gangqiao migrate` and `demo` make the network")
        account = create_account(
            session,
            Actor.system(),
            login=login.casefold(),
            name=name,
            password=password,
            roles=set(role),
            centre_id=home_centre.id if home_centre else None,
            provider_id=provider,
            employer_id=employer,
            expires_on=expires.date() if expires else None,
        )
        typer.echo(f"Account {account.login} created with {', '.join(account.roles)}")


@app.command()
def password(login: Login, password: Password) -> None:
    """Set a new password for an account and end its sessions."""
    from centre.accounts import set_password
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        set_password(session, Actor.system(), login=login.casefold(), password=password)
    typer.echo(f"Password of {login} changed")


@app.command()
def renew(login: Login, until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Expiry date.")]) -> None:
    """Extend a partner's account until a date."""
    from centre.accounts import renew_account
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        renew_account(session, Actor.system(), account_id=_number(session, login), expires_on=until.date())
    typer.echo(f"{login} may sign in until {until.date()}")


@app.command()
def invite(login: Login) -> None:
    """Print a link by which an account's holder chooses a new password; the old one ends now."""
    from centre.accounts.administration import invite_again
    from centre.database import open_session
    from centre.settings import settings

    with _told(), open_session(Actor.system().scope, write=True) as session:
        _, secret = invite_again(session, Actor.system(), account_id=_number(session, login))
    typer.echo(f"{settings().public_url}/invitation/{secret}")


@app.command()
def end(login: Login) -> None:
    """End an account and its sessions at once."""
    _switch(login, on=False)
    typer.echo(f"{login} is ended")


@app.command()
def reopen(login: Login) -> None:
    """Let an ended account in again."""
    _switch(login, on=True)
    typer.echo(f"{login} may sign in again")


def _switch(login: str, *, on: bool) -> None:
    from centre.accounts.administration import switch_account
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        switch_account(session, Actor.system(), account_id=_number(session, login), on=on)


def _number(session: "Session", login: str) -> int:
    from sqlalchemy import select

    from centre.accounts import Account

    return session.scalar(select(Account.id).where(Account.login == login.casefold())) or 0


@app.command("reset-second-factor")
def reset_second_factor(
    login: Login,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; kept in the audit log.")],
    alone: Annotated[bool, typer.Option("--alone", help="Without a second person, for an emergency.")] = False,
) -> None:
    """Ask a second person to remove a lost authenticator; the next sign-in then asks for a new one."""
    from centre.accounts.actions import reset_second_factor, reset_second_factor_alone
    from centre.database import open_session

    system, why = Actor.system(), reason.strip()[:200]
    with _told(), open_session(system.scope, write=True) as session:
        if alone:
            reset_second_factor_alone(session, system, login=login.casefold(), reason=why)
            typer.echo(
                f"{login} will set up a new authenticator at the next sign-in; the others who may agree hear of it"
            )
        else:
            others = reset_second_factor(session, system, login=login.casefold(), reason=why)
            names = ", ".join(account.login for account in others)
            typer.echo(f"Asked; one of {names} may agree at /administration/resets")


@app.command("list")
def list_accounts() -> None:
    """List accounts and their roles."""
    from sqlalchemy import select

    from centre.accounts import Account
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        for account in session.scalars(select(Account).order_by(Account.login)):
            state = "" if account.usable else "  (closed)"
            typer.echo(f"{account.login:<24}{account.name:<24}{', '.join(account.roles)}{state}")


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="Name of the system that uses it.")],
    may: Annotated[list[Permission], typer.Option(help="May be repeated.")],
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Expiry date, at most a year ahead.")],
    school: Annotated[str, typer.Option(help="Code or name of a school.")] = "",
    employer: Annotated[str, typer.Option(help="Credit code or name of an employer.")] = "",
) -> None:
    """Create a token for one school or one employer and print it; it is not shown again."""
    from api.tokens import organisation
    from centre.accounts.rules import TokenDraft
    from centre.accounts.tokens import create_token
    from centre.database import open_session

    if bool(school) == bool(employer):
        raise typer.BadParameter("give either --school or --employer")
    role = Role.REGISTRAR if school else Role.EMPLOYER
    with _told(), open_session(Actor.system().scope, write=True) as session:
        draft = TokenDraft(
            name=name,
            role=role,
            organisation_id=organisation(session, role, school or employer),
            permissions=may,
            expires_on=expires.date(),
        )
        secret, _made = create_token(session, Actor.system(), draft=draft)
    typer.echo(secret)


@tokens.command("list")
def list_tokens() -> None:
    """List tokens with their last use."""
    from centre.accounts.queries import api_tokens
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        for token, account in api_tokens(session):
            state = "" if token.live else "  (void)"
            used = token.used_at.isoformat(timespec="minutes") if token.used_at else "never used"
            kind = f"school {account.provider_id}" if account.provider_id else f"employer {account.employer_id}"
            typer.echo(f"{token.id:<6}{token.prefix:<14}{kind:<16}{token.name:<30}{token.expires_on}  {used}{state}")


@tokens.command("revoke")
def revoke_token(number: Annotated[int, typer.Argument(help="Id of the token, as listed.")]) -> None:
    """Revoke a token immediately."""
    from centre.accounts.tokens import revoke_token
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        revoke_token(session, Actor.system(), token_id=number)
    typer.echo(f"Token {number} revoked")


@audits.command()
def head() -> None:
    """Print the head of the audit log, to be kept outside the database, for example in a mail to the auditor."""
    from centre.audit import anchor
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        typer.echo(str(anchor(session)))


@audits.command()
def verify(
    head: Annotated[str, typer.Option(help="A head printed earlier; also detects truncation.")] = "",
) -> None:
    """Verify the hash chain of the audit log; exits with 1 if an entry was changed, moved or removed."""
    from centre.audit import Anchor, first_fault
    from centre.database import open_session

    try:
        kept = Anchor.read(head) if head else None
    except ValueError:
        raise typer.BadParameter("a head looks like 12:ab34...", param_hint="--head") from None
    with open_session(Actor.system().scope) as session:
        fault = first_fault(session, kept)
    if fault is not None:
        typer.echo(f"The chain breaks at entry {fault}", err=True)
        raise typer.Exit(1)
    typer.echo("The chain is intact" + ("" if kept else "; pass --head to detect truncation as well"))
