"""Replay past decisions under a changed rule, from the command line."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer


def replay(
    rule: Annotated[str, typer.Option(help="Key of the rule; an unknown one lists them all.")],
    file: Annotated[Path, typer.Option("--with", exists=True, dir_okay=False, help="JSON file with the changed rule.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Decisions since this day.")],
) -> None:
    """Decide past cases again under a changed rule: who would gain and lose, by county, sex, age and hardship."""
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.replays import REPLAYS, RuleForm
    from centre.translation import translate
    from matching.replay.queries import outcome
    from web.commands.running import import_domain

    import_domain()
    if rule not in REPLAYS:
        typer.echo(f"No rule named {rule}. Rules: {', '.join(sorted(REPLAYS))}", err=True)
        raise typer.Exit(2)
    try:
        value = json.loads(file.read_text("utf-8"))
        with open_session(Actor.system().scope) as session:
            result = outcome(session, Actor.system(), rule=rule, value=value, since=_day(since))
    except (RuleForm, ValueError):
        typer.echo(f"{file} does not hold such a rule. An example: {REPLAYS[rule].sample}", err=True)
        raise typer.Exit(2) from None
    unit = 100 if REPLAYS[rule].is_money else 1
    typer.echo("group\tname\tdecisions\tgain\tlose\tbefore\tafter\tdifference")
    for effect in result.effects:
        amounts = (f"{amount / unit:.2f}" for amount in (effect.before, effect.after, effect.difference))
        name = translate("en", effect.name)
        typer.echo("\t".join([effect.kind, name, *map(str, (effect.decisions, effect.gain, effect.lose)), *amounts]))
    if result.unfaithful:
        typer.echo(
            f"{result.unfaithful} decisions are not reproduced under their own rule: do not rely on this", err=True
        )
        raise typer.Exit(1)


def _day(since: datetime) -> date:
    return since.date()
