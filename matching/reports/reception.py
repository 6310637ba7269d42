"""R9, the reception ledger: five categories with the hotline, person-times, persons and money (接待服务台账)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from centre.calendar import add_months
from centre.ledger import CATEGORY_LABELS, Channel, ServiceCategory
from centre.tallies.queries import Heads, LedgerSum, persons, sums
from centre.translation import N_
from matching.reports.reading import ReportScope
from matching.reports.rules import ReportColumn, ReportRow, ReportTable, Unit, add_up, share

FIVE = tuple(category for category in ServiceCategory if category is not ServiceCategory.OTHER)
HOTLINE = "hotline"
MONTHS_SHOWN = 24
"""Up to so many months are shown one by one, longer periods in years of twelve months from their first."""

KINDS = (
    ReportColumn("person_times", N_("人次"), Unit.PERSON_TIMES),
    ReportColumn("share", N_("占比"), Unit.SHARE, adds=False),
    ReportColumn("persons", N_("人数"), Unit.PERSONS, adds=False),
    ReportColumn("amount_fen", N_("金额"), Unit.FEN),
)
PLACES = (
    ReportColumn("person_times", N_("人次"), Unit.PERSON_TIMES),
    *(
        ReportColumn(category.value, CATEGORY_LABELS[category], Unit.PERSON_TIMES, part_of="person_times")
        for category in FIVE
    ),
    ReportColumn(HOTLINE, N_("其中热线"), Unit.PERSON_TIMES, part_of=ServiceCategory.PETITION.value),
    ReportColumn("persons", N_("人数"), Unit.PERSONS, adds=False),
    ReportColumn("amount_fen", N_("金额"), Unit.FEN),
)
SPANS = PLACES[:-2]

Known = Mapping[tuple[Any, ...], LedgerSum]


def ledger_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """The tables of R9, from the monthly counts of the ledger."""
    by_centre = sums(session, scope.wanted, ("centre_id", "category", "channel"))
    by_month = sums(session, scope.wanted, ("month", "category", "channel"))
    heads = persons(session, scope.wanted)
    return [kinds(by_centre, heads), places(by_centre, heads, scope), spans(by_month, scope)]


def kinds(by_centre: Known, heads: Heads) -> ReportTable:
    """The categories of service; the hotline is a part of the petitions and never a sixth one (RE-04)."""
    totals: dict[ServiceCategory, LedgerSum] = defaultdict(LedgerSum)
    calls = LedgerSum()
    for (_, category, channel), part in by_centre.items():
        totals[category] += part
        if category is ServiceCategory.PETITION and channel is Channel.HOTLINE:
            calls += part
    shown = [*FIVE, *([ServiceCategory.OTHER] if totals[ServiceCategory.OTHER].person_times else [])]
    whole = sum(totals[category].person_times for category in shown)
    rows = []
    for category in shown:
        total = totals[category]
        rows.append(_kind(category.value, CATEGORY_LABELS[category], total, whole, heads.get((None, category), 0)))
        if category is ServiceCategory.PETITION:
            in_person = LedgerSum(total.person_times - calls.person_times, total.amount_fen - calls.amount_fen)
            rows.append(_kind(HOTLINE, N_("其中：热线电话"), calls, whole, None, part_of=category.value))
            rows.append(_kind("in_person", N_("其中：来访来信和网上"), in_person, whole, None, part_of=category.value))
    total_row = add_up(KINDS, rows, share=share(whole, whole), persons=heads.get((None, None), 0))
    note = N_("人次是服务的次数，人数是不重复的人。“其中”各行已经包含在上一行里，不再相加。")
    return ReportTable("kinds", N_("按服务类别"), N_("类别"), KINDS, rows, total_row, note)


def _kind(key: str, label: str, total: LedgerSum, whole: int, heads: int | None, part_of: str = "") -> ReportRow:
    figures = {
        "person_times": total.person_times,
        "share": share(total.person_times, whole),
        "persons": heads,
        "amount_fen": total.amount_fen,
    }
    return ReportRow(key, label, figures, part_of)


def places(by_centre: Known, heads: Heads, scope: ReportScope) -> ReportTable:
    """The centres; persons are counted once in each of them and once in all (RE-09)."""
    by_place = _split(
        (centre_id, category, channel, part) for (centre_id, category, channel), part in by_centre.items()
    )
    rows = [
        ReportRow(str(number), name, by_place[number] | {"persons": heads.get((number, None), 0)})
        for number, name in scope.centres
    ]
    total = add_up(PLACES, rows, persons=heads.get((None, None), 0))
    note = N_("在两个中心都办过事的人，在每个中心各算一人，在合计里只算一人。")
    return ReportTable("places", N_("按中心"), N_("中心"), PLACES, rows, total, note)


def spans(by_month: Known, scope: ReportScope) -> ReportTable:
    """The months, or the years of a long period."""
    first = scope.since.replace(day=1)
    count = (scope.until.year - first.year) * 12 + scope.until.month - first.month + 1
    step = 1 if count <= MONTHS_SHOWN else 12
    starts = [add_months(first, place) for place in range(0, count, step)]

    def start(month: date) -> date:
        return starts[((month.year - first.year) * 12 + month.month - first.month) // step]

    by_span = _split((start(month), category, channel, part) for (month, category, channel), part in by_month.items())
    rows = [ReportRow(f"{begin:%Y-%m}", _span_name(begin, step), by_span[begin]) for begin in starts]
    title = N_("按月") if step == 1 else N_("按年度")
    return ReportTable("spans", title, N_("时间"), SPANS, rows, add_up(SPANS, rows))


def _span_name(begin: date, step: int) -> str:
    return f"{begin:%Y-%m}" if step == 1 else f"{begin:%Y-%m} – {add_months(begin, step - 1):%Y-%m}"


def _split(parts: Iterable[tuple[Any, ServiceCategory, Channel, LedgerSum]]) -> dict[Any, dict[str, int | None]]:
    empty = {column.key: 0 for column in PLACES if column.adds}
    lines: dict[Any, dict[str, int]] = defaultdict(lambda: dict(empty))
    for key, category, channel, part in parts:
        line = lines[key]
        line["person_times"] += part.person_times
        line["amount_fen"] += part.amount_fen
        if category in FIVE:
            line[category.value] += part.person_times
        if category is ServiceCategory.PETITION and channel is Channel.HOTLINE:
            line[HOTLINE] += part.person_times
    return defaultdict(lambda: dict(empty), {key: dict(line) for key, line in lines.items()})
