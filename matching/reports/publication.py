"""Publishing the figures of a closed month, and of the year with its last month (公布统计数字)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.network import Centre
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.small_counts import SMALL
from matching.reports.models import ClosedReport, PublishedTable, closed_name
from matching.reports.publishing import CATEGORIES, Key, cells_of, sums_of
from matching.reports.rules import AlreadyPublished, MonthDraft, NotClosed, ReportKey
from matching.reports.suppression import Hidden, protect

SHOWN_SMALL, SHOWN_OTHER = f"<{SMALL}", "…"


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody may read of the tables of some periods; hidden figures have no value."""

    figures: dict[Key, int]
    small: frozenset[Key]
    others: frozenset[Key]

    @property
    def keys(self) -> frozenset[Key]:
        """All figures, shown or hidden."""
        return frozenset(self.figures) | self.small | self.others

    def text(self, *key: str) -> str:
        """A figure as it is printed."""
        if key in self.small:
            return SHOWN_SMALL
        return SHOWN_OTHER if key in self.others else f"{self.figures.get(key, 0):,}"


def publish_month(session: Session, actor: Actor, *, draft: MonthDraft) -> list[PublishedTable]:
    """Publish a closed month; with the twelfth month of a year the year as well.

    What was published before stays as it is; whatever is new may be hidden to protect it. Raises NotClosed or
    AlreadyPublished.
    """
    require(actor, Permission.PUBLISH_FIGURES)
    month = draft.month.replace(day=1)
    name = f"{month:%Y-%m}"
    before = published(session, str(month.year))
    done = {key[1] for key in before.keys if key[0] == "month"}
    if name in done:
        raise AlreadyPublished(field="month", month=name)
    months = sorted({*done, name})
    with seeing_everything(session):
        known = _known(session, [date.fromisoformat(f"{text}-01") for text in months])
    if name not in {key[0] for key in known}:
        raise NotClosed(field="month", month=name)
    years = [str(month.year)] if len(months) == 12 else []
    cells = cells_of(known, months, years)
    hidden = protect(cells, sums_of(cells), fixed=before.keys, hidden=Hidden(before.small, before.others))
    tables = [
        PublishedTable(name=period, content=_content(cells, hidden, period), account_id=actor.account_id)
        for period in [name, *years]
    ]
    session.add_all(tables)
    audit.note(session, actor, action="figures.publish", subject=f"month:{name}")
    session.flush()
    return tables


def published(session: Session, year: str) -> Published:
    """The published tables of a year and of its months."""
    rows = session.scalars(
        select(PublishedTable).where(PublishedTable.name.startswith(year)).order_by(PublishedTable.name)
    )
    figures: dict[Key, int] = {}
    small, others = set[Key](), set[Key]()
    for table in rows:
        figures |= {tuple(key): value for *key, value in table.content["figures"]}
        small |= _keys(table.content["small"])
        others |= _keys(table.content["others"])
    return Published(figures, frozenset(small), frozenset(others))


def published_periods(session: Session) -> list[str]:
    """The names of what is published, the newest first."""
    return list(session.scalars(select(PublishedTable.name).order_by(PublishedTable.name.desc())))


def _keys(lists: Iterable[list[str]]) -> set[Key]:
    return {tuple(key) for key in lists}


def _content(cells: dict[Key, int], hidden: Hidden, period: str) -> dict[str, Any]:
    own = sorted(key for key in cells if key[1] == period)
    return {
        "figures": [[*key, cells[key]] for key in own if key not in hidden.all],
        "small": [list(key) for key in own if key in hidden.small],
        "others": [list(key) for key in own if key in hidden.others],
    }


def _known(session: Session, months: list[date]) -> dict[tuple[str, str, str], int]:
    """Person-times by month, centre and category, from the closed ledger reports of the network."""
    names = {closed_name(month, None, ReportKey.LEDGER): month for month in months}
    codes = {str(row[0]): row[1] for row in session.execute(select(Centre.id, Centre.code).order_by(Centre.code))}
    known: dict[tuple[str, str, str], int] = {}
    for report in session.scalars(select(ClosedReport).where(ClosedReport.name.in_(names)).order_by(ClosedReport.name)):
        places = next(table for table in report.content["tables"] if table["key"] == "places")
        for row in places["rows"]:
            for category in CATEGORIES:
                known[f"{report.month:%Y-%m}", codes[row["key"]], category] = row["figures"][category]
    return known
