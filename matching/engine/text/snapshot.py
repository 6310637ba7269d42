"""A text index in a folder: written once, memory-mapped by every process that reads it (文本索引快照)."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from matching.engine.arrays import mapped
from matching.engine.text.index import TextIndex
from matching.engine.text.places import NO_PLACES, Places
from matching.engine.text.postings import IndexPart, Names, Rows, Terms
from matching.engine.text.spelling import Lexicon


def save(index: TextIndex, folder: Path) -> None:
    """Write the large part of an index, its terms and its lexicon; the folder must be new or empty."""
    folder.mkdir(parents=True, exist_ok=True)
    part, terms = index.base, index.terms
    for name, value in _arrays(part):
        np.save(folder / f"{name}.npy", value)
    np.save(folder / "idf.npy", terms.idf)
    (folder / "terms.txt").write_text("\n".join(list(terms.numbers)[: len(terms.idf) - 1]), encoding="utf-8")
    header = {
        "columns": {name: [column.start, column.stop] for name, column in part.names.columns.items()},
        "values": part.names.values,
        "mean_length": terms.mean_length,
        "lexicon": index.reader.lexicon.counts,
    }
    (folder / "words.json").write_text(json.dumps(header, ensure_ascii=False), encoding="utf-8")


def load(folder: Path, places: Places = NO_PLACES) -> TextIndex:
    """Open what `save` wrote; the arrays are memory-mapped, so processes share them."""
    header = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    words = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
    numbers = {word: number for number, word in enumerate(words)} if words != [""] else {}
    terms = Terms(numbers, mapped(folder / "idf.npy"), header["mean_length"])
    columns = {name: slice(*ends) for name, ends in header["columns"].items()}
    kept: dict[str, Any] = {"names": Names(columns, tuple(header["values"]))}
    for field in fields(IndexPart):
        if field.type is Rows:
            kept[field.name] = Rows(mapped(folder / f"{field.name}-ptr.npy"), mapped(folder / f"{field.name}-of.npy"))
        elif field.name != "names":
            kept[field.name] = mapped(folder / f"{field.name}.npy")
    return TextIndex.whole(IndexPart(**kept), terms, places, Lexicon(header["lexicon"]))


def _arrays(part: IndexPart) -> list[tuple[str, Any]]:
    arrays = []
    for field in fields(IndexPart):
        value = getattr(part, field.name)
        if isinstance(value, Rows):
            arrays += [(f"{field.name}-ptr", value.ptr), (f"{field.name}-of", value.of)]
        elif field.name != "names":
            arrays.append((field.name, value))
    return arrays
