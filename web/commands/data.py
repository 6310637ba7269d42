"""Commands that bring data in, take data out, and keep it safe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

imports = typer.Typer(help="Bring data in from spreadsheets.", no_args_is_help=True)
exports = typer.Typer(help="Take data out as spreadsheets.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or JSON Lines file.")]
Target = Annotated[Path, typer.Argument(dir_okay=False, help="File to write: .csv, .xlsx or .jsonl.")]

MOST_TOLD = 20
WRITABLE = (".csv", ".xlsx", ".jsonl")
EXPORTED = (
    "id", "title", "occupation", "employer", "headcount", "wage", "base_pay", "area", "address", "content",
    "conditions", "valid_until",
)  # fmt: skip


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
    from centre.translation import translate
    from employers.openings.imports import ImportVerdict, read_lines
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
    troubled = [row for row in report.rows if row.problems]
    for row in troubled[:MOST_TOLD]:
        problems = "; ".join(translate("en", problem.message, **problem.params) for problem in row.problems)
        typer.echo(f"row {row.row} {row.title}: {problems}")
    if len(troubled) > MOST_TOLD:
        typer.echo(f"and {len(troubled) - MOST_TOLD} more rows with something to mend")
    counts = report.counts
    typer.echo(
        f"{len(report.rows)} rows: {counts[ImportVerdict.OPEN]} on show, {counts[ImportVerdict.KEPT]} kept as drafts, "
        f"{counts[ImportVerdict.UNCHANGED]} unchanged, {counts[ImportVerdict.REFUSED]} refused"
    )
    if not publish and counts[ImportVerdict.KEPT]:
        typer.echo("Drafts are seen by the centre only; the same command with --publish puts the complete ones on show")


@exports.command("openings")
def export_openings(file: Target) -> None:
    """Write the openings on show, in the columns that `import openings` reads."""
    from centre import clock, regions
    from centre.database import open_session
    from centre.permissions import Actor
    from employers.openings.queries import open_openings

    if file.suffix not in WRITABLE:
        raise typer.BadParameter(f"the file's name has to end in {', '.join(WRITABLE)}", param_hint="FILE")
    with open_session(Actor.public().scope) as session:
        rows = [
            (
                str(opening.id),
                opening.title,
                opening.occupation_code,
                opening.employer.name,
                str(opening.remaining),
                _wage(opening.wage_min_fen, opening.wage_max_fen, opening.wage_unit),
                _wage(opening.base_pay_fen, None, opening.wage_unit),
                regions.full_name(opening.region_code) if opening.region_code else "",
                opening.address,
                opening.content,
                opening.conditions,
                opening.valid_until.isoformat() if opening.valid_until else "",
            )
            for opening in session.scalars(open_openings(clock.today()))
        ]
    _write(file, EXPORTED, rows)
    typer.echo(f"{file}: {len(rows)} openings")


def _wage(low: int | None, high: int | None, unit: str) -> str:
    unit_words = {"day": "/天", "hour": "/小时", "piece": "/件"}
    return "-".join(str(fen // 100) for fen in (low, high) if fen) + unit_words.get(unit, "")


def _write(file: Path, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    import json

    from centre.sheets.writing import Column, export, export_csv

    if file.suffix == ".jsonl":
        lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
        file.write_text("".join(lines), encoding="utf-8")
        return
    columns = [Column(name) for name in names]
    file.write_bytes(export("openings", columns, rows) if file.suffix == ".xlsx" else export_csv(columns, rows))


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
