"""The list of introductions that a centre can export."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from centre import clock
from centre.exports.queries import KINDS, ExportKind, ListQuery
from centre.permissions import Permission
from centre.sheets.cells import Cell
from centre.translation import N_, translate
from matching.introductions.models import Introduction
from matching.introductions.queries import introductions
from matching.introductions.rules import INTRODUCTION_LABELS


def _introductions(_subject_id: int | None) -> ListQuery:
    return introductions().where(Introduction.letter_no.is_not(None))


def _rows(query: ListQuery, session: Session, locale: str) -> Iterable[Sequence[Cell]]:
    for introduction in session.scalars(query):
        yield (
            introduction.letter_no,
            introduction.worker_name,
            introduction.opening.recruiter(locale),
            introduction.opening.title,
            translate(locale, INTRODUCTION_LABELS[introduction.state]),
            clock.local(introduction.issued_at).date() if introduction.issued_at else None,
        )


KINDS["introductions"] = ExportKind(
    "introductions",
    N_("推荐名单"),
    Permission.LIST_PEOPLE,
    (N_("推荐信编号"), N_("姓名"), N_("用人单位"), N_("岗位"), N_("状态"), N_("开具日期")),
    _introductions,
    _rows,
)
