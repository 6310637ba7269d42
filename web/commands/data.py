"""Commands for import, export and backup."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from centre.errors import Problem
    from employers.openings.imports import ImportedRow, ImportReport

imports = typer.Typer(help="Import data from spreadsheets.", no_args_is_help=True)
exports = typer.Typer(help="Export data as spreadsheets.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or JSON Lines file.")]
Target = Annotated[Path, typer.Argument(dir_okay=False, help="Output file: .csv, .xlsx or .jsonl.")]

MOST_TOLD = 20
WRITABLE = (".csv", ".xlsx", ".jsonl")


class Language(StrEnum):
    """Languages of the output."""

    CHINESE = "zh-Hans"
    ENGLISH = "en"


@imports.command("openings")
def import_openings(
    file: Source,
    source: Annotated[str, typer.Option(help="Source of the list; the file name by default.")] = "",
    publish: Annotated[bool, typer.Option(help="Trust the source: publish complete and lawful openings.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="CSV file for the verdict of every row; the screen shows the first ones.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the verdicts.")] = Language.ENGLISH,
) -> None:
    """Import openings from a list; each row gets a verdict, and importing the same file again changes nothing."""
    from rich.progress import Progress

    from centre.database import open_session
    from centre.errors import Refusal
    from centre.permissions import Actor
    from centre.translation import translate
    from employers.openings.imports import import_openings as take_over
    from employers.openings.lists import read_list

    try:
        openings = read_list(file.read_bytes(), file.name)
    except Refusal as refused:
        typer.echo(translate(lang.value, refused.message, **refused.params), err=True)
        raise typer.Exit(2) from None
    with Progress(transient=True) as progress, open_session(Actor.system().scope, write=True) as session:
        bar = progress.add_task("Openings", total=len(openings.lines))
        verdicts = take_over(
            session,
            Actor.system(),
            openings.lines,
            source_name=source or file.stem,
            publish=publish,
            remarks=openings.remarks,
            progress=lambda done, _all: progress.update(bar, completed=done),
        )
    _tell(verdicts, lang.value, publish=publish)
    if report:
        _write_report(report, verdicts, lang.value)


def _tell(report: "ImportReport", language: str, *, publish: bool) -> None:
    """The verdicts on the screen: what was left out, what was read, what is wrong, and how many of each."""
    from employers.openings.imports import ImportVerdict

    messages = [_words(remark, language) for remark in report.remarks]
    for row in report.rows:
        place = f"{row.sheet}, row {row.row}" if row.sheet not in ("", "CSV") else f"row {row.row}"
        if row.problems:
            messages.append(f"{place} {row.title}: " + "; ".join(_words(problem, language) for problem in row.problems))
        messages += [f"{place} {row.title}: {_words(note, language)}" for note in row.notes]
    for line in messages[:MOST_TOLD]:
        typer.echo(line)
    if len(messages) > MOST_TOLD:
        typer.echo(f"and {len(messages) - MOST_TOLD} more lines; --report FILE writes them all")
    readings = [
        f"row {row.row} {row.title}: {' | '.join(_readings(row, language))}"
        for row in report.rows
        if _readings(row, language)
    ]
    for line in readings[:MOST_TOLD]:
        typer.echo(line)
    counts = report.counts
    summary = f"{counts[ImportVerdict.OPEN]} published, {counts[ImportVerdict.KEPT]} saved as drafts, "
    summary += f"{counts[ImportVerdict.UNCHANGED]} unchanged, {counts[ImportVerdict.REFUSED]} refused"
    updated = f", {counts[ImportVerdict.UPDATED]} updated" if counts[ImportVerdict.UPDATED] else ""
    typer.echo(f"{len(report.rows)} rows: {summary}{updated}")
    if not publish and counts[ImportVerdict.KEPT]:
        typer.echo("Drafts are visible to the centre only; run the command with --publish to publish the complete ones")


def _words(problem: "Problem", language: str) -> str:
    from centre.translation import translate

    return translate(language, problem.message, **problem.params)


def _readings(row: "ImportedRow", language: str) -> list[str]:
    """What was read beside what was written, where they differ."""
    from centre.translation import translate

    pairs = [
        (reading.written, translate(language, reading.message, **reading.params))
        for reading in row.readings
        if reading.field != "posted"
    ]
    return [f"{written} -> {read}" for written, read in pairs if not read.startswith(written)]


def _write_report(file: Path, report: "ImportReport", language: str) -> None:
    from centre.sheets.writing import Column, export_csv
    from centre.translation import translate
    from employers.openings.imports import VERDICT_LABELS

    rows = [("", "", "", "", _words(remark, language), "") for remark in report.remarks] + [
        (
            row.sheet,
            str(row.row),
            row.title,
            translate(language, VERDICT_LABELS[row.verdict]),
            "\n".join(_words(problem, language) for problem in (*row.problems, *row.notes)),
            "\n".join(_readings(row, language)),
        )
        for row in report.rows
    ]
    columns = [Column(name) for name in ("sheet", "row", "title", "verdict", "remarks", "read")]
    file.write_bytes(export_csv(columns, rows))


@exports.command("openings")
def export_openings(file: Target) -> None:
    """Export the published openings, in the columns that `import openings` reads."""
    from centre import clock
    from centre.database import open_session
    from centre.permissions import Actor
    from employers.openings.columns import COLUMNS
    from employers.openings.exports import rows_of
    from employers.openings.models import Opening
    from employers.openings.queries import open_openings

    if file.suffix not in WRITABLE:
        raise typer.BadParameter(f"the file's name has to end in {', '.join(WRITABLE)}", param_hint="FILE")
    with open_session(Actor.public().scope) as session:
        statement = open_openings(clock.today()).order_by(None).order_by(Opening.id)
        rows = rows_of(session.scalars(statement))
    _write(file, tuple(COLUMNS), [tuple(row.values()) for row in rows])
    typer.echo(f"{file}: {len(rows)} openings")


def _write(file: Path, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    import json

    from centre.sheets.writing import Column, export, export_csv
    from employers.openings.lists import with_markup

    if file.suffix == ".jsonl":
        lines = (
            json.dumps(dict(zip(names, map(with_markup, row), strict=True)), ensure_ascii=False) + "\n" for row in rows
        )
        file.write_text("".join(lines), encoding="utf-8")
        return
    columns = [Column(name) for name in names]
    file.write_bytes(export("openings", columns, rows) if file.suffix == ".xlsx" else export_csv(columns, rows))


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="Output file; by default a dated file in the data folder.")
    ] = None,
) -> None:
    """Write a consistent copy of the embedded database while it is in use, and verify it."""
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
        typer.echo(f"{copy} already exists", err=True)
        raise typer.Exit(2)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(settings().url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(copy)) as kept,
    ):
        source.backup(kept, pages=1000)
        verdict = kept.execute("PRAGMA integrity_check").fetchone()[0]
    copy.chmod(0o600)
    if verdict != "ok":
        typer.echo(f"The copy is damaged: {verdict}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{copy}: {copy.stat().st_size / 1e6:.1f} MB, integrity ok. Store master.key separately")
