"""Commands that need no database: matching two spreadsheets, and measuring relevance."""

import os
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from centre.translation import N_, translate

if TYPE_CHECKING:
    from matching.bulk.verdicts import Verdicts

LOW = 10
MOST_SHOWN = 20


class Language(StrEnum):
    """Languages of the output."""

    CHINESE = "zh-Hans"
    ENGLISH = "en"


def match(
    openings: Annotated[Path, typer.Argument(exists=True, help="Openings: CSV, XLSX or JSON Lines.")],
    workers: Annotated[Path, typer.Argument(exists=True, help="Workers: CSV, XLSX or JSON Lines.")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="Openings per worker.")] = 20,
    both: Annotated[bool, typer.Option(help="Also list the best workers for each opening.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Output file (.csv, .jsonl or .xlsx); standard output by default.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="CSV file for every line that was not used, and why.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the reasons and verdicts.")] = Language.CHINESE,
) -> None:
    """Rank openings for workers from two spreadsheets, with points and reasons; needs no database.

    Both files need a header row with column names, in any order; only id is required:

    openings: id, title, occupation, skills, certificates, region, wage_min, wage_max, wage_unit, employment_type,
    night, shift, board, lodging, hazardous, education, min_age, headcount, valid_until, starts_on, registered_on, text

    workers: id, occupation, years, skills, held_certificates, wanted_occupations, allowed_regions, region (home),
    leave_home_ok, wage_floor, employment_type, night_ok, shift_ok, board, lodging, education, birth_date, hardship

    Wages are in yuan. Separate several values of a cell by ; a skill or certificate may have a level, 焊接(3), and
    a * if it is mandatory. Skills are matched by name; an occupation is a code or an everyday name.

    Output columns: for (the owner of the list), worker, opening, rank, points, the points of the six factors,
    reasons. Without --out the output is CSV on standard output.

    Ctrl+C stops; running the same command again resumes.
    """
    from centre.errors import Refusal
    from matching.bulk.verdicts import Verdicts

    # Beside a running service the match takes only what the service leaves; the processes inherit it.
    if hasattr(os, "nice"):
        os.nice(max(0, LOW - os.nice(0)))
    verdicts = Verdicts(openings.name), Verdicts(workers.name)
    try:
        _matched(openings, workers, top=top, both=both, out=out, language=lang.value, verdicts=verdicts)
    except Refusal as refusal:
        _show_verdicts(verdicts, lang.value, report)
        typer.echo(translate(lang.value, refusal.message, **refusal.params), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(translate(lang.value, N_("已停下。再运行同一条命令，会从停下的地方接着做。")), err=True)
        raise typer.Exit(130) from None
    _show_verdicts(verdicts, lang.value, report)


def _show_verdicts(verdicts: "tuple[Verdicts, Verdicts]", language: str, report: Path | None) -> None:
    """Which lines of both tables were not used, and why; the first of them on the screen, all in the report."""
    from centre.sheets.writing import Column, export_csv

    rows = []
    for table in verdicts:
        remarks = [translate(language, remark.message, **remark.params) for remark in table.remarks]
        messages = [*remarks, *(fault.words(language) for fault in table.faults)]
        for message in messages[:MOST_SHOWN]:
            typer.echo(f"{table.file} {message}", err=True)
        if len(messages) > MOST_SHOWN:
            more = N_("{file}：还有 {count} 条，用 --report 写进文件看")
            typer.echo(translate(language, more, file=table.file, count=len(messages) - MOST_SHOWN), err=True)
        if table.read or table.refused:
            typer.echo(table.summary(language), err=True)
        rows += [(table.file, "", "", "", remark) for remark in remarks]
        rows += [(table.file, fault.sheet, str(fault.row), fault.id, fault.reason(language)) for fault in table.faults]
    if report:
        report.write_bytes(export_csv([Column(name) for name in ("file", "sheet", "row", "id", "reason")], rows))


def _matched(openings: Path, workers: Path, *, language: str, **how: Any) -> None:
    """Run with a progress bar."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from matching.bulk.command import match as run

    say = partial(translate, language)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(say(N_("读入岗位")), total=1.0)

        def show_progress(share: float, people: int, pairs: int) -> None:
            text = say(N_("已匹配 {n} 人，写出 {pairs} 对"), n=people, pairs=pairs)
            bar.update(task, completed=share, description=text)

        run(openings, workers, language=language, progress=show_progress, **how)


def evaluate_adverts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines: id, text, label ok or flag.")],
) -> None:
    """Measure the screening of advertisements: precision, recall and the misses; a block or a question is a flag."""
    from employers.openings.advert_figures import UnreadableExample, evaluate_file

    try:
        figures = evaluate_file(file)
    except UnreadableExample as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    for line in figures.lines():
        typer.echo(line)


def evaluate(
    folders: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Folders with corpus, queries and qrels.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    run: Annotated[Path | None, typer.Option(help="Write the ranking to this file.")] = None,
) -> None:
    """Measure relevance (nDCG@10, MAP, R@10) on folders of judged queries."""
    from matching.engine.relevance.evaluate import UnreadableFolder
    from matching.engine.relevance.evaluate import evaluate as measure

    try:
        measure(folders, json=json, run=run)
    except UnreadableFolder as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
