"""Commands about the centres of the network: list, add, change."""

from typing import Annotated, Any

import typer

app = typer.Typer(help="The centres of the network.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Code of the centre, as listed.")]
Text = Annotated[str | None, typer.Option()]


@app.command("list")
def list_centres() -> None:
    """List the centres by code."""
    from centre.database import open_session
    from centre.network import centres
    from centre.permissions import Actor

    with open_session(Actor.system().scope) as session:
        for known in session.scalars(centres()):
            typer.echo(f"{known.code:<10}{known.region_code:<8}{known.name}  {known.address}  {known.phone}")


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="A new code, of at most 8 letters, digits and hyphens.")],
    name: Annotated[str, typer.Option()],
    region: Annotated[str, typer.Option(help="The county that it serves, by code or name.")],
    address: Text = None,
    phone: Text = None,
    hours: Text = None,
) -> None:
    """Add a county centre below the city's."""
    _write(None, {"code": code, "name": name, "region_code": region}, address=address, phone=phone, hours=hours)
    typer.echo(f"Centre {code} added")


@app.command()
def change(
    code: Code, name: Text = None, region: Text = None, address: Text = None, phone: Text = None, hours: Text = None
) -> None:
    """Change what is given of a centre; the rest stays."""
    _write(code, {}, name=name, region_code=region, address=address, phone=phone, hours=hours)
    typer.echo(f"Centre {code} changed")


def _write(code: str | None, values: dict[str, Any], **given: str | None) -> None:
    from pydantic import ValidationError
    from sqlalchemy import select

    from centre.database import open_session
    from centre.drafts import problems_of
    from centre.errors import Invalid, NotFound, Refusal
    from centre.network import Centre
    from centre.network_changes import CentreDraft, add_centre, change_centre
    from centre.permissions import Actor
    from centre.translation import translate

    system, typed = Actor.system(), {name: text for name, text in given.items() if text is not None}
    try:
        with open_session(system.scope, write=True) as session:
            known = session.scalar(select(Centre).where(Centre.code == code)) if code else None
            if code and known is None:
                raise typer.BadParameter(f"there is no centre {code}; see `gangqiao centre list`")
            kept = {name: getattr(known, name) for name in CentreDraft.model_fields} if known else {}
            try:
                draft = CentreDraft.model_validate(kept | values | typed)
            except ValidationError as error:
                raise Invalid(problems_of(error)) from None
            if known is not None:
                change_centre(session, system, centre_id=known.id, draft=draft)
            else:
                add_centre(session, system, draft=draft)
    except NotFound:
        raise typer.BadParameter("there is no city centre yet; run `gangqiao init` first") from None
    except Refusal as refusal:
        for problem in refusal.problems:
            typer.echo(f"{problem.field}: {translate('en', problem.message, **problem.params)}", err=True)
        raise typer.Exit(1) from None
