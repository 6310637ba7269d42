"""Judging the ranking from outside: folders of queries, documents and labels in, a table of figures out (检索评测)."""

import json as formats
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from centre import regions
from matching.engine.signals import Item


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; empty lines are passed over."""
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                yield formats.loads(line)


def document(row: dict[str, Any]) -> Item:
    """A corpus line: `text` is the title, `alt` other names, `desc` and `tasks` longer text, `area` a place."""
    tasks = row.get("tasks") or ()
    long = [str(row.get("desc") or ""), *([tasks] if isinstance(tasks, str) else map(str, tasks))]
    area = str(row.get("area") or "")
    places = regions.parse_place(area.replace("-", " ")).codes if area else ()
    return Item(
        id=str(row["did"]),
        title=str(row["text"]),
        names=tuple(map(str, row.get("alt") or ())),
        text=" ".join(part for part in long if part),
        group=str(row.get("group") or ""),
        regions=tuple(map(_area, places)),
    )


def _area(code: str) -> str:
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
