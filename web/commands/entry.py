"""The command line: its commands and the modules that implement them."""

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from web.commands import (
    accounts,
    centres,
    data,
    doctor,
    engine,
    jobs,
    keys,
    letters,
    outbox,
    plans,
    policies,
    replay,
    running,
    setup,
)

app = typer.Typer(
    name="gangqiao",
    help="Gangqiao 岗桥: openings, training and job fairs of a city's centres, in one service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class SealingCommand(TyperCommand):
    """A command that may seal personal data: it runs only with the keys that the database was written under.

    The keys are compared after the options are read, so help and misspelt options need no installation.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command, or stop when the keys are wrong."""
        running.stop_on_wrong_keys()
        return super().invoke(ctx)


@app.callback(invoke_without_command=True)
def begin(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Openings, training and job fairs of a city's centres, in one service."""
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"gangqiao {installed_version('gangqiao')}")
        raise typer.Exit


for sealing in (accounts.app, accounts.tokens, data.imports):
    for command in sealing.registered_commands:
        command.cls = SealingCommand

app.command()(setup.init)
app.command()(running.serve)
app.command()(running.work)
app.command()(running.migrate)
app.command()(running.demo)
app.add_typer(accounts.app, name="account")
app.add_typer(centres.app, name="centre")
app.add_typer(jobs.app, name="jobs")
app.add_typer(data.imports, name="import")
app.add_typer(data.exports, name="export")
app.command()(data.backup)
app.command()(doctor.doctor)
app.command()(engine.match)
app.command()(engine.evaluate)
app.command()(replay.replay)
app.command("evaluate-adverts")(engine.evaluate_adverts)
app.add_typer(accounts.audits, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(letters.app, name="letter")
app.add_typer(outbox.app, name="outbox")
app.add_typer(plans.app, name="plan")
app.add_typer(policies.app, name="rules")
