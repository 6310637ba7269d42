"""Legal and money rules as dated rows (政策参数): what held on which day in which region, and its source."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import calendar
from centre.calendar import YearPlan
from centre.errors import Refusal
from centre.remembered import Remembered
from centre.tables import Record
from centre.translation import N_

EXAMPLES = Path(__file__).parent / "data" / "policies.csv"
CALENDAR = "calendar-year"
"""The rule that holds the days off and the made-up working days of one year, from its first to its last day."""


class PolicyMissing(Refusal):
    """No row of the policy table says what holds on that day."""

    code = "policy-missing"
    status = 409
    message = N_("缺少政策参数“{key}”在 {day} 的规定，请管理员补录")


class PolicyRule(Record):
    """One rule with its days, region and source (政策参数)."""

    __table_args__ = (Index("ix_policy_rule_key", "key", "from_on"),)

    key: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON)
    region_code: Mapped[str] = mapped_column(String(6), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))
    is_example: Mapped[bool] = mapped_column(default=True)


def policy(session: Session, key: str, *, on: date, region: str = "") -> Any:
    """The value of a rule on a day; the smallest region around `region` that has one wins. Raises PolicyMissing."""
    places = ["", *(code for code in (region[:2] + "0000", region[:4] + "00", region) if len(region) == 6)]
    statement = (
        select(PolicyRule)
        .where(
            PolicyRule.key == key,
            PolicyRule.region_code.in_(places),
            PolicyRule.from_on <= on,
            or_(PolicyRule.to_on.is_(None), PolicyRule.to_on >= on),
        )
        .order_by(PolicyRule.from_on, PolicyRule.id)
    )
    rules = sorted(session.scalars(statement), key=lambda rule: places.index(rule.region_code))
    if not rules:
        raise PolicyMissing(key=key, day=on.isoformat())
    return rules[-1].value


def examples_were_taken(session: Session) -> bool:
    """Whether the installation works with the shipped example rules, at least in part."""
    return session.scalar(select(PolicyRule.id).where(PolicyRule.is_example).limit(1)) is not None


def load_examples(session: Session, path: Path = EXAMPLES) -> int:
    """Add the shipped example rules that the table does not hold yet; gives how many were added."""
    known = {(rule.key, rule.region_code, rule.from_on) for rule in session.scalars(select(PolicyRule))}
    added = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = PolicyRule(
                key=row["key"],
                value=json.loads(row["value"]),
                region_code=row["region_code"],
                from_on=date.fromisoformat(row["from_on"]),
                to_on=date.fromisoformat(row["to_on"]) if row["to_on"] else None,
                source=row["source"],
            )
            if (rule.key, rule.region_code, rule.from_on) not in known:
                session.add(rule)
                added += 1
    return added


def year_plan(value: Any) -> YearPlan:
    """The days that the value of a calendar rule names. Raises KeyError, TypeError and ValueError."""
    return YearPlan(*(frozenset(date.fromisoformat(day) for day in value[part]) for part in ("off", "work")))


def _read_plans(session: Session) -> dict[int, YearPlan]:
    kept = select(PolicyRule).where(PolicyRule.key == CALENDAR).order_by(PolicyRule.id)
    return {rule.from_on.year: year_plan(rule.value) for rule in session.scalars(kept)}


year_plans = Remembered[dict[int, YearPlan]](_read_plans, {})
"""The years of the calendar that this installation entered; a process asks the database every five minutes."""

# Here, because whoever counts working days reads the length of the term from a rule and so has loaded this module.
calendar.lay_over(year_plans)
