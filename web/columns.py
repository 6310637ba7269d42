"""What the columns of a sent file are: shown with their first cells, and chosen by the sender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.formats import masked

MOST_FIGURES = 6
"""Cells with more figures than this may be numbers of people; they are masked."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column of a file: its first cells with long numbers masked, and the mapped field."""

    number: str
    title: str
    cells: list[str]
    field: str


def file_sheets(
    columns: Mapping[str, Any], samples: Mapping[str, Sequence[Sequence[str]]], required: Sequence[str]
) -> list[tuple[str, bool, list[FileColumn]]]:
    """The sheets of a file: name, whether the required columns are recognised, and the columns."""
    sheets = []
    for sheet, about in columns.items():
        taken = {str(column): name for name, column in about["columns"].items()}
        lines = samples.get(sheet, [])
        shown = [
            FileColumn(
                number, title, [_veiled(line[place]) for line in lines if place < len(line)], taken.get(number, "")
            )
            for place, (number, title) in enumerate(about["titles"].items())
        ]
        sheets.append((sheet, set(required) <= about["columns"].keys(), shown))
    return sheets


def chosen_columns(typed: Mapping[str, str], columns: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    """The chosen field of every column, for each sheet in the form."""
    return {
        sheet: {int(column): typed[f"c{place}.{column}"] for column in about["titles"] if f"c{place}.{column}" in typed}
        for place, (sheet, about) in enumerate(columns.items())
        if f"use{place}" in typed
    }


def _veiled(cell: str) -> str:
    figures = sum(letter.isdigit() for letter in cell)
    return masked(cell, "phone") if figures > MOST_FIGURES else cell
