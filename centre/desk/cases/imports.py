"""Cases from a list: columns are fields of the draft, a person is named by identity number; all rows or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError
from sqlalchemy.orm import Session

from centre import clock
from centre.desk.cases.actions import open_case
from centre.desk.cases.kinds import Kind
from centre.desk.cases.rules import PersonNeeded
from centre.drafts import Draft, problems_of
from centre.errors import Invalid, Problem, Refusal
from centre.numbers import BadNumber, parse_identity
from centre.people import person_by_identity
from centre.permissions import Actor, require
from centre.sheets.cells import Cell, Workbook
from centre.sheets.header import body, find_header
from centre.sheets.reading import text_of
from centre.sheets.writing import Column
from centre.translation import N_

IDENTITY = "identity_number"
IDENTITY_TITLE = N_("身份证号")
MOST = 1_000
Labels = Callable[[StrEnum], str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be taken, with its problems (有问题的行)."""

    number: int
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Import:
    """What a list came to: the rows taken, or the rows that stop it (导入结果)."""

    taken: int
    bad: Sequence[BadRow]


def columns_of(kind: Kind, labels: Labels) -> list[Column]:
    """The columns of the template of a kind."""
    columns = [] if kind.person == "none" else [Column(IDENTITY_TITLE, required=kind.person == "must", width=22)]
    for name, info in kind.draft.model_fields.items():
        code_list = _code_list(info.annotation)
        choices = [labels(member) for member in code_list] if code_list else []
        columns.append(Column(_title(kind, name), required=info.is_required(), choices=choices))
    return columns


def import_cases(session: Session, actor: Actor, *, kind: Kind, book: Workbook, labels: Labels) -> Import:
    """Open a case for every row of a list; one bad row, and none is written. Raises Invalid, SheetRefused."""
    require(actor, kind.opens)
    aliases: dict[str, Sequence[str]] = {name: (_title(kind, name),) for name in kind.draft.model_fields}
    required = [name for name, info in kind.draft.model_fields.items() if info.is_required()]
    if kind.person != "none":
        aliases[IDENTITY] = (IDENTITY_TITLE,)
    if kind.person == "must":
        required.append(IDENTITY)
    bad: list[BadRow] = []
    taken = 0
    trial = session.begin_nested()
    for sheet in book.data_sheets:
        header = find_header(sheet.rows, aliases, required=required)
        for row in body(sheet.rows, header):
            taken += 1
            if taken > MOST:
                raise Invalid(
                    [Problem("file", "too-many-rows", N_("一次最多导入 {most} 行，请分几次"), {"most": MOST})]
                )
            problems = _take(session, actor, kind, header.read(row), labels)
            if problems:
                bad.append(BadRow(row.number, problems))
    if not taken:
        raise Invalid([Problem("file", "no-rows", N_("表里没有可以导入的行"))])
    if bad:
        trial.rollback()
        return Import(0, bad)
    trial.commit()
    return Import(taken, ())


def _take(session: Session, actor: Actor, kind: Kind, cells: Mapping[str, Cell], labels: Labels) -> Sequence[Problem]:
    try:
        person_id = _person(session, kind, cells.get(IDENTITY))
        draft = _draft(kind, cells, labels)
        open_case(session, actor, kind=kind, draft=draft, person_id=person_id)
    except ValidationError as error:
        return problems_of(error)
    except Refusal as refusal:
        return refusal.problems
    return ()


def _person(session: Session, kind: Kind, cell: Cell) -> int | None:
    written = text_of(cell).strip()
    if not written or kind.person == "none":
        return None
    try:
        number = parse_identity(cell, clock.today(), from_sheet=True).value
    except BadNumber as error:
        raise Invalid([Problem(IDENTITY, error.code, error.message, error.params)]) from None
    person = person_by_identity(session, number)
    if person is None:
        raise PersonNeeded(field=IDENTITY)
    return person.id


def _draft(kind: Kind, cells: Mapping[str, Cell], labels: Labels) -> Draft:
    content: dict[str, Any] = {}
    for name, info in kind.draft.model_fields.items():
        written = text_of(cells.get(name)).strip()
        if written:
            content[name] = _value(name, info.annotation, cells.get(name), written, labels)
    return kind.draft.model_validate(content)


def _value(name: str, annotation: Any, cell: Cell, written: str, labels: Labels) -> Any:
    code_list = _code_list(annotation)
    if code_list:
        return next((member.value for member in code_list if written in (labels(member), member.value)), written)
    if name.endswith("_fen"):
        return _fen(name, written)
    if plain_type(annotation) is bool:
        return {"是": True, "否": False}.get(written, written)
    if plain_type(annotation) is date and isinstance(cell, date):
        return cell.isoformat()[:10]
    return int(written) if plain_type(annotation) is int and written.isascii() and written.isdigit() else written


def _fen(name: str, written: str) -> int:
    whole, _, part = written.replace(",", "").replace("，", "").partition(".")
    sound = whole.isascii() and whole.isdigit() and len(whole) <= 10 and len(part) <= 2
    if not sound or (part and not (part.isascii() and part.isdigit())):
        raise Invalid([Problem(name, "money", N_("金额请写成 3500 或 3500.50 这样"))])
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _title(kind: Kind, name: str) -> str:
    return kind.label_of(name) or name


def _code_list(annotation: Any) -> type[StrEnum] | None:
    plain = plain_type(annotation)
    return plain if isinstance(plain, type) and issubclass(plain, StrEnum) else None


def plain_type(annotation: Any) -> Any:
    """The type behind Annotated and `| None`."""
    while get_args(annotation):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        if get_origin(annotation) in (Union, UnionType) or hasattr(annotation, "__metadata__"):
            annotation = parts[0]
        else:
            break
    return annotation
