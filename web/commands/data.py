"""Commands that bring data in, take data out, and keep it safe."""

from pathlib import Path
from typing import Annotated

import typer

imports = typer.Typer(help="Bring data in from spreadsheets.", no_args_is_help=True)
exports = typer.Typer(help="Take data out as spreadsheets.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or JSON Lines file.")]


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="File to write; a dated one in the data folder when not given.")
    ] = None,
) -> None:
    """Write a whole and consistent copy of the embedded database while it is in use, and check it."""
    import sqlite3
    from contextlib import closing

    from centre import clock
    from centre.settings import settings

    if not settings().is_sqlite:
        typer.echo("The database is PostgreSQL: use pg_dump", err=True)
        raise typer.Exit(2)
    stamp = clock.local(clock.now()).strftime("%Y%m%d-%H%M%S")
    copy = target or settings().data_dir / "backups" / f"gangqiao-{stamp}.db"
    if copy.exists():
        typer.echo(f"{copy} is there already", err=True)
        raise typer.Exit(2)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(settings().url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(copy)) as kept,
    ):
        source.backup(kept, pages=1000)
        verdict = kept.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        typer.echo(f"The copy is damaged: {verdict}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{copy}: {copy.stat().st_size / 1e6:.1f} MB, integrity ok. Keep master.key apart from it")
