"""Commands about rules: of law and money, of the calendar, and texts of messages."""

from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer(help="Rules with their days: law and money, calendar years, message texts.", no_args_is_help=True)

Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day on which it holds.")]
LastDay = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, if there is one.")]


@app.command("list")
def list_rules(
    key: Annotated[str, typer.Argument(help="Only rules whose key begins so, as calendar-year or message.")] = "",
) -> None:
    """List rules with their days, place, value and source."""
    import json

    from centre.database import open_session
    from centre.permissions import Actor
    from centre.policy_changes import rules_kept

    with open_session(Actor.system().scope) as session:
        for rule in rules_kept(session):
            if rule.key.startswith(key):
                days = f"{rule.from_on}..{rule.to_on or ''}"
                mark = "example  " if rule.is_example else ""
                value = json.dumps(rule.value, ensure_ascii=False)
                typer.echo(f"{rule.key}  {days}  {rule.region_code or 'all'}  {value}  {mark}{rule.source}")


@app.command()
def messages() -> None:
    """List every kind of message with its text in force and the words that it offers."""
    from centre import clock
    from centre.messages.everything import REGISTER
    from centre.messages.names import NAMES
    from centre.messages.overlay import text_in_force

    for wording in REGISTER.values():
        text = text_in_force(wording, clock.today())
        words = " ".join(f"{name}*" if name in wording.keep else name for name in sorted(wording.offers))
        typer.echo(f"{wording.name}  {NAMES[wording.name]}  [{words}]  {text.title}  {text.body}")


@app.command()
def propose(
    key: Annotated[str, typer.Argument(help="Key, as calendar-year or message.letter.")],
    value: Annotated[str, typer.Argument(help="Value as JSON; {} brings a standard text back.")],
    from_on: Day,
    source: Annotated[str, typer.Option(help="The document that it rests on, or the reason.")],
    to_on: LastDay = None,
    region: Annotated[str, typer.Option(help="Region code; empty for everywhere.")] = "",
) -> None:
    """Propose a rule; it takes effect once a second person approves it in the pages."""
    from pydantic import ValidationError

    from centre.database import open_session
    from centre.drafts import problems_of
    from centre.errors import Invalid, Refusal
    from centre.permissions import Actor
    from centre.policy_changes import RuleDraft, propose_rule
    from centre.translation import translate

    typed = {"key": key, "value": value, "region_code": region, "source": source, "from_on": from_on.date()}
    typed["to_on"] = to_on.date() if to_on else None
    try:
        try:
            draft = RuleDraft.model_validate(typed)
        except ValidationError as error:
            raise Invalid(problems_of(error)) from None
        with open_session(Actor.system().scope, write=True) as session:
            number = propose_rule(session, Actor.system(), draft=draft).id
    except Refusal as refusal:
        for problem in refusal.problems:
            typer.echo(f"{problem.field}: {translate('en', problem.message, **problem.params)}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Change {number} waits for a second person at /administration/rules")
