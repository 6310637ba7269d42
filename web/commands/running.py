"""Commands that set up and run the service."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from threading import Timer
from typing import Annotated, NoReturn

import typer

from centre.settings import settings


class DemoSize(StrEnum):
    """The size of the demo data (演示规模)."""

    TOWN = "town"
    CITY = "city"
    NETWORK = "network"


Port = Annotated[int | None, typer.Option(help="Port to listen on; GANGQIAO_PORT or 8000 by default.")]
TICK_SECONDS = 5
WORKER_DELAY_SECONDS = 3
COMPILE_DELAY_SECONDS = 20
WRONG_KEYS = 3
"""Exit code when the master keys are not those of the database."""


def serve(
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Number of server processes.")] = None,
) -> None:
    """Serve requests until Ctrl+C. Run `gangqiao migrate` first and `gangqiao work` alongside."""
    import uvicorn

    stop_on_wrong_keys()
    _offer_first_run(host or settings().host, port or settings().port)
    os.environ.setdefault("GANGQIAO_WARM", "true")
    settings.cache_clear()
    known = settings()
    uvicorn.run(
        "web.app:app",
        host=host or known.host,
        port=port or known.port,
        workers=processes or known.processes,
        log_level=known.log_level.lower(),
        access_log=False,
        server_header=False,
        proxy_headers=False,  # api.proxies trusts only the proxies of the settings
        timeout_keep_alive=15,
        timeout_worker_healthcheck=60,  # a process that starts on a busy machine is not dead
        limit_concurrency=1000,
        limit_max_requests=None,
    )


def _offer_first_run(host: str, port: int) -> None:
    """If the installation has no administrator yet, print the one-time key of the first-run page."""
    from sqlalchemy.exc import DBAPIError

    from centre.accounts.rules import bare, new_words
    from centre.database import open_session
    from centre.first_run import is_open
    from centre.permissions import Actor
    from centre.privacy import token_digest

    if not database_exists():
        return
    try:
        with open_session(Actor.system().scope) as session:
            if not is_open(session):
                return
    except DBAPIError:
        return
    key = new_words(3)
    os.environ["GANGQIAO_FIRST_RUN_KEY"] = token_digest(bare(key))
    settings.cache_clear()
    typer.echo(f"Nobody administers this installation yet. Set it up on http://{host}:{port}/first-run with the key")
    typer.echo(f"    {key}")
    typer.echo("or with `gangqiao init`. The key holds until there is an administrator, or until this server stops.")


def work(
    once: Annotated[bool, typer.Option(help="Run the jobs that are due and exit.")] = False,
    beside: Annotated[int, typer.Option(help="Exit when this parent process has ended.", hidden=True)] = 0,
) -> None:
    """Run scheduled jobs: expiries, reminders, messages. Several processes may run; each job runs once."""
    from centre.jobs import REGISTER, run_due_jobs
    from centre.senders import drain_outbox
    from centre.watch import ClockWatch

    import_domain()
    stop_on_wrong_keys()
    _stop_on_bad_sender()
    watch = ClockWatch()
    if once:
        typer.echo(f"{watch.do(run_due_jobs)} of {len(REGISTER)} jobs were due and have run")
        if settings().sender:
            typer.echo(f"{watch.do(drain_outbox)} messages have left")
        return
    from apscheduler.schedulers.blocking import BlockingScheduler

    clock = BlockingScheduler()
    clock.add_job(watch.do, "interval", args=[run_due_jobs], seconds=TICK_SECONDS, max_instances=1, coalesce=True)
    if settings().sender:
        clock.add_job(watch.do, "interval", args=[drain_outbox], seconds=TICK_SECONDS, max_instances=1, coalesce=True)
    if beside:
        # A killed server cannot stop its worker.
        clock.add_job(lambda: os.getppid() == beside or clock.shutdown(wait=False), "interval", seconds=TICK_SECONDS)
    typer.echo(f"Running {len(REGISTER)} scheduled jobs; Ctrl+C stops")
    compiling = Timer(COMPILE_DELAY_SECONDS, _compile)
    compiling.daemon = True
    compiling.start()
    try:
        clock.start()
    except (KeyboardInterrupt, SystemExit):
        typer.echo("Stopped")


def stop_on_wrong_keys() -> None:
    """Stop the command with a sentence when the master keys are not those of the database (R31)."""
    from centre.keys import key_trouble

    if trouble := key_trouble():
        _stop(trouble)


def _stop_on_bad_sender() -> None:
    from centre.senders import NotConfigured, open_sender

    if settings().sender:
        try:
            with open_sender():
                return
        except NotConfigured as error:
            typer.echo(f"Messages cannot leave: {error}", err=True)
            raise typer.Exit(2) from None


def _stop(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(WRONG_KEYS)


def _compile() -> None:
    """Compile the matching kernels in a separate process at low priority."""
    code = (
        "import os; getattr(os, 'nice', int)(10); from matching.live.kernels import compile_kernels; compile_kernels()"
    )
    subprocess.run([sys.executable, "-c", code], check=False)


def migrate(
    role: Annotated[
        str,
        typer.Option(help="PostgreSQL only: grant this role the service's rights, append-only on the audit log."),
    ] = "",
    source: Annotated[
        str, typer.Option("--from", help="Move an installation: address of its SQLite database, sqlite:///FILE.")
    ] = "",
    target: Annotated[
        str, typer.Option("--to", help="Where it moves: an empty PostgreSQL database, as its owner.")
    ] = "",
) -> None:
    """Migrate the database to the current schema; a new one gets its master key. Running it again is harmless.

    Where the example rules were taken, the new ones among them are added. With --from and --to every row of an SQLite
    installation is copied into an empty PostgreSQL database and compared; the master key stays the same.
    """
    if source or target:
        _move(source, target, role)
        return
    from centre import schema
    from centre.database import open_session
    from centre.keys import KeyTrouble, prepare_keys
    from centre.permissions import Actor
    from centre.policy import examples_were_taken, load_examples

    import_domain()
    before = schema.current() if database_exists() else None
    if before:
        stop_on_wrong_keys()
    schema.upgrade()
    if before is None and settings().is_sqlite:
        Path(settings().url.removeprefix("sqlite:///")).chmod(0o600)
    try:
        prepare_keys()
    except KeyTrouble as trouble:
        _stop(str(trouble))
    if role:
        if settings().is_sqlite:
            raise typer.BadParameter("roles are PostgreSQL's", param_hint="--role")
        schema.admit(role)
    with open_session(Actor.system().scope, write=True) as session:
        rules = load_examples(session) if settings().demo or examples_were_taken(session) else 0
    now = schema.current()
    typer.echo(f"Schema {before or 'empty'} -> {now}; {rules} example policies added")


def _move(source: str, target: str, role: str) -> None:
    """Move an installation from SQLite to PostgreSQL."""
    from sqlalchemy.exc import DBAPIError

    from centre import schema
    from centre.moving import MoveRefused, move_installation

    path = Path(source.removeprefix("sqlite:///"))
    if not source.startswith("sqlite:///") or not path.is_file():
        raise typer.BadParameter("give the address of an existing SQLite database, sqlite:///FILE", param_hint="--from")
    if not target.startswith("postgresql"):
        raise typer.BadParameter(
            "give the address of a PostgreSQL database, postgresql://OWNER@HOST/NAME", param_hint="--to"
        )
    import_domain()
    # The whole process works on the new database from here on.
    os.environ["GANGQIAO_DATABASE_URL"] = target.replace("postgresql://", "postgresql+psycopg://", 1)
    settings.cache_clear()
    started = time.monotonic()
    try:
        count = move_installation(source, typer.echo)
    except MoveRefused as refused:
        typer.echo(f"Nothing was moved. {refused}", err=True)
        raise typer.Exit(1) from None
    except DBAPIError as error:
        typer.echo(f"Nothing was moved: {error.orig}", err=True)
        raise typer.Exit(1) from None
    if role:
        schema.admit(role)
    typer.echo(
        f"{count} rows moved in {time.monotonic() - started:.0f} s. Set GANGQIAO_DATABASE_URL to the new address"
    )
    stop_on_wrong_keys()


def demo(
    port: Port = None,
    size: Annotated[
        DemoSize,
        typer.Option(
            help="town: a small demo city; city: 5,000 openings, 20,000 workers; network: 1,000,000 services as well."
        ),
    ] = DemoSize.TOWN,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same data.")] = 2026,
    fill_only: Annotated[bool, typer.Option(help="Fill the database and exit.")] = False,
) -> None:
    """Fill an embedded database with the demo city and serve it, including its jobs."""
    from centre import schema

    started = time.monotonic()
    os.environ.setdefault("GANGQIAO_DEMO", "true")
    settings.cache_clear()
    if not database_exists() or schema.current() != schema.newest():
        migrate(role="")
    from web.demo import fill

    fill(size=size, seed=seed, say=typer.echo)
    typer.echo(f"The demo city is ready after {time.monotonic() - started:.1f} s")
    if fill_only:
        return
    address = f"http://{settings().host}:{port or settings().port}"
    typer.echo(f"Open {address} in a browser; all its data is fictitious. Ctrl+C stops")
    with _working_beside():
        serve(port=port)


@contextmanager
def _working_beside() -> Iterator[None]:
    """A worker process beside the server; it starts a moment later, so that the first page is quick."""
    started: list[subprocess.Popen[bytes]] = []
    worker = [sys.executable, "-m", "web", "work", "--beside", str(os.getpid())]
    alarm = Timer(WORKER_DELAY_SECONDS, lambda: started.append(subprocess.Popen(worker)))
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        for process in started:
            process.terminate()
            process.wait(timeout=10)


def database_exists() -> bool:
    """Whether there is a database to look into; a PostgreSQL server is taken to have one."""
    return not settings().is_sqlite or Path(settings().url.removeprefix("sqlite:///")).exists()


OF_POSTGRESQL = ("centre.moving", "centre.postgresql")
"""Modules without tables or jobs whose library an SQLite installation goes without."""


def import_domain() -> None:
    """Import every module with tables or jobs, so that the job register and the metadata are complete."""
    from importlib import import_module
    from pkgutil import walk_packages

    for name in ("centre", "employers", "training", "matching"):
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            if not module.name.startswith(("centre.migrations", "matching.engine", *OF_POSTGRESQL)):
                import_module(module.name)
