"""Dated rules: the row of the day and of the smallest region counts, and none is made up."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from centre.calendar import YearPlan
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import (
    CALENDAR,
    PolicyMissing,
    PolicyRule,
    examples_were_taken,
    load_examples,
    policy,
    rule_gaps,
    year_plan,
    year_plans,
)
from centre.translation import Term
from tests.databases import few_tables

SYSTEM = Actor.system().scope
LAST = date(2026, 6, 30)


@pytest.fixture
def policy_table(tmp_path: Path) -> Iterator[None]:
    with few_tables(tmp_path, PolicyRule):
        yield


def add(*rows: tuple[int, str, date, date | None]) -> None:
    with open_session(SYSTEM, write=True) as session:
        for value, region, from_on, to_on in rows:
            session.add(
                PolicyRule(
                    key="least", value=value, region_code=region, from_on=from_on, to_on=to_on, source="文",
                    is_example=False,
                )
            )  # fmt: skip


def least(on: date, region: str = "") -> int:
    with open_session(SYSTEM) as session:
        return int(policy(session, "least", on=on, region=region))


def test_a_rule_holds_from_its_first_to_its_last_day(policy_table: None) -> None:
    add((1, "", date(2026, 1, 1), LAST), (2, "", date(2026, 7, 1), None))
    assert [least(date(2026, 1, 1)), least(LAST), least(date(2026, 7, 1)), least(date(2099, 1, 1))] == [1, 1, 2, 2]
    with pytest.raises(PolicyMissing) as missing:
        least(date(2025, 12, 31))
    assert missing.value.params == {"rule": Term("least"), "key": "least", "day": "2025-12-31"}
    assert missing.value.status == 409


def test_the_smallest_region_that_has_a_rule_wins(policy_table: None) -> None:
    start = date(2026, 1, 1)
    add((1, "", start, None), (2, "610000", start, None), (3, "610400", start, None), (4, "610404", start, None))
    wanted = {"": 1, "440100": 1, "610100": 2, "610402": 3, "610404": 4, "610400": 3, "6104": 1}
    assert {region: least(start, region) for region in wanted} == wanted


def test_of_two_rows_of_one_region_the_later_counts(policy_table: None) -> None:
    add((1, "610404", date(2026, 1, 1), None), (2, "610404", date(2026, 3, 1), None), (9, "", date(2026, 5, 1), None))
    assert [least(date(2026, month, 1), "610404") for month in (1, 3, 6)] == [1, 2, 2]


def test_examples_are_added_once_and_known_as_such(policy_table: None, tmp_path: Path) -> None:
    table = tmp_path / "policies.csv"
    table.write_text(
        'key,value,region_code,from_on,to_on,source\na,5,,2026-01-01,2026-12-31,x\nb,"[1, 2]",610000,2026-01-01,,y\n',
        "utf-8",
    )
    with open_session(SYSTEM, write=True) as session:
        assert not examples_were_taken(session)
        assert load_examples(session, table) == 2
        session.flush()
        assert load_examples(session, table) == 0
        assert examples_were_taken(session)
        rows = session.scalars(select(PolicyRule).order_by(PolicyRule.key)).all()
        assert [(row.value, row.region_code, row.to_on) for row in rows] == [
            (5, "", date(2026, 12, 31)), ([1, 2], "610000", None)
        ]  # fmt: skip


def test_the_days_of_a_year_are_read_from_its_rule() -> None:
    plan = year_plan({"off": ["2026-01-01"], "work": ["2026-01-04"]})
    assert plan == YearPlan(frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 4)}))
    with pytest.raises(KeyError):
        year_plan({"off": []})


def test_a_rule_of_another_name_does_not_count(policy_table: None) -> None:
    add((1, "", date(2026, 1, 1), None))
    with open_session(SYSTEM) as session, pytest.raises(PolicyMissing):
        policy(session, "most", on=LAST)


def test_gaps_are_the_rules_that_nobody_entered_and_those_that_are_only_examples(policy_table: None) -> None:
    on, here = date(2026, 7, 1), "610404"
    with open_session(SYSTEM, write=True) as session:
        gaps = rule_gaps(session, on=on, region=here)
        assert {"claim-notice-working-days", "minimum-wage-month-fen"} <= set(gaps.missing)
        assert CALENDAR not in gaps.missing
        assert list(gaps.missing) == sorted(gaps.missing)
        assert gaps.examples == ()
        load_examples(session)
        session.flush()
        assert rule_gaps(session, on=on, region=here).missing == ()
        assert rule_gaps(session, on=on, region=here).examples == gaps.missing
        own = PolicyRule(
            key="claim-notice-working-days", value=7, region_code=here, from_on=on, source="文", is_example=False
        )
        session.add(own)
        session.flush()
        after = rule_gaps(session, on=on, region=here)
        assert set(gaps.missing) - set(after.examples) == {"claim-notice-working-days"}
        assert after.missing == ()


def test_the_years_of_the_calendar_are_those_that_were_entered(policy_table: None) -> None:
    add((1, "", date(2026, 1, 1), None))
    with open_session(SYSTEM, write=True) as session:
        value = {"off": ["2027-01-01"], "work": ["2027-01-30"]}
        session.add(
            PolicyRule(
                key=CALENDAR, value=value, from_on=date(2027, 1, 1), to_on=date(2027, 12, 31), source="通知",
                is_example=False,
            )
        )  # fmt: skip
    year_plans.forget()
    assert year_plans() == {2027: YearPlan(frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 30)}))}
    year_plans.forget()
