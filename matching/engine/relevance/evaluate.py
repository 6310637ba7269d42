"""Evaluating the ranking: folders of queries, documents and labels in, a table of figures out (检索评测)."""

import json as formats
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from centre import regions
from matching.engine.relevance import baselines
from matching.engine.relevance.evidence import Item
from matching.engine.relevance.metrics import Quality, measure
from matching.engine.relevance.ranker import Ranker
from matching.engine.text.terms import EMPTY_WORDS, area

OURS = "gangqiao"


class UnreadableFolder(ValueError):
    """A file of the folder is missing, or one of its lines has the wrong format."""


@dataclass(frozen=True, slots=True)
class Task:
    """A folder to be ranked: documents, queries, and the document that each query excludes. No labels."""

    name: str
    items: list[Item]
    queries: list[Item]
    exclude: dict[str, str]


def evaluate(directories: Sequence[Path], *, json: bool = False, run: Path | None = None) -> None:
    """Rank each folder, compare it with plain lexical methods, and print nDCG@10, MAP and R@10.

    A folder holds corpus.jsonl and queries.jsonl, and optionally qrels.jsonl, which is read only after everything is
    ranked. `run` receives the ranking as JSON Lines: a file for one folder, otherwise one file per folder, named after
    it. Raises UnreadableFolder before anything is ranked.
    """
    report: dict[str, dict[str, Quality]] = {}
    tasks = [read_task(directory) for directory in directories]
    names = Counter(task.name for task in tasks)
    for directory, task in zip(directories, tasks, strict=True):
        if names[task.name] > 1:  # for example halves of one task in separate folders
            task = replace(task, name=f"{directory.resolve().parent.name}-{task.name}")
        runs = {OURS: ranking(task)}
        if run is not None:
            several = run.with_name(f"{run.stem}-{task.name}{run.suffix}")
            write_run(run if len(directories) == 1 else several, runs[OURS])
        labels = read_labels(directory)
        if labels:
            for name in (name for name in baselines.BASELINES if baselines.suits(name, task.items)):
                ranked = baselines.rank(name, task.items, task.queries, task.exclude)
                runs[name] = dict(zip((query.id for query in task.queries), ranked, strict=True))
        report[task.name] = {name: measure(labels, answers) for name, answers in runs.items()}
    sys.stdout.write((as_json(report) if json else as_table(report)) + "\n")


def ranking(task: Task) -> dict[str, list[str]]:
    """The order of the documents for every query, best first."""
    ranked = Ranker(task.items).rank(task.queries, task.exclude)
    return dict(zip((query.id for query in task.queries), ranked, strict=True))


def read_task(directory: Path) -> Task:
    """Read documents and queries. Raises UnreadableFolder, which names the file and the line.

    Of documents with the same did the first counts. Where documents have places, a place named by a query is removed
    from its words. A query that excludes a document with its own title stands for that document, so the document's text
    counts as well.
    """
    by_id: dict[str, Item] = {}
    for row in read_lines(directory / "corpus.jsonl", "did"):
        by_id.setdefault(row["did"], document(row))
    items = list(by_id.values())
    if not items:
        raise UnreadableFolder(f"{directory / 'corpus.jsonl'} has no documents")
    placed = sum(bool(item.regions) for item in items) * 2 > len(items)
    queries: list[Item] = []
    exclude: dict[str, str] = {}
    for row in read_lines(directory / "queries.jsonl", "qid"):
        query = Item(row["qid"], _text(row.get("text")))
        if placed:
            query = _placed(query)
        left_out = _text(row.get("exclude"))
        if left_out:
            exclude[query.id] = left_out
            own = by_id.get(left_out)
            if own is not None and own.title == query.title:
                query = replace(query, names=own.names, text=own.text)
        queries.append(query)
    return Task(directory.resolve().name, items, queries, exclude)


def read_labels(directory: Path) -> dict[str, dict[str, int]]:
    """The expert labels of a folder, for evaluation only; empty when it has none."""
    labels: dict[str, dict[str, int]] = {}
    path = directory / "qrels.jsonl"
    for row in read_lines(path, "qid", "did") if path.exists() else ():
        label = row.get("rel", 1)
        if not isinstance(label, int | float):
            raise UnreadableFolder(f"{path}: rel of {row['qid']} and {row['did']} is no number: {label!r}")
        labels.setdefault(row["qid"], {})[row["did"]] = int(label)
    return labels


def read_lines(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file with their `keys` as text; empty lines are skipped."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _row(line, keys, f"{path}, line {number}")
    except OSError as problem:
        raise UnreadableFolder(f"{path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableFolder(f"{path} is not UTF-8 text: {problem.reason}") from problem


def _row(line: str, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    try:
        row = formats.loads(line)
    except (ValueError, RecursionError) as problem:
        raise UnreadableFolder(f"{where}: {problem}") from problem
    if not isinstance(row, dict):
        raise UnreadableFolder(f"{where}: every line must be an object")
    for key in keys:
        if not isinstance(row.get(key), str | int):
            raise UnreadableFolder(f"{where}: {key} is missing")
        row[key] = str(row[key])
    return row


def document(row: dict[str, Any]) -> Item:
    """A corpus line: `text` is the title, `alt` other names, `desc` and `tasks` longer text, `area` a place."""
    where = _text(row.get("area"))
    places = regions.parse_place(where.replace("-", " ")).codes if where else ()
    return Item(
        id=row["did"],
        title=_text(row.get("text")),
        names=_texts(row.get("alt")),
        text=" ".join((*_texts(row.get("desc")), *_texts(row.get("tasks")))),
        group=_text(row.get("group")),
        regions=tuple(map(area, places)),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of them, without empty ones."""
    return tuple(filter(None, map(_text, value if isinstance(value, list) else [value])))


def _placed(query: Item) -> Item:
    place = regions.parse_place(query.title)
    words = EMPTY_WORDS.sub(" ", place.rest).strip() or place.rest
    return replace(query, title=words or query.title, regions=tuple(map(area, place.codes)))


def write_run(path: Path, ranked: dict[str, list[str]]) -> None:
    """Write a ranking, one query a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for query, order in ranked.items():
            file.write(formats.dumps({"qid": query, "ranking": order}, ensure_ascii=False) + "\n")


def as_json(report: dict[str, dict[str, Quality]]) -> str:
    """The figures as JSON."""
    figures = {task: {name: asdict(quality) for name, quality in rows.items()} for task, rows in report.items()}
    return formats.dumps(figures, ensure_ascii=False, indent=2)


def as_table(report: dict[str, dict[str, Quality]]) -> str:
    """The figures as text."""
    lines = [f"{'task':<16}{'method':<24}{'nDCG@10':>9}{'MAP':>8}{'R@10':>8}{'queries':>9}"]
    for task, rows in report.items():
        for name, quality in rows.items():
            figures = f"{quality.ndcg:>9.3f}{quality.average_precision:>8.3f}{quality.recall:>8.3f}{quality.queries:>9}"
            lines.append(f"{task if name == OURS else '':<16}{name:<24}{figures}")
    return "\n".join(lines)


if __name__ == "__main__":
    evaluate([Path(argument) for argument in sys.argv[1:]])
