"""Openings from lists: a verdict for every row, what was read beside what was written, and no row half-written."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from centre.skills.vocabulary import vocabulary
from centre.states import move
from centre.text import bigrams, normalise
from centre.translation import N_, Term
from employers.companies.actions import register_employer
from employers.companies.models import Employer
from employers.companies.queries import own_employer_id
from employers.companies.rules import EMPLOYER, EmployerDraft, EmployerState
from employers.openings.actions import (
    create_opening,
    pause_opening,
    publish_opening,
    submit_opening,
    update_opening,
    verify_opening,
)
from employers.openings.checks import columns_of, ended
from employers.openings.doubles import doubles_of
from employers.openings.feeds import CellReading, Offer, offer_of
from employers.openings.lists import ListRow
from employers.openings.models import Opening
from employers.openings.rules import OPENING_LABELS, OpeningDraft, OpeningSource, OpeningState

Progress = Callable[[int, int], None]

REWRITABLE = frozenset({OpeningState.DRAFT, OpeningState.TO_VERIFY, OpeningState.VERIFIED, OpeningState.EXPIRED})
"""States in which a changed row may rewrite an opening; an open one is unpublished, rewritten and shown again."""


OTHER_EMPLOYER = N_("编号相同，但单位不同：以前是“{before}”，现在写的是“{now}”。请核对；确实换了单位，请换一个编号")
OTHER_TRADE = N_("编号相同，但工种不同：以前是“{before}”，现在写的是“{now}”。请核对；确实是另一个岗位，请换一个编号")


class ImportVerdict(StrEnum):
    """What became of one row (导入结果)."""

    OPEN = "open"
    UPDATED = "updated"
    KEPT = "kept"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


VERDICT_LABELS = {
    ImportVerdict.OPEN: N_("已上架"),
    ImportVerdict.UPDATED: N_("已更新，仍在展示"),
    ImportVerdict.KEPT: N_("已存为草稿"),
    ImportVerdict.UNCHANGED: N_("以前导入过，没有变化"),
    ImportVerdict.REFUSED: N_("没有导入"),
}


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row's result: its number in the file, its opening, what was read, everything wrong or left out."""

    row: int
    verdict: ImportVerdict
    title: str = ""
    opening_id: int | None = None
    problems: Sequence[Problem] = ()
    notes: Sequence[Problem] = ()
    readings: Sequence[CellReading] = ()
    sheet: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The results of an import in the order of its rows, and what of the file no row took over."""

    rows: list[ImportedRow] = field(default_factory=list)
    remarks: Sequence[Problem] = ()

    @property
    def counts(self) -> dict[ImportVerdict, int]:
        """How many rows had each result."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in ImportVerdict}


def import_openings(
    session: Session,
    actor: Actor,
    lines: Sequence[ListRow],
    *,
    source_name: str,
    source: OpeningSource = OpeningSource.PARTNER_CENTRE,
    publish: bool = False,
    remarks: Sequence[Problem] = (),
    progress: Progress | None = None,
    is_demo: bool = False,
) -> ImportReport:
    """Take openings over from a list that has a name; the same list again changes nothing.

    With `publish` the actor vouches for the source: its employers count as checked and its openings as verified, and
    every opening that is complete and lawful is published; the others stay drafts, with the reasons in their verdicts.
    Rows without an employer are those of `source_name` itself. `progress` receives (done, all); `remarks` are what
    the reading of the file left out.
    """
    require(actor, Permission.IMPORT_OPENINGS)
    if not source_name.strip():
        raise Invalid([Problem("source_name", "source-missing", N_("转载的岗位要写明来源名称"))])
    work = _Import(session, actor, source_name.strip()[:200], source, publish, is_demo)
    return _taken(work, lines, ImportReport(remarks=tuple(remarks)), progress)


def import_own_openings(session: Session, actor: Actor, lines: Sequence[ListRow], *, employer_id: int) -> ImportReport:
    """Take an employer's own list over as drafts; rows of another employer are refused. Raises NotFound."""
    require(actor, Permission.POST_OPENING)
    employer = session.get_one(Employer, own_employer_id(actor, employer_id))
    work = _Import(session, actor, employer.name, OpeningSource.DIRECT, publish=False, is_demo=employer.is_demo)
    work.own = employer
    return _taken(work, lines, ImportReport(), None)


def _taken(work: "_Import", lines: Sequence[ListRow], report: ImportReport, progress: Progress | None) -> ImportReport:
    session, actor, source_name = work.session, work.actor, work.source_name
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
    rows_by_id: dict[str, ListRow] = field(default_factory=dict)
    own: Employer | None = None
    created: set[int | None] = field(default_factory=set)

    def take(self, line: ListRow) -> ImportedRow:
        offer = offer_of(line.cells, today=clock.today(), headings=line.headings)
        title = str(offer.fields["title"])[:60]

        def row(
            verdict: ImportVerdict, opening: Opening | None = None, problems: Sequence[Problem] = ()
        ) -> ImportedRow:
            number = opening.id if opening else None
            is_new = number in self.created
            doubles = doubles_of(self.session, opening) if opening and is_new else ()
            notes = (*line.notes, *offer.notes, *map(_double_note, doubles))
            return ImportedRow(line.number, verdict, title, number, problems, notes, offer.readings, line.sheet, is_new)

        try:
            self._refuse_repeated(line, offer)
            with self.session.begin_nested():
                opening, verdict = self._keep(offer, line)
        except ValidationError as wrong:
            return row(ImportVerdict.REFUSED, problems=problems_of(wrong))
        except Refusal as refused:
            return row(ImportVerdict.REFUSED, problems=refused.problems)
        if opening.state is not OpeningState.DRAFT or not self.publish:
            return row(verdict, opening)
        try:
            with self.session.begin_nested():
                self._show(opening, offer)
        except Refusal as refused:
            self.session.refresh(opening)
            return row(ImportVerdict.KEPT if verdict is ImportVerdict.UPDATED else verdict, opening, refused.problems)
        return row(ImportVerdict.UPDATED if verdict is ImportVerdict.UPDATED else ImportVerdict.OPEN, opening)

    def _refuse_repeated(self, line: ListRow, offer: Offer) -> None:
        first = self.rows_by_id.setdefault(offer.external_id, line)
        if first is not line:
            message = N_("与第 {row} 行是同一个编号“{id}”，只导入了第 {row} 行")
            params = {"row": first.number, "id": line.cells.get("id", "") or first.cells.get("title", "")}
            raise Invalid([Problem("id", "id-repeated", message, params)])

    def _keep(self, offer: Offer, line: ListRow) -> tuple[Opening, ImportVerdict]:
        problems = problems_in(line, offer)
        if problems:
            raise Invalid(problems)
        known = self.session.scalar(
            select(Opening).where(Opening.source_name == self.source_name, Opening.external_id == offer.external_id)
        )
        stated = {name: value for name, value in offer.fields.items() if value is not None}
        if known is not None:
            # A field that the row does not state is left unchanged: a missing column never empties a field.
            stated = {name: value for name, value in stated.items() if name in offer.stated}
            kept = {name: getattr(known, name) for name in OpeningDraft.model_fields if name not in offer.stated}
            stated = kept | {"region_code": known.region_code or None} | stated
        draft = OpeningDraft.model_validate(
            {"valid_from": clock.today()} | stated | {"source": self.source, "source_name": self.source_name}
        )
        if known is not None:
            return self._keep_known(known, draft, offer)
        employer = self._employer(offer, draft.region_code)
        draft = draft.model_copy(update={"employer_id": employer.id})
        opening = create_opening(self.session, self.actor, draft, external_id=offer.external_id, is_demo=self.is_demo)
        self.created.add(opening.id)
        return opening, ImportVerdict.KEPT

    def _keep_known(self, known: Opening, draft: OpeningDraft, offer: Offer) -> tuple[Opening, ImportVerdict]:
        """Compare every field of an opening that came before with its row, and rewrite it where they differ."""
        employer = self.session.get_one(Employer, known.employer_id)
        self._ask_about_strangers(known, employer, draft, offer)
        draft = draft.model_copy(update={"employer_id": known.employer_id})
        was_open = known.state is OpeningState.OPEN
        if not changed_fields(known, draft):
            return known, ImportVerdict.UNCHANGED
        if was_open and self.publish:
            pause_opening(self.session, self.actor, opening_id=known.id, reason=self.source_name)
        elif known.state not in REWRITABLE:
            message = N_("内容有变化，但岗位现在是“{state}”，没有改动；请先在岗位页面处理")
            if was_open:
                message = N_("内容有变化，但岗位正在展示，没有改动；确认来源可靠后选择直接上架再导入")
            params = {"state": Term(OPENING_LABELS[known.state])}
            raise Invalid([Problem("", "known-not-rewritable", message, params)])
        opening = update_opening(self.session, self.actor, opening_id=known.id, draft=draft)
        return opening, ImportVerdict.UPDATED if was_open else ImportVerdict.KEPT

    def _ask_about_strangers(self, known: Opening, employer: Employer, draft: OpeningDraft, offer: Offer) -> None:
        """The id of one job in the row of another is queried, never merged. Raises Invalid."""
        problems = []
        name = offer.employer or ("" if offer.uscc else self.source_name)
        same_code = bool(offer.uscc) and offer.uscc == employer.uscc
        other_code = bool(offer.uscc and employer.uscc) and not same_code
        if other_code or (name and not same_code and not _alike(name, employer.name)):
            names = {"before": employer.name, "now": name or offer.uscc}
            problems.append(Problem("employer", "known-other-employer", OTHER_EMPLOYER, names))
        if not _same_trade(known, draft):
            titles = {"before": known.title, "now": draft.title}
            problems.append(Problem("title", "known-other-trade", OTHER_TRADE, titles))
        if problems:
            raise Invalid(problems)

    def _show(self, opening: Opening, offer: Offer) -> None:
        if offer.posted_on and offer.posted_on <= clock.today():
            opening.posted_at = datetime.combine(offer.posted_on, time(), clock.SHANGHAI)
        self._vouch(self.session.get_one(Employer, opening.employer_id))
        submit_opening(self.session, self.actor, opening_id=opening.id)
        verify_opening(self.session, self.actor, opening_id=opening.id, remark=self.source_name)
        publish_opening(self.session, self.actor, opening_id=opening.id)

    def _employer(self, offer: Offer, region: str | None) -> Employer:
        if self.own is not None:
            self._refuse_others(self.own, offer)
            return self.own
        name = offer.employer or self.source_name
        wanted = Employer.uscc == offer.uscc if offer.uscc else Employer.name == name
        employer = self.session.scalar(select(Employer).where(wanted).order_by(Employer.id).limit(1))
        if employer is not None:
            return employer
        draft = EmployerDraft(
            name=name,
            uscc=offer.uscc,
            region_code=offer.employer_area or region or "",
            service_licence=offer.service_licence,
        )
        return register_employer(self.session, self.actor, draft, source="import", is_demo=self.is_demo)

    @staticmethod
    def _refuse_others(own: Employer, offer: Offer) -> None:
        other_code = bool(offer.uscc and own.uscc) and offer.uscc != own.uscc
        if other_code or (offer.employer and not _alike(offer.employer, own.name)):
            message = N_("这里只能导入本单位“{name}”的岗位，这一行写的是“{other}”")
            names = {"name": own.name, "other": offer.employer or offer.uscc}
            raise Invalid([Problem("employer", "other-employer", message, names)])

    def _vouch(self, employer: Employer) -> None:
        if employer.source == "import" and employer.state is EmployerState.REGISTERED:
            move(self.session, self.actor, employer, EMPLOYER, "submit", reason=self.source_name)
            move(self.session, self.actor, employer, EMPLOYER, "verify", reason=self.source_name)
            self.session.flush()


def problems_in(line: ListRow, offer: Offer) -> list[Problem]:
    """What is wrong with a row by itself: cells that hold no value, cells that no grammar reads, a day that is past."""
    unread = {problem.field for problem in line.problems}
    understood = [*offer.problems, *_ended_problems(offer)]
    return [*line.problems, *(problem for problem in understood if problem.field not in unread)]


def changed_fields(known: Opening, draft: OpeningDraft) -> list[str]:
    """The fields in which an opening and a row differ, all of them compared as they would be kept."""
    columns: Mapping[str, Any] = columns_of(draft)
    return [name for name, value in columns.items() if getattr(known, name) != value]


def _ended_problems(offer: Offer) -> list[Problem]:
    last = offer.fields.get("valid_until")
    if last is None or not ended(last, offer.today) or offer.fields.get("valid_from"):
        return []
    message = N_("截止日期 {day} 已经过了，没有导入；还在招就请改截止日期")
    return [Problem("valid_until", "ended", message, {"day": last.isoformat()})]


def _double_note(double: Opening) -> Problem:
    params = {"title": double.title, "id": double.id, "employer": double.employer.name}
    return Problem(
        "title", "opening-doubled", N_("和“{employer}”的岗位“{title}”（{id} 号）好像是同一个，请核对"), params
    )


def _alike(name: str, other: str) -> bool:
    return normalise(name).replace(" ", "") == normalise(other).replace(" ", "")


def _same_trade(known: Opening, draft: OpeningDraft) -> bool:
    """Whether two openings are of one occupation: by code where both have one, else by the words of their titles."""
    if known.occupation_code and draft.occupation_code:
        return known.occupation_code == draft.occupation_code
    before, now = normalise(known.title), normalise(draft.title)
    if before == now:
        return True
    codes_before, codes_now = vocabulary().codes_for(before), vocabulary().codes_for(now)
    if codes_before and codes_now:
        return bool(set(codes_before) & set(codes_now))
    return bool(set(bigrams(before)) & set(bigrams(now)))
