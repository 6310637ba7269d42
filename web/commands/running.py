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
from typing import Annotated

import typer

from centre.settings import settings


class DemoSize(StrEnum):
    """The size of the demo data (演示规模)."""

    TOWN = "town"
    CITY = "city"


Port = Annotated[int | None, typer.Option(help="Port to listen on; GANGQIAO_PORT or 8000 by default.")]
TICK_SECONDS = 5
WORKER_DELAY_SECONDS = 3
COMPILE_DELAY_SECONDS = 20


def serve(
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Number of server processes.")] = None,
) -> None:
    """Serve requests until Ctrl+C. Run `gangqiao migrate` first and `gangqiao work` alongside."""
    import uvicorn

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
        timeout_keep_alive=15,
        limit_concurrency=1000,
        limit_max_requests=None,
    )


def work(
    once: Annotated[bool, typer.Option(help="Run the jobs that are due and exit.")] = False,
    beside: Annotated[int, typer.Option(help="Exit when this parent process has ended.", hidden=True)] = 0,
) -> None:
    """Run scheduled jobs: expiries, reminders, messages. Several processes may run; each job runs once."""
    from centre.jobs import REGISTER, run_due_jobs

    _import_domain()
    if once:
        typer.echo(f"{run_due_jobs()} of {len(REGISTER)} jobs were due and have run")
        return
    from apscheduler.schedulers.blocking import BlockingScheduler

    clock = BlockingScheduler()
    clock.add_job(run_due_jobs, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True)
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
) -> None:
    """Migrate the database to the current schema and load the reference data; running it again is harmless."""
    from centre import schema
    from centre.database import open_session
    from centre.permissions import Actor
    from centre.policy import load_examples

    _import_domain()
    before = schema.current() if _exists() else None
    schema.upgrade()
    if role:
        if settings().is_sqlite:
            raise typer.BadParameter("roles are PostgreSQL's", param_hint="--role")
        schema.admit(role)
    with open_session(Actor.system().scope, write=True) as session:
        rules = load_examples(session)
    now = schema.current()
    typer.echo(f"Schema {before or 'empty'} -> {now}; {rules} example policies added")


def demo(
    port: Port = None,
    size: Annotated[
        DemoSize, typer.Option(help="town: a small demo city; city: 5,000 openings, 20,000 workers.")
    ] = DemoSize.TOWN,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same data.")] = 2026,
    fill_only: Annotated[bool, typer.Option(help="Fill the database and exit.")] = False,
) -> None:
    """Fill an embedded database with the demo city and serve it, including its jobs."""
    from centre import schema

    started = time.monotonic()
    os.environ.setdefault("GANGQIAO_DEMO", "true")
    settings.cache_clear()
    if not _exists() or schema.current() != schema.newest():
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


def _exists() -> bool:
    return not settings().is_sqlite or Path(settings().url.removeprefix("sqlite:///")).exists()


def _import_domain() -> None:
    """Import every module with tables or jobs, so that the job register and the metadata are complete."""
    from importlib import import_module
    from pkgutil import walk_packages

    for name in ("centre", "employers", "training", "matching"):
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            if not module.name.startswith(("centre.migrations", "matching.engine")):
                import_module(module.name)
