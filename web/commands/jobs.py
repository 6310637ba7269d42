"""Commands about jobs: when each ran last and what went wrong, and trying one again."""

from typing import Annotated

import typer

app = typer.Typer(help="Scheduled jobs, their last run and errors.", no_args_is_help=True)


@app.command("list")
def list_jobs() -> None:
    """List every job with its last run; a failing one with its error and the next try."""
    from centre import clock
    from centre.database import open_session
    from centre.jobs import job_lines
    from centre.permissions import Actor

    with open_session(Actor.system().scope) as session:
        for line in job_lines(session, Actor.system()):
            ran = clock.local(line.last_at).strftime("%Y-%m-%d %H:%M") if line.last_at else "never"
            state = "late" if line.is_late else "good"
            if line.failure is not None:
                again = clock.local(line.failure.retry_at).strftime("%Y-%m-%d %H:%M")
                state = f"{line.failure.error}, {line.failure.attempts} tries, again {again}"
            typer.echo(f"{line.name:<28}{ran:<18}{state}")


@app.command()
def retry(name: Annotated[str, typer.Argument(help="Name of a failing job, as listed.")]) -> None:
    """Let a failing job run at the worker's next look instead of after its pause."""
    from centre.database import open_session
    from centre.errors import NotFound, Refusal
    from centre.jobs import retry_job
    from centre.permissions import Actor
    from centre.translation import translate

    try:
        with open_session(Actor.system().scope, write=True) as session:
            retry_job(session, Actor.system(), name=name)
    except NotFound:
        raise typer.BadParameter(f"there is no job {name}; see `gangqiao jobs list`") from None
    except Refusal as refusal:
        typer.echo(translate("en", refusal.message), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{name} runs at the next look of `gangqiao work`")
