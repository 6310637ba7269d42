"""Replay: unchanged rules give every decision again; a change shows who gains and loses, with money."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import insert, select

from centre.database import engine, open_session
from centre.people import Person
from centre.permissions import Actor, Role
from centre.replays import REPLAYS, RuleForm, decisions
from matching.replay.queries import outcome
from tests.web.desks import Hall, words
from training.claims.models import Claim, ClaimLine

SYSTEM = Actor.system()
SINCE = date(2020, 1, 1)
DAYS = {"pattern": "per_day", "steps": [{"until": 10, "fen": 15_000}, {"fen": 10_000}], "cap_days": 15}
CUT = {"pattern": "per_day", "steps": [{"fen": 1_000}], "cap_days": 5}


def claims() -> list[tuple[int, int, str]]:
    """The lines that keep their facts."""
    with open_session(SYSTEM.scope) as session:
        rows = select(ClaimLine).where(ClaimLine.completed_on >= SINCE).order_by(ClaimLine.id)
        return [(line.id, line.amount_fen, line.programme.value) for line in session.scalars(rows) if line.facts]


def test_unchanged_rules_reproduce_every_decision(hall: Hall) -> None:
    known = claims()
    assert known
    with open_session(SYSTEM.scope) as session:
        replayed = decisions(session, "subsidy-per_hour", SINCE, {"pattern": "per_hour", "fen": 1, "cap_year_fen": 1})
    assert [decision.before for decision in replayed] == [fen for _, fen, _ in known]
    assert all(decision.recorded == decision.before for decision in replayed)


def test_a_planted_wrong_decision_is_reported(hall: Hall) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        line = session.scalars(select(ClaimLine).where(ClaimLine.amount_fen > 0).order_by(ClaimLine.id)).first()
        assert line is not None
        assert line.facts
        line.amount_fen += 100
    with open_session(SYSTEM.scope) as session:
        assert outcome(session, SYSTEM, rule="subsidy-per_day", value=CUT, since=SINCE).unfaithful == 1


def test_a_cut_shows_who_loses_by_group_and_how_much(hall: Hall) -> None:
    with open_session(SYSTEM.scope) as session:
        result = outcome(session, SYSTEM, rule="subsidy-per_day", value=CUT, since=SINCE)
    total = result.effects[0]
    assert result.unfaithful == 0
    assert total.lose > 0
    assert total.difference < 0
    for kind in ("county", "sex", "age", "hardship"):
        parts = [effect for effect in result.effects if effect.kind == kind]
        assert sum(effect.difference for effect in parts) == total.difference, kind
        assert sum(effect.decisions for effect in parts) == total.decisions, kind


def test_a_rule_of_another_form_is_refused(hall: Hall) -> None:
    with open_session(SYSTEM.scope) as session:
        for key in REPLAYS:
            with pytest.raises(RuleForm):
                decisions(session, key, SINCE, {"pattern": "per_moon"})


def test_managers_replay_on_their_page_and_others_do_not(hall: Hall) -> None:
    city = hall.enter("city")
    assert "试算" in words(city.get("/replay"))
    asked = (
        '/replay?rule=subsidy-per_day&since=2020-01-01&value={"pattern":"per_day","steps":[{"fen":1000}],"cap_days":5}'
    )
    shown = words(city.get(asked))
    assert "一个不差" in shown
    assert "变少" in shown
    assert "写得不对" in words(city.get("/replay?rule=subsidy-per_day&since=2020-01-01&value=nonsense", 422))
    hall.enter("clerk").get("/replay", 403)


@pytest.fixture
def without_foreign_keys(hall: Hall) -> Iterator[None]:
    """The pooled connection checks no foreign keys: invented lines may name enrolments that are not there."""
    for switch in ("OFF", "ON"):
        with closing(engine().raw_connection()) as connection:
            connection.cursor().execute(f"PRAGMA foreign_keys = {switch}")
        if switch == "OFF":
            yield


def test_fifty_thousand_people_in_under_a_minute(without_foreign_keys: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        line = session.scalars(select(ClaimLine).where(ClaimLine.amount_fen > 0).order_by(ClaimLine.id)).first()
        assert line is not None
        columns = {name: getattr(line, name) for name in ClaimLine.__table__.columns.keys()}  # noqa: SIM118
        people = list(session.scalars(select(Person.id).order_by(Person.id)))
        claim = session.get_one(Claim, line.claim_id)
        assert claim.terms
        del columns["id"]
        lines = [
            columns | {"person_id": people[number % len(people)], "enrolment_id": None, "once": None}
            for number in range(50_000)
        ]
        facts = line.facts | {"earlier": []}
        places = iter(range(10**6))
        session.execute(
            insert(ClaimLine), [row | {"facts": facts, "enrolment_id": 10**6 + next(places)} for row in lines]
        )
        started, begun = time.process_time(), time.perf_counter()
        result = outcome(session, SYSTEM, rule="subsidy-per_day", value=CUT, since=SINCE)
        seconds = time.process_time() - started
        wall = time.perf_counter() - begun
        figures = {"name": "P13", "people": 50_000, "cpu_s": round(seconds, 2), "wall_s": round(wall, 2)}
        sys.stdout.write(json.dumps(figures) + "\n")
        session.rollback()
    assert result.effects[0].decisions > 50_000
    assert seconds < 60


def test_a_county_manager_sees_their_own_centre(hall: Hall) -> None:
    county = Actor(account_id=1, roles=frozenset({Role.COUNTY_MANAGER}), centre_id=2)
    with open_session(county.scope) as session:
        result = outcome(session, county, rule="subsidy-per_day", value=CUT, since=SINCE)
    assert {effect.name for effect in result.effects if effect.kind == "county"} <= {"秦都区援助中心(演示)"}
