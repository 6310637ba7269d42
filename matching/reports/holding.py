"""R8 and R10: the fairs of a period, and how each centre did (招聘会情况, 各中心考核表)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.calendar import add_months, add_working_days
from centre.closing import ClosedMonth
from centre.tallies.queries import sums
from centre.translation import N_
from employers.fairs.models import Fair
from employers.fairs.rules import OVER
from matching.introductions.models import FollowUp, Introduction
from matching.introductions.rules import KNOWN
from matching.reports.reading import ReportScope
from matching.reports.rules import ReportColumn, ReportRow, ReportTable, Unit, add_up, share

CLOSE_WITHIN = 5
"""A month is closed on time within so many working days after its end."""

FAIRS = (
    ReportColumn("employers", N_("参会单位"), Unit.ITEMS),
    ReportColumn("booths", N_("展位"), Unit.ITEMS),
    ReportColumn("positions", N_("岗位数"), Unit.PLACES),
    ReportColumn("visitors", N_("到场"), Unit.PERSON_TIMES),
    ReportColumn("intentions", N_("达成意向"), Unit.PERSON_TIMES),
    ReportColumn("hired", N_("录用"), Unit.PERSONS),
)
SCORES = (
    ReportColumn("person_times", N_("服务人次"), Unit.PERSON_TIMES),
    ReportColumn("due_calls", N_("到期回访"), Unit.PERSON_TIMES),
    ReportColumn("made_calls", N_("已回访"), Unit.PERSON_TIMES),
    ReportColumn("call_rate", N_("回访率"), Unit.SHARE, adds=False),
    ReportColumn("letters", N_("推荐信"), Unit.ITEMS),
    ReportColumn("answered", N_("有反馈"), Unit.ITEMS),
    ReportColumn("answer_rate", N_("反馈率"), Unit.SHARE, adds=False),
    ReportColumn("months", N_("应月结"), Unit.ITEMS),
    ReportColumn("on_time", N_("按时月结"), Unit.ITEMS),
)


def fair_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R8: the fairs that took place in the period."""
    fairs = session.scalars(
        select(Fair)
        .where(Fair.centre_id.in_(scope.ids), Fair.state.in_(OVER), scope.holds(Fair.starts_at))
        .order_by(Fair.starts_at, Fair.id)
    )
    return [held(fairs)]


def held(fairs: Iterable[Fair]) -> ReportTable:
    """One row for each fair; a fair whose figures are still owed shows dashes."""
    rows = [
        ReportRow(
            str(fair.id),
            f"{clock.local(fair.starts_at):%Y-%m-%d} {fair.name}",
            {column.key: fair.figures.get(column.key) for column in FAIRS} | {"booths": fair.booths_taken},
            href=f"/organiser/fairs/{fair.id}",
        )
        for fair in fairs
    ]
    note = N_("招聘会后按规定期限上报；还没有上报的用横线表示。")
    return ReportTable("fairs", N_("招聘会"), N_("招聘会"), FAIRS, rows, add_up(FAIRS, rows), note)


def scorecard_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R10: volumes, calls to placed workers, answers to letters, months closed on time."""
    lines: dict[int, Counter[str]] = defaultdict(Counter)
    for (centre_id,), part in sums(session, scope.wanted, ("centre_id",)).items():
        lines[centre_id]["person_times"] += part.person_times
    _calls(session, scope, lines)
    _letters(session, scope, lines)
    _months(session, scope, lines)
    rows = [ReportRow(str(number), name, _scores(lines[number])) for number, name in scope.centres]
    whole: Counter[str] = sum((lines[number] for number in scope.ids), Counter())
    rates = {name: figure for name, figure in _scores(whole).items() if name.endswith("_rate")}
    note = N_("回访按到期日算，推荐信按开出日期算。每月结束后 5 个工作日内月结算按时。")
    return [ReportTable("scores", N_("各中心考核表"), N_("中心"), SCORES, rows, add_up(SCORES, rows, **rates), note)]


def _scores(line: Counter[str]) -> dict[str, int | None]:
    figures: dict[str, int | None] = {column.key: line[column.key] for column in SCORES if column.adds}
    return figures | {
        "call_rate": share(line["made_calls"], line["due_calls"]),
        "answer_rate": share(line["answered"], line["letters"]),
    }


def _calls(session: Session, scope: ReportScope, lines: dict[int, Counter[str]]) -> None:
    due = min(scope.until, clock.today())
    rows = session.execute(
        select(FollowUp.centre_id, func.count(), func.count(FollowUp.done_at))
        .where(FollowUp.centre_id.in_(scope.ids), FollowUp.due_on >= scope.since, FollowUp.due_on <= due)
        .group_by(FollowUp.centre_id)
        .order_by(FollowUp.centre_id)
    )
    for centre_id, count, done in rows:
        lines[centre_id].update({"due_calls": count, "made_calls": done})


def _letters(session: Session, scope: ReportScope, lines: dict[int, Counter[str]]) -> None:
    rows = session.execute(
        select(Introduction.centre_id, Introduction.state, func.count())
        .where(Introduction.centre_id.in_(scope.ids), scope.holds(Introduction.issued_at))
        .group_by(Introduction.centre_id, Introduction.state)
        .order_by(Introduction.centre_id, Introduction.state)
    )
    for centre_id, state, count in rows:
        lines[centre_id].update({"letters": count, "answered": count if state in KNOWN else 0})


def _months(session: Session, scope: ReportScope, lines: dict[int, Counter[str]]) -> None:
    """The months of the period whose time for closing is over, and those that were closed by then."""
    months = [month for month in months_of(scope.since, scope.until) if _close_by(month) < clock.today()]
    rows = session.execute(
        select(ClosedMonth.centre_id, ClosedMonth.month, ClosedMonth.closed_at)
        .where(ClosedMonth.centre_id.in_(scope.ids), ClosedMonth.month.in_(months))
        .order_by(ClosedMonth.id)
    )
    for number in scope.ids:
        lines[number]["months"] += len(months)
    for centre_id, month, at in rows:
        lines[centre_id]["on_time"] += clock.local(at).date() <= _close_by(month)


def _close_by(month: date) -> date:
    return add_working_days(add_months(month, 1), CLOSE_WITHIN)


def months_of(since: date, until: date) -> list[date]:
    """The months that a period touches."""
    first = since.replace(day=1)
    count = (until.year - first.year) * 12 + until.month - first.month + 1
    return [add_months(first, place) for place in range(count)]
