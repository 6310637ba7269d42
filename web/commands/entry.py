"""The command line: its commands and the modules that implement them."""

from typing import Annotated

import typer

from web.commands import accounts, data, doctor, engine, keys, outbox, running, setup

app = typer.Typer(
    name="gangqiao",
    help="Gangqiao 岗桥: openings, training and job fairs of a city's centres, in one service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


WRITING = {"account", "import"}
"""Commands that may seal personal data: they run only with the keys that the database was written under."""


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Openings, training and job fairs of a city's centres, in one service."""
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"gangqiao {installed_version('gangqiao')}")
        raise typer.Exit
    if context.invoked_subcommand in WRITING:
        running.stop_on_wrong_keys()


app.command()(setup.init)
app.command()(running.serve)
app.command()(running.work)
app.command()(running.migrate)
app.command()(running.demo)
app.add_typer(accounts.app, name="account")
app.add_typer(data.imports, name="import")
app.add_typer(data.exports, name="export")
app.command()(data.backup)
app.command()(doctor.doctor)
app.command()(engine.match)
app.command()(engine.evaluate)
app.add_typer(accounts.audits, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(outbox.app, name="outbox")
