"""Legal and money rules as dated rows (政策参数): what held on which day in which region, and its source."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import calendar
from centre.calendar import YearPlan
from centre.errors import Refusal
from centre.policy_names import POLICY_NAMES
from centre.remembered import Remembered
from centre.tables import Record
from centre.translation import N_, Term

EXAMPLES = Path(__file__).parent / "data" / "policies.csv"
CALENDAR = "calendar-year"
"""The rule that holds the days off and the made-up working days of one year, from its first to its last day."""


class PolicyMissing(Refusal):
    """No row of the policy table says what holds on that day."""

    code = "policy-missing"
    status = 409
    message = N_("还没有“{rule}”这项规则（{day}），请管理员在“规则”里录入")


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
    rules = _in_force(session, PolicyRule.key == key, on=on, region=region)
    if not rules:
        raise PolicyMissing(rule=Term(POLICY_NAMES.get(key, key)), key=key, day=on.isoformat())
    return rules[-1].value


def _in_force(session: Session, *wanted: ColumnElement[bool], on: date, region: str) -> list[PolicyRule]:
    """The rules of a day around a region; of those with one key the last holds."""
    places = ["", *(code for code in (region[:2] + "0000", region[:4] + "00", region) if len(region) == 6)]
    statement = (
        select(PolicyRule)
        .where(
            *wanted,
            PolicyRule.region_code.in_(places),
            PolicyRule.from_on <= on,
            or_(PolicyRule.to_on.is_(None), PolicyRule.to_on >= on),
        )
        .order_by(PolicyRule.from_on, PolicyRule.id)
    )
    return sorted(session.scalars(statement), key=lambda rule: places.index(rule.region_code))


@dataclass(frozen=True, slots=True)
class RuleGaps:
    """Rules that the service needs and that have no official entry (缺的规则): none at all, or only an example."""

    missing: tuple[str, ...]
    examples: tuple[str, ...]


def rule_gaps(session: Session, *, on: date, region: str) -> RuleGaps:
    """What holds on a day in a region beside the shipped examples; what they name is what the service asks for."""
    in_force = {rule.key: rule for rule in _in_force(session, on=on, region=region)}
    keys = sorted({rule.key for rule in shipped_examples() if rule.key != CALENDAR})
    return RuleGaps(
        missing=tuple(key for key in keys if key not in in_force),
        examples=tuple(key for key in keys if key in in_force and in_force[key].is_example),
    )


def examples_were_taken(session: Session) -> bool:
    """Whether the installation began with the shipped example rules, so that an upgrade adds new ones."""
    return session.scalar(select(PolicyRule.id).where(PolicyRule.is_example).limit(1)) is not None


def shipped_examples(path: Path = EXAMPLES) -> list[PolicyRule]:
    """The example rules that come with the service, in no session."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            PolicyRule(
                key=row["key"],
                value=json.loads(row["value"]),
                region_code=row["region_code"],
                from_on=date.fromisoformat(row["from_on"]),
                to_on=date.fromisoformat(row["to_on"]) if row["to_on"] else None,
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]


def load_examples(session: Session, path: Path = EXAMPLES) -> int:
    """Add the shipped example rules that the table does not hold yet; returns how many were added."""
    known = {(rule.key, rule.region_code, rule.from_on) for rule in session.scalars(select(PolicyRule))}
    new = [rule for rule in shipped_examples(path) if (rule.key, rule.region_code, rule.from_on) not in known]
    session.add_all(new)
    return len(new)


def year_plan(value: Any) -> YearPlan:
    """The days that the value of a calendar rule names. Raises KeyError, TypeError and ValueError."""
    return YearPlan(*(frozenset(date.fromisoformat(day) for day in value[part]) for part in ("off", "work")))


def _read_plans(session: Session) -> dict[int, YearPlan]:
    kept = select(PolicyRule).where(PolicyRule.key == CALENDAR).order_by(PolicyRule.id)
    return {rule.from_on.year: year_plan(rule.value) for rule in session.scalars(kept)}


year_plans = Remembered[dict[int, YearPlan]](_read_plans, {})
"""The years of the calendar that this installation entered; a process asks the database every five minutes."""

# Here, because code that counts working days reads the length of the term from a rule and so has loaded this module.
calendar.lay_over(year_plans)
