"""Commands that need no database: matching two spreadsheets, and measuring relevance."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Languages of what is written."""

    CHINESE = "zh-Hans"
    ENGLISH = "en"


def match(
    openings: Annotated[Path, typer.Argument(exists=True, help="Openings: CSV, XLSX or JSON Lines.")],
    workers: Annotated[Path, typer.Argument(exists=True, help="Workers: CSV, XLSX or JSON Lines.")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many openings a worker gets.")] = 20,
    both: Annotated[bool, typer.Option(help="Also the best workers of each opening.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="File to write (.csv, .jsonl or .xlsx); the screen when not given.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the reasons.")] = Language.CHINESE,
) -> None:
    """Rank openings for workers from two spreadsheets, with points and reasons; needs no database."""
    from matching.match import match as run
    from matching.sheet import UnreadableSheet

    try:
        run(openings, workers, top=top, both=both, out=out, language=lang.value)
    except UnreadableSheet as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem


def evaluate(
    folders: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Folders with corpus, queries and qrels.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    run: Annotated[Path | None, typer.Option(help="Write the ranking to this file.")] = None,
) -> None:
    """Measure relevance (nDCG@10, MAP, R@10) on folders of judged queries."""
    from matching.evaluate import UnreadableFolder
    from matching.evaluate import evaluate as measure

    try:
        measure(folders, json=json, run=run)
    except UnreadableFolder as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
