"""Import of openings from CSV, spreadsheets and JSON Lines, with a verdict for each row; rows are atomic."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.drafts import problems_of
from centre.errors import Invalid, Problem, Refusal
from centre.permissions import Actor, Permission, require
from centre.sheets.cells import HeaderMissing, SheetRefused, UnknownEncoding
from centre.sheets.reading import read_sheets, text_of
from centre.states import move
from centre.translation import N_
from employers.companies.actions import register_employer
from employers.companies.models import Employer
from employers.companies.rules import EMPLOYER, EmployerDraft, EmployerState
from employers.openings.actions import create_opening, publish_opening, submit_opening, update_opening, verify_opening
from employers.openings.feeds import COLUMNS, NEEDED, Offer, headings, offer_of
from employers.openings.models import Opening
from employers.openings.rules import OpeningDraft, OpeningSource, OpeningState

Progress = Callable[[int, int], None]

MOST_ROWS = 50_000
LOOK_FOR_HEADINGS = 15


class ImportVerdict(StrEnum):
    """The outcome of one row (导入结果)."""

    OPEN = "open"
    KEPT = "kept"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


VERDICT_LABELS = {
    ImportVerdict.OPEN: N_("已上架"),
    ImportVerdict.KEPT: N_("已存为草稿"),
    ImportVerdict.UNCHANGED: N_("以前导入过，没有变化"),
    ImportVerdict.REFUSED: N_("没有导入"),
}


class ListTooLong(SheetRefused):
    """The list has more openings than one import accepts."""

    code = "list-too-long"
    message = N_("一次最多导入 {most} 个岗位，请分成几个文件")


class LineBroken(SheetRefused):
    """A line is not a JSON object."""

    code = "line-broken"
    message = N_("第 {row} 行不是正确的 JSON 对象，整个文件没有导入")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """The outcome of one row: its number in the file, its opening, and its problems."""

    row: int
    verdict: ImportVerdict
    title: str = ""
    opening_id: int | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of an import in row order."""

    rows: list[ImportedRow] = field(default_factory=list)

    @property
    def counts(self) -> dict[ImportVerdict, int]:
        """The number of rows for each outcome."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in ImportVerdict}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: its number as a spreadsheet program shows it, and its cells by column name."""

    number: int
    cells: Mapping[str, str]


def read_lines(data: bytes, filename: str) -> list[Line]:
    """The rows of a list; .jsonl is JSON Lines, everything else a spreadsheet. Raises SheetRefused."""
    lines = list(
        _json_lines(data) if filename.lower().endswith((".jsonl", ".ndjson")) else _sheet_lines(data, filename)
    )
    if not lines:
        raise HeaderMissing(expected="、".join(COLUMNS[name][2] for name in NEEDED))
    if len(lines) > MOST_ROWS:
        raise ListTooLong(most=MOST_ROWS)
    return lines


def import_openings(
    session: Session,
    actor: Actor,
    lines: Sequence[Line],
    *,
    source_name: str,
    source: OpeningSource = OpeningSource.PARTNER_CENTRE,
    publish: bool = False,
    progress: Progress | None = None,
    is_demo: bool = False,
) -> Report:
    """Import openings from a named list; importing the same list again changes nothing.

    With `publish` the actor vouches for the source: its employers count as checked and its openings as verified, and
    every opening that is complete and lawful goes on show; the others stay drafts, with the reasons in their verdicts.
    Rows without an employer are those of `source_name` itself. `progress` is told of (done, all).
    """
    require(actor, Permission.IMPORT_OPENINGS)
    if not source_name.strip():
        raise Invalid([Problem("source_name", "source-missing", N_("转载的岗位要写明来源名称"))])
    work = _Import(session, actor, source_name.strip()[:200], source, publish, is_demo)
    report = Report()
    for done, line in enumerate(lines, start=1):
        report.rows.append(work.take(line))
        if progress:
            progress(done, len(lines))
    counts = {verdict.value: count for verdict, count in report.counts.items()}
    note(session, actor, action="opening.import", subject="opening", detail={"source": source_name} | counts)
    return report


@dataclass(slots=True)
class _Import:
    session: Session
    actor: Actor
    source_name: str
    source: OpeningSource
    publish: bool
    is_demo: bool

    def take(self, line: Line) -> ImportedRow:
        offer = offer_of(line.cells)
        title = str(offer.fields["title"])[:60]
        try:
            with self.session.begin_nested():
                opening, verdict = self._keep(offer)
        except ValidationError as wrong:
            return ImportedRow(line.number, ImportVerdict.REFUSED, title, problems=problems_of(wrong))
        except Refusal as refused:
            return ImportedRow(line.number, ImportVerdict.REFUSED, title, problems=refused.problems)
        if opening.state is not OpeningState.DRAFT or not self.publish:
            return ImportedRow(line.number, verdict, title, opening.id)
        try:
            with self.session.begin_nested():
                self._show(opening, offer)
        except Refusal as refused:
            self.session.refresh(opening)
            return ImportedRow(line.number, verdict, title, opening.id, refused.problems)
        return ImportedRow(line.number, ImportVerdict.OPEN, title, opening.id)

    def _keep(self, offer: Offer) -> tuple[Opening, ImportVerdict]:
        if offer.problems:
            raise Invalid(offer.problems)
        draft = OpeningDraft.model_validate(
            {name: value for name, value in offer.fields.items() if value is not None}
            | {"source": self.source, "source_name": self.source_name, "valid_from": clock.today()}
        )
        known = self.session.scalar(
            select(Opening).where(Opening.source_name == self.source_name, Opening.external_id == offer.external_id)
        )
        if known is not None:
            if known.state is not OpeningState.DRAFT or _same(known, draft):
                return known, ImportVerdict.UNCHANGED
            changed = draft.model_copy(update={"employer_id": known.employer_id})
            return update_opening(self.session, self.actor, opening_id=known.id, draft=changed), ImportVerdict.KEPT
        employer = self._employer(offer, draft.region_code)
        draft = draft.model_copy(update={"employer_id": employer.id})
        opening = create_opening(self.session, self.actor, draft, external_id=offer.external_id, is_demo=self.is_demo)
        return opening, ImportVerdict.KEPT

    def _show(self, opening: Opening, offer: Offer) -> None:
        if offer.posted_on and offer.posted_on <= clock.today():
            opening.posted_at = datetime.combine(offer.posted_on, time(), clock.SHANGHAI)
        self._vouch(self.session.get_one(Employer, opening.employer_id))
        submit_opening(self.session, self.actor, opening_id=opening.id)
        verify_opening(self.session, self.actor, opening_id=opening.id, remark=self.source_name)
        publish_opening(self.session, self.actor, opening_id=opening.id)

    def _employer(self, offer: Offer, region: str | None) -> Employer:
        name = offer.employer or self.source_name
        wanted = Employer.uscc == offer.uscc if offer.uscc else Employer.name == name
        employer = self.session.scalar(select(Employer).where(wanted).order_by(Employer.id).limit(1))
        if employer is not None:
            return employer
        draft = EmployerDraft(name=name, uscc=offer.uscc, region_code=region or "")
        return register_employer(self.session, self.actor, draft, source="import", is_demo=self.is_demo)

    def _vouch(self, employer: Employer) -> None:
        if employer.source == "import" and employer.state is EmployerState.REGISTERED:
            move(self.session, self.actor, employer, EMPLOYER, "submit", reason=self.source_name)
            move(self.session, self.actor, employer, EMPLOYER, "verify", reason=self.source_name)
            self.session.flush()


def _same(known: Opening, draft: OpeningDraft) -> bool:
    names = ("title", "content", "conditions", "headcount", "wage_min_fen", "wage_max_fen", "base_pay_fen", "address")
    return all(getattr(known, name) == getattr(draft, name) for name in names) and known.region_code == (
        draft.region_code or ""
    )


def _json_lines(data: bytes) -> Iterator[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnknownEncoding from None
    columns: dict[str, str] = {}
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            record = json.loads(row)
        except (ValueError, RecursionError):
            raise LineBroken(row=number) from None
        if not isinstance(record, dict):
            raise LineBroken(row=number)
        for name in record.keys() - columns.keys():
            columns[name] = next(iter(headings({0: name})), "")
        yield Line(number, {columns[name]: _text(value) for name, value in record.items() if columns[name]})


def _sheet_lines(data: bytes, filename: str) -> Iterator[Line]:
    for sheet in read_sheets(data, filename).data_sheets:
        columns: dict[str, int] = {}
        for at, row in enumerate(sheet.rows):
            texts = {column: text_of(cell) for column, cell in enumerate(row.cells)}
            if not columns and at < LOOK_FOR_HEADINGS:
                named = headings(texts)
                columns = named if all(name in named for name in NEEDED) else {}
            elif columns and any(texts.get(column) for column in columns.values()):
                yield Line(row.number, {name: texts.get(column, "") for name, column in columns.items()})


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()[:4000]
