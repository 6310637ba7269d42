"""Commands about signed letters: verifying one without a network, publishing the keys, replacing them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Signed letters of introduction.", no_args_is_help=True)


@app.command()
def verify(
    text: Annotated[str, typer.Argument(help="What the QR code carries; - reads it from standard input.")],
    keys: Annotated[
        Path | None, typer.Option(help="keys.json as the service publishes it; without it the database is asked.")
    ] = None,
) -> None:
    """Verify a letter; with --keys neither a network nor a database is needed. Exit code 1 when it is not genuine."""
    import json

    from centre.errors import Refusal
    from matching.introductions.credentials import verified_letter
    from matching.introductions.verification import keys_of

    try:
        known = keys_of(json.loads(keys.read_text("utf-8"))) if keys else _published()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        typer.echo(f"{keys} is no list of keys; download /letters/keys.json of the service", err=True)
        raise typer.Exit(2) from None
    try:
        letter = verified_letter(sys.stdin.read() if text == "-" else text, known)
    except Refusal:
        typer.echo("Not genuine: the letter was not signed with one of these keys, or was changed since", err=True)
        raise typer.Exit(1) from None
    typer.echo("Genuine")
    for name in (
        "number",
        "issuer",
        "contact",
        "worker",
        "employer",
        "title",
        "place",
        "pay",
        "issued_on",
        "expires_on",
    ):
        typer.echo(f"{name:<12}{getattr(letter, name)}")
    for skill in letter.skills:
        typer.echo(f"{'skill':<12}{skill.name}: {skill.rating} ({skill.basis.value} {skill.source})".rstrip())


@app.command("keys")
def show_keys() -> None:
    """Print the public keys as JSON, for --keys of `letter verify`."""
    import json

    from matching.introductions.verification import key_list

    typer.echo(json.dumps(key_list(_published()), indent=2))


@app.command("replace-key")
def replace_key() -> None:
    """Sign letters with a new key from now on; earlier letters stay genuine."""
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.signing import replace_signing_key

    with open_session(Actor.system().scope, write=True) as session:
        name = replace_signing_key(session, Actor.system())
    typer.echo(f"Letters are signed with key {name} from now on; publish `gangqiao letter keys` again")


def _published() -> dict[str, bytes]:
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.signing import published_keys

    with open_session(Actor.system().scope) as session:
        return published_keys(session)
