"""Commands about accounts and the audit log."""

from typing import Annotated

import typer

from centre.permissions import Actor, Role

app = typer.Typer(help="Make accounts, give new passwords, list who may sign in.", no_args_is_help=True)
audits = typer.Typer(help="The log of who did what.", no_args_is_help=True)

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


@app.command()
def create(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    password: Password,
    centre: Annotated[str, typer.Option(help="Code of the centre, for example XY00.")] = "",
    provider: Annotated[int | None, typer.Option(help="Number of the school, for registrars.")] = None,
    employer: Annotated[int | None, typer.Option(help="Number of the employer, for its contacts.")] = None,
) -> None:
    """Make an account."""
    from sqlalchemy import select

    from centre.accounts import create_account
    from centre.database import open_session
    from centre.network import Centre

    if len(password) < 8:
        raise typer.BadParameter("a password has at least 8 characters")
    with open_session(Actor.system().scope, write=True) as session:
        found = session.scalar(select(Centre).where(Centre.code == centre)) if centre else None
        if centre and found is None:
            raise typer.BadParameter(f"there is no centre {centre}; `gangqiao migrate` and `demo` make the network")
        account = create_account(
            session,
            Actor.system(),
            login=login.casefold(),
            name=name,
            password=password,
            roles=set(role),
            centre_id=found.id if found else None,
            provider_id=provider,
            employer_id=employer,
        )
        typer.echo(f"Account {account.login} made with {', '.join(account.roles)}")


@app.command()
def password(login: Login, password: Password) -> None:
    """Give an account a new password; its open sessions end."""
    from centre.accounts import set_password
    from centre.database import open_session

    if len(password) < 8:
        raise typer.BadParameter("a password has at least 8 characters")
    with open_session(Actor.system().scope, write=True) as session:
        set_password(session, Actor.system(), login=login.casefold(), password=password)
    typer.echo(f"{login} has a new password")


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


@audits.command()
def verify() -> None:
    """Check the chain of the audit log; exits with 1 at the first entry that was changed, moved or removed."""
    from centre.audit import first_fault
    from centre.database import open_session

    with open_session(Actor.system().scope) as session:
        fault = first_fault(session)
    if fault is not None:
        typer.echo(f"The chain breaks at entry {fault}", err=True)
        raise typer.Exit(1)
    typer.echo("The chain is whole")
