"""Commands about messages that leave: how many wait, which were given up, putting them back, trying a sender."""

from typing import Annotated

import typer

app = typer.Typer(help="Messages that leave by SMTP, an SMS gateway or a file.", no_args_is_help=True)


@app.command()
def status() -> None:
    """Count messages by what became of them."""
    from centre.database import open_session
    from centre.outbox import Delivery
    from centre.permissions import Actor
    from centre.senders.queries import delivery_counts
    from centre.settings import settings

    typer.echo(f"sender: {settings().sender or 'none; messages stay in the pages'}")
    with open_session(Actor.system().scope) as session:
        counts = delivery_counts(session)
    for state in Delivery:
        typer.echo(f"{state.value:<10}{counts.get(state, 0):>8}")


@app.command()
def dead() -> None:
    """List the messages that were given up, with the reason; never what they say or to whom."""
    from centre import clock
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.senders.queries import dead_letters

    with open_session(Actor.system().scope) as session:
        for letter in dead_letters(session):
            day = clock.local(letter.created_at).strftime("%Y-%m-%d %H:%M")
            typer.echo(f"{letter.id:<8}{day}  {letter.kind:<24}{letter.attempts:>3} tries  {letter.last_error}")


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers in the list; all when none is given.")] = None,
) -> None:
    """Try messages that were given up again, under the same keys."""
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.senders.actions import put_back

    with open_session(Actor.system().scope, write=True) as session:
        count = put_back(session, Actor.system(), message_ids=numbers or ())
    typer.echo(f"{count} messages wait again")


@app.command("test")
def send_test(phone: Annotated[str, typer.Argument(help="Telephone that gets the test message.")]) -> None:
    """Send one message to a telephone now, past the outbox, to try the settings of the sender."""
    from centre.accounts.rules import new_words
    from centre.errors import Refusal
    from centre.installation import sign
    from centre.numbers import parse_mobile
    from centre.senders import NotConfigured, Outgoing, Refused, Trouble, open_sender
    from centre.senders.rules import text_of
    from centre.translation import N_, SOURCE_LOCALE, translate

    title, body = (
        translate(SOURCE_LOCALE, words) for words in (N_("测试消息"), N_("收到这条消息，说明短信通道已接通。"))
    )
    try:
        text = text_of("test", title, body, sign=sign().name, address="")
        with open_sender() as sender:
            sender.send(Outgoing(f"test-{new_words(4)}", parse_mobile(phone), title, text))
    except (NotConfigured, Refused, Trouble) as error:
        typer.echo(f"Not sent: {error}", err=True)
        raise typer.Exit(1) from None
    except Refusal as refusal:
        typer.echo(translate("en", refusal.message, **refusal.params), err=True)
        raise typer.Exit(2) from None
    typer.echo("The receiver took the message")
