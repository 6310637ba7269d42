"""The command line: its commands and the modules that implement them."""

import typer

from web.commands import accounts, data, engine, running

app = typer.Typer(
    name="gangqiao",
    help="Gangqiao 岗桥: openings, training and job fairs of a city's centres, in one service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(running.serve)
app.command()(running.work)
app.command()(running.migrate)
app.command()(running.demo)
app.add_typer(accounts.app, name="account")
app.add_typer(data.imports, name="import")
app.add_typer(data.exports, name="export")
app.command()(data.backup)
app.command()(engine.match)
app.command()(engine.evaluate)
app.add_typer(accounts.audits, name="audit")
app.add_typer(accounts.keys, name="keys")
