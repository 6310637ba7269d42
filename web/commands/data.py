"""Commands that bring data in, take data out, and keep it safe."""

from pathlib import Path
from typing import Annotated

import typer

imports = typer.Typer(help="Bring data in from spreadsheets.", no_args_is_help=True)
exports = typer.Typer(help="Take data out as spreadsheets.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or JSON Lines file.")]
Target = Annotated[Path, typer.Argument(dir_okay=False, help="File to write: .csv, .xlsx or .jsonl.")]

MOST_TOLD = 20


@imports.command("openings")
def import_openings(
    file: Source,
    source: Annotated[str, typer.Option(help="Who the list is from; the file's name when not given.")] = "",
    publish: Annotated[
        bool, typer.Option(help="Vouch for the source: complete and lawful openings go on show.")
    ] = False,
) -> None:
    """Take openings over from a list; every row gets a verdict, and the same file again changes nothing."""
    from rich.progress import Progress

    from centre.database import open_session
    from centre.errors import Refusal
    from centre.permissions import Actor
    from centre.words import translate
    from employers.openings.imports import Verdict, read_lines
    from employers.openings.imports import import_openings as take_over

    try:
        lines = read_lines(file.read_bytes(), file.name)
    except Refusal as refused:
        typer.echo(translate("en", refused.message, **refused.params), err=True)
        raise typer.Exit(2) from None
    with Progress(transient=True) as progress, open_session(Actor.system().scope, write=True) as session:
        bar = progress.add_task("Openings", total=len(lines))
        report = take_over(
            session,
            Actor.system(),
            lines,
            source_name=source or file.stem,
            publish=publish,
            progress=lambda done, _all: progress.update(bar, completed=done),
        )
    for row in [row for row in report.rows if row.problems][:MOST_TOLD]:
        told = "; ".join(translate("en", problem.message, **problem.params) for problem in row.problems)
        typer.echo(f"row {row.row} {row.title}: {told}")
    counts = report.counts
    typer.echo(
        f"{len(report.rows)} rows: {counts[Verdict.OPEN]} on show, {counts[Verdict.KEPT]} kept as drafts, "
        f"{counts[Verdict.UNCHANGED]} unchanged, {counts[Verdict.REFUSED]} refused"
    )


@exports.command("openings")
def export_openings(file: Target) -> None:
    """Write the openings on show, in the columns that `import openings` reads."""
    from centre import clock, regions
    from centre.database import open_session
    from centre.permissions import Actor
    from employers.openings.queries import open_openings

    with open_session(Actor.public().scope) as session:
        rows = [
            {
                "id": str(opening.id),
                "title": opening.title,
                "occupation": opening.occupation_code,
                "employer": opening.employer.name,
                "headcount": str(opening.remaining),
                "wage": _wage(opening.wage_min_fen, opening.wage_max_fen, opening.wage_unit),
                "area": regions.full_name(opening.region_code) if opening.region_code else "",
                "content": opening.content,
                "conditions": opening.conditions,
                "valid_until": opening.valid_until.isoformat() if opening.valid_until else "",
            }
            for opening in session.scalars(open_openings(clock.today()))
        ]
    _write(file, rows)
    typer.echo(f"{file}: {len(rows)} openings")


def _wage(low: int | None, high: int | None, unit: str) -> str:
    unit_words = {"day": "/天", "hour": "/小时", "piece": "/件"}
    return "-".join(str(fen // 100) for fen in (low, high) if fen) + unit_words.get(unit, "")


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    import json

    from centre.sheets.writing import Column, export, export_csv

    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return
    names = list(rows[0]) if rows else ["id"]
    columns, lines = [Column(name) for name in names], [[row[name] for name in names] for row in rows]
    file.write_bytes(export("openings", columns, lines) if file.suffix == ".xlsx" else export_csv(columns, lines))


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
