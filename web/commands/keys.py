"""Commands about the master keys: comparing them, keeping them in two halves, replacing them."""

from typing import Annotated, NoReturn

import typer

app = typer.Typer(help="The master keys that seal personal data.", no_args_is_help=True)

WRONG = 3
"""Exit code when the keys are not those of the database."""


def _stop(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(WRONG)


@app.command()
def check() -> None:
    """Compare the keys of this machine with those that the database was written under."""
    from centre.keys import KeyTrouble, check_keys

    try:
        check_keys()
    except KeyTrouble as trouble:
        _stop(str(trouble))
    typer.echo("The master keys are those of the database")


@app.command()
def split() -> None:
    """Print the keys in two halves for two persons; both together restore them, one alone reveals nothing."""
    from centre.escrow import split_keys
    from centre.keys import KeyTrouble, check_keys, note_split
    from centre.privacy import ring_marks, ring_text

    try:
        check_keys()
    except KeyTrouble as trouble:
        _stop(str(trouble))
    note_split(ring_marks())
    for half in split_keys(ring_text()):
        typer.echo(half)


@app.command()
def join(
    first: Annotated[str, typer.Option(prompt="First half", help="One half; asked for when not given.")],
    second: Annotated[str, typer.Option(prompt="Second half", help="The other half.")],
) -> None:
    """Write the key file from its two halves; refused where one is, or where the database has other keys."""
    from centre import privacy
    from centre.escrow import HalvesUnusable, join_keys
    from centre.keys import KeyTrouble, check_keys

    if privacy.has_keys():
        _stop(f"There are keys in {privacy.key_file()} or GANGQIAO_MASTER_KEY already; nothing was changed")
    try:
        privacy.write_key_file(join_keys(first, second))
        check_keys()
    except HalvesUnusable as error:
        _stop(f"Nothing was changed: {error}")
    except KeyTrouble as trouble:
        privacy.key_file().unlink()
        privacy.forget_keys()
        _stop(str(trouble))
    typer.echo(f"{privacy.key_file()} is back, and it is the key of the database")


@app.command()
def rotate() -> None:
    """Create a new master key and re-wrap all personal keys with it; may run while the service is running."""
    from centre import privacy
    from centre.keys import KeyTrouble, check_keys
    from centre.settings import settings

    if settings().master_key.get_secret_value():
        typer.echo("GANGQIAO_MASTER_KEY is set: put a new key before the old one and run `keys rewrap`", err=True)
        raise typer.Exit(2)
    try:
        check_keys()
    except KeyTrouble as trouble:
        _stop(str(trouble))
    privacy.add_key()
    typer.echo(f"New key added to {privacy.key_file()}; keep the old key, since it decrypts older backups")
    rewrap()


@app.command()
def rewrap() -> None:
    """Put what is still under an older master key under the newest, indexes too; again it changes nothing."""
    from centre.keys import KeyTrouble
    from centre.privacy import KeyUnusable
    from centre.rekeying import rewrap_everything
    from web.commands.running import import_domain

    import_domain()
    try:
        count = rewrap_everything()
    except (KeyTrouble, KeyUnusable) as trouble:
        _stop(str(trouble))
    typer.echo(f"{count} keys and secrets re-wrapped with the newest master key")
