"""Commands about accounts and the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from centre.errors import Invalid, NotFound, Refusal
from centre.permissions import Actor, Permission, Role
from centre.translation import translate

app = typer.Typer(help="Make accounts, give new passwords, list who may sign in.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens of schools and employers.", no_args_is_help=True)
app.add_typer(tokens, name="token")
audits = typer.Typer(help="The log of who did what.", no_args_is_help=True)
keys = typer.Typer(help="The master key that seals personal data.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Name to sign in with.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="GANGQIAO_NEW_PASSWORD",
        help="Asked for when not given.",
    ),
]

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, at most a year ahead.")]


@contextmanager
def _told() -> Iterator[None]:
    """Say what a refusal says instead of a traceback."""
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
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    password: Password,
    centre: Annotated[str, typer.Option(help="Code of the centre, for example XY00.")] = "",
    provider: Annotated[int | None, typer.Option(help="Number of the school, for registrars.")] = None,
    employer: Annotated[int | None, typer.Option(help="Number of the employer, for its contacts.")] = None,
    expires: Day = None,
) -> None:
    """Make an account; those of schools, employers and escorts need a last day."""
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
        typer.echo(f"Account {account.login} made with {', '.join(account.roles)}")


@app.command()
def password(login: Login, password: Password) -> None:
    """Give an account a new password; its open sessions end."""
    from centre.accounts import set_password
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        set_password(session, Actor.system(), login=login.casefold(), password=password)
    typer.echo(f"{login} has a new password")


@app.command()
def renew(login: Login, until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="New last day.")]) -> None:
    """Let a partner's account go on until a day."""
    from sqlalchemy import select

    from centre.accounts import Account, renew_account
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        account_id = session.scalar(select(Account.id).where(Account.login == login.casefold())) or 0
        renew_account(session, Actor.system(), account_id=account_id, expires_on=until.date())
    typer.echo(f"{login} may sign in until {until.date()}")


@app.command("reset-second-factor")
def reset_second_factor(login: Login) -> None:
    """Take a lost authenticator away; the next sign-in asks for a new one."""
    from centre.accounts.actions import reset_second_factor
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        reset_second_factor(session, Actor.system(), login=login.casefold())
    typer.echo(f"{login} binds a new authenticator at the next sign-in")


@app.command("list")
def list_accounts() -> None:
    """List the accounts and their roles."""
    from sqlalchemy import select

    from centre.accounts import Account
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        for account in session.scalars(select(Account).order_by(Account.login)):
            state = "" if account.usable else "  (closed)"
            typer.echo(f"{account.login:<24}{account.name:<24}{', '.join(account.roles)}{state}")


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="Which system uses it.")],
    may: Annotated[list[Permission], typer.Option(help="May be given several times.")],
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day, at most a year ahead.")],
    school: Annotated[str, typer.Option(help="Code or name of a school.")] = "",
    employer: Annotated[str, typer.Option(help="Credit code or name of an employer.")] = "",
) -> None:
    """Make a token for one school or one employer and print it, this once."""
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
    """List the tokens with their last use."""
    from centre.accounts.queries import api_tokens
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        for token, account in api_tokens(session):
            state = "" if token.live else "  (void)"
            used = token.used_at.isoformat(timespec="minutes") if token.used_at else "never used"
            kind = f"school {account.provider_id}" if account.provider_id else f"employer {account.employer_id}"
            typer.echo(f"{token.id:<6}{token.prefix:<14}{kind:<16}{token.name:<30}{token.expires_on}  {used}{state}")


@tokens.command("revoke")
def revoke_token(number: Annotated[int, typer.Argument(help="Its number in the list.")]) -> None:
    """Make a token void at once."""
    from centre.accounts.tokens import revoke_token
    from centre.database import open_session

    with _told(), open_session(Actor.system().scope, write=True) as session:
        revoke_token(session, Actor.system(), token_id=number)
    typer.echo(f"Token {number} is void")


@audits.command()
def head() -> None:
    """Print the head of the audit log: keep it outside the database, on paper or in a mail to the auditor."""
    from centre.audit import anchor
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        typer.echo(str(anchor(session)))


@audits.command()
def verify(
    head: Annotated[str, typer.Option(help="A head printed earlier; shows also a tail that was cut off.")] = "",
) -> None:
    """Check the chain of the audit log; exits with 1 at the first entry that was changed, moved or removed."""
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
    typer.echo("The chain is whole" + ("" if kept else "; give --head to show also that nothing was cut off"))


@keys.command()
def rotate() -> None:
    """Make a new master key and bring every personal key under it; may run beside the service."""
    from centre import privacy
    from centre.settings import settings

    if settings().master_key.get_secret_value():
        typer.echo("GANGQIAO_MASTER_KEY is set: put a new key before the old one, then run `keys rewrap`", err=True)
        raise typer.Exit(2)
    privacy.add_key()
    typer.echo(f"New key at the front of {privacy.key_file()}; the older one still opens backups, keep it")
    rewrap()


@keys.command()
def rewrap() -> None:
    """Bring what is still sealed under an older master key under the newest; running it twice changes nothing."""
    from centre.rekeying import rewrap_everything
    from web.commands.running import _import_domain

    _import_domain()
    typer.echo(f"{rewrap_everything()} keys and secrets are now under the newest master key")
