"""The nightly count of the ledger. It starts from nothing each time, so that no error in it lasts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows, new_ids
from centre.calendar import add_months
from centre.closing import last_day, month_of
from centre.jobs import job
from centre.ledger import ServiceEvent
from centre.tables import Base
from centre.tallies.models import PersonTally, ServiceTally, TallyState
from centre.tallies.queries import KINDS, LedgerSum, PeopleCounts, entry_of, within

LAG = timedelta(hours=1)
"""Entries of the last hour are left to the next count: their transactions may still be open."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """All counts of the ledger up to a moment of recording."""

    until: datetime
    sums: Rows
    people: Rows


def counted(session: Session) -> LedgerCount:
    """Read the whole ledger month by month and count it; writes nothing."""
    until = clock.now() - LAG
    first = session.scalar(select(func.min(ServiceEvent.occurred_at)))
    last = session.scalar(select(func.max(ServiceEvent.occurred_at)))
    sums, people = Rows(), Rows()
    month = month_of(first) if first else month_of(until)
    while last is not None and month <= month_of(last):
        _count_month(session, month, until, sums, people)
        month = add_months(month, 1)
    return LedgerCount(until, sums, people)


def _count_month(session: Session, month: date, until: datetime, sums: Rows, people: Rows) -> None:
    totals: dict[tuple[Any, ...], LedgerSum] = defaultdict(LedgerSum)
    served: dict[tuple[Any, ...], PeopleCounts] = defaultdict(PeopleCounts)
    rows = session.execute(within(month, last_day(month)).where(ServiceEvent.recorded_at < until))
    for row in rows:
        entry = entry_of(row)
        totals[tuple(entry.kind.values())] += entry.sum
        served[entry.kind["centre_id"], entry.kind["category"]].add(entry)
    for kind, total in sorted(totals.items()):
        values = dict(zip(KINDS, kind, strict=True))
        sums.append(values | {"person_times": total.person_times, "amount_fen": total.amount_fen})
    for (centre_id, category), crowd in sorted(served.items()):
        packed = {"served": crowd.served.tobytes(), "reversed": crowd.reversed.tobytes()}
        people.append({"centre_id": centre_id, "month": month, "category": category} | packed)


@job("count-ledger", every=timedelta(days=1), reading=counted)
def count_ledger(session: Session, count: LedgerCount) -> None:
    """Count the service ledger by centre, month and kind, from which reports of years are made."""
    for model in (ServiceTally, PersonTally, TallyState):
        session.execute(delete(model))
    _insert(session, ServiceTally, count.sums)
    _insert(session, PersonTally, count.people)
    session.add(TallyState(counted_until=count.until))
    session.flush()


def _insert(session: Session, model: type[Base], rows: Rows) -> None:
    ids = new_ids(session, model, len(rows))
    insert_rows(session, model, [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
