"""From a file to rows with verdicts: every row is taken over for trial, by the import itself, and given up again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from centre.bulk_writes import insert_rows
from centre.errors import Problem
from centre.permissions import Actor, Permission, require
from centre.sheets.cells import HeaderHidden, HeaderMissing, Workbook
from centre.sheets.entries import header_of
from centre.sheets.header import Header, find_header, read_titles
from centre.sheets.reading import text_of
from centre.text import normalise
from centre.translation import LOCALES, translate
from employers.openings.columns import COLUMNS, NEEDED
from employers.openings.imports import ImportedRow, ImportReport, import_openings, import_own_openings
from employers.openings.lists import RULES, ListRow, read_book
from employers.uploads.models import OpeningUpload, OpeningUploadRow
from employers.uploads.rules import AT_ONCE, TooManyOpenings

SAMPLES = 2


def headers_of(book: Workbook, known: Mapping[str, Mapping[str, str]]) -> dict[str, Header]:
    """The header of every sheet that may be a list: found by its titles, said by the sender before, or guessed as the
    first row with most texts, so that the sender can say what its columns are. Raises HeaderHidden."""
    headers: dict[str, Header] = {}
    for sheet in book.data_sheets:
        try:
            header = header_of(sheet, RULES)
        except HeaderHidden:
            raise
        except HeaderMissing:
            widest = max(sheet.rows[:10], key=lambda row: sum(isinstance(cell, str) for cell in row.cells))
            if sum(isinstance(cell, str) for cell in widest.cells) < len(NEEDED):
                continue
            titles = {column: cell[:60] for column, cell in enumerate(widest.cells) if isinstance(cell, str)}
            try:
                columns = find_header([widest], COLUMNS).columns
            except HeaderMissing:
                columns = read_titles(widest.cells, COLUMNS).columns
            header = Header(columns, titles, widest.number, widest.number)
        if chosen := known.get(fingerprint(header)):
            header = replace(header, columns={name: int(column) for column, name in chosen.items() if name})
        headers[sheet.name] = header
    return headers


def fingerprint(header: Header) -> str:
    """Equal for headers with the same titles in the same columns, regardless of script, width and spaces."""
    levelled = [[column, normalise(title).replace(" ", "")] for column, title in sorted(header.titles.items())]
    return sha256(json.dumps(levelled, ensure_ascii=False).encode()).hexdigest()


def keep_columns(upload: OpeningUpload, book: Workbook, headers: Mapping[str, Header]) -> None:
    """Store what the columns of each sheet are, with the first lines under them."""
    rows = {sheet.name: sheet.rows for sheet in book.data_sheets}
    upload.columns = {
        name: {
            "columns": dict(header.columns),
            "titles": {str(column): title for column, title in header.titles.items()},
            "header_row": header.last_row,
            "fingerprint": fingerprint(header),
            "samples": [
                [text_of(row.cell(column))[:60] for column in header.titles]
                for row in [row for row in rows[name] if row.number > header.last_row][:SAMPLES]
            ],
        }
        for name, header in headers.items()
    }


def check_file(
    session: Session, actor: Actor, upload: OpeningUpload, book: Workbook, headers: Mapping[str, Header]
) -> None:
    """Read the rows under the headers and store each with its verdict. Raises SheetRefused or TooManyOpenings."""
    require(actor, Permission.POST_OPENING)
    complete = {name: header for name, header in headers.items() if set(NEEDED) <= header.columns.keys()}
    openings = read_book(book, complete)
    if len(openings.lines) > AT_ONCE:
        raise TooManyOpenings(most=AT_ONCE, rows=len(openings.lines))
    upload.remarks = [said(remark) for remark in openings.remarks[:100]]
    lines = [replace(line, sheet=line.sheet or "JSON") for line in openings.lines]
    report = trial(session, actor, upload, lines)
    insert_rows(
        session,
        OpeningUploadRow,
        [
            {
                "upload_id": upload.id,
                "sheet": line.sheet[:100],
                "row_no": line.number,
                "cells": dict(line.cells),
                "unread": [asdict(problem) for problem in line.problems],
                "edited": False,
                **verdict_values(row),
            }
            for line, row in zip(lines, report.rows, strict=True)
        ],
    )


def trial(session: Session, actor: Actor, upload: OpeningUpload, lines: Sequence[ListRow]) -> ImportReport:
    """What the import would do with rows now; nothing of it stays."""
    require(actor, Permission.POST_OPENING)
    with session.begin_nested() as savepoint:
        report = take(session, actor, upload, lines)
        savepoint.rollback()
    return report


def take(session: Session, actor: Actor, upload: OpeningUpload, lines: Sequence[ListRow]) -> ImportReport:
    """Import rows as the sender of the list."""
    require(actor, Permission.POST_OPENING)
    if upload.employer_id is not None:
        return import_own_openings(session, actor, lines, employer_id=upload.employer_id)
    return import_openings(session, actor, lines, source_name=upload.source_name, publish=upload.publish)


def line_of(upload: OpeningUpload, row: OpeningUploadRow) -> ListRow:
    """A stored row as a line of its list."""
    about = upload.columns[row.sheet]
    headings = {name: about["titles"].get(str(column), "") for name, column in about["columns"].items()}
    problems = [Problem(**problem) for problem in row.unread]
    return ListRow(row.row_no, row.cells, row.sheet, headings, problems=problems)


def verdict_values(row: ImportedRow) -> dict[str, Any]:
    """The columns of a stored row that hold its verdict."""
    return {
        "verdict": row.verdict,
        "is_new": row.is_new,
        "opening_id": None,
        "version": None,
        "said": {
            "problems": [said(problem) for problem in row.problems],
            "notes": [said(problem) for problem in row.notes],
            "readings": [
                {
                    "field": reading.field,
                    "written": reading.written[:80],
                    "texts": _texts(reading.message, reading.params),
                }
                for reading in row.readings
            ],
        },
    }


def said(problem: Problem) -> dict[str, Any]:
    """A problem in the words of every language, as it is stored."""
    return {"field": problem.field, "code": problem.code, "texts": _texts(problem.message, problem.params)}


def _texts(message: str, params: Mapping[str, Any]) -> dict[str, str]:
    return {locale: translate(locale, message, **params) for locale in LOCALES}
