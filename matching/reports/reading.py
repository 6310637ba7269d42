"""What every report reads with: its centres, its days, and the groups of people it tells apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from centre import clock
from centre.network import Centre
from centre.people import PersonCategory, Recognition, Sex
from centre.tallies.queries import Wanted

HARDSHIP = frozenset(
    {
        PersonCategory.UNION_HARDSHIP,
        PersonCategory.HARDSHIP_CHILD,
        PersonCategory.HARD_TO_EMPLOY,
        PersonCategory.ZERO_EMPLOYMENT_HOUSEHOLD,
        PersonCategory.DISABLED,
        PersonCategory.SINGLE_PARENT,
    }
)
"""困难人员: of either of the two recognitions, or named so on the record."""


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report is about: its centres with their names, and its days, both included."""

    centres: Sequence[tuple[int, str]]
    since: date
    until: date
    programme: str = ""

    @property
    def ids(self) -> list[int]:
        """The ids of the centres."""
        return [number for number, _ in self.centres]

    @property
    def start(self) -> datetime:
        """The instant at which the period begins."""
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=clock.SHANGHAI)

    @property
    def end(self) -> datetime:
        """The instant at which the period is over."""
        return datetime(self.until.year, self.until.month, self.until.day, tzinfo=clock.SHANGHAI) + timedelta(days=1)

    @property
    def wanted(self) -> Wanted:
        """The same for the ledger's counts."""
        return Wanted(self.since, self.until, self.ids, self.programme)

    def holds(self, column: Any) -> ColumnElement[bool]:
        """That an instant lies in the period."""
        return and_(column >= self.start, column < self.end)

    def holds_day(self, column: Any) -> ColumnElement[bool]:
        """That a day lies in the period."""
        return and_(column >= self.since, column <= self.until)


def centres_of(session: Session, centre_id: int | None) -> list[tuple[int, str]]:
    """The centres of a report, the city first: one, or all."""
    query = select(Centre.id, Centre.name).order_by(Centre.code)
    if centre_id is not None:
        query = query.where(Centre.id == centre_id)
    return [(row[0], row[1]) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Groups:
    """Who was recognised as being in difficulty, by person and days (困难认定)."""

    days: dict[int, list[tuple[date, date | None]]]

    def of(self, person_id: int, sex: Sex, categories: Sequence[str], on: date) -> frozenset[str]:
        """The groups of "of which" columns to which a person belongs on a day."""
        groups = {"women"} if sex is Sex.FEMALE else set()
        if PersonCategory.RURAL_TRANSFER in categories:
            groups.add("rural")
        recognised = any(begin <= on and (end is None or on <= end) for begin, end in self.days.get(person_id, ()))
        if recognised or not HARDSHIP.isdisjoint(categories):
            groups.add("hardship")
        return frozenset(groups)


def groups(session: Session) -> Groups:
    """All recognitions, as the reports ask for them."""
    days: dict[int, list[tuple[date, date | None]]] = {}
    rows = select(Recognition.person_id, Recognition.from_on, Recognition.to_on).order_by(Recognition.id)
    for person_id, begin, end in session.execute(rows):
        days.setdefault(person_id, []).append((begin, end))
    return Groups(days)
