"""Fairness figures: rates with valid intervals, attention, hidden small groups, and the fair share of openings."""

from datetime import timedelta

import pytest

from centre import clock
from centre.database import open_session
from centre.ledger import Channel
from centre.numbers import identity_check
from centre.permissions import Actor
from matching.fairness.jobs import measure_fairness
from matching.fairness.queries import latest_report, measured, report_rows
from matching.fairness.rules import Rate, attention, differs
from matching.introductions.fair_share import Share, health, shares_of
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState
from matching.live.openings import OpeningBoard
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope


def add_people(town: Town, count: int) -> list[int]:
    """Spinners, every second one a woman, with invented numbers."""
    with open_session(SYSTEM, write=True) as session:
        person_ids = []
        for at in range(count):
            digits = f"61049919800101{100 + at:03d}"
            who = (f"织工{chr(0x4E00 + at)}", digits + identity_check(digits))
            person_ids.append(world.add_worker(session, town, who, phone=f"139000000{at:02d}").id)
        return person_ids


def send(town: Town, person_id: int, opening: str, state: IntroductionState, number: int) -> None:
    with open_session(SYSTEM, write=True) as session:
        session.add(
            Introduction(
                centre_id=town.centres["wc"], person_id=person_id, opening_id=town.openings[opening],
                employer_id=next(iter(town.employers.values())), worker_name="织工", channel=Channel.COUNTER,
                agreed_at=clock.now(), letter_no=f"T-{number}", issued_at=clock.now(),
                expires_on=clock.today() + timedelta(days=7), points=50, reasons=[], state=state,
                result_at=clock.now(),
            )
        )  # fmt: skip


def test_intervals_are_wilson_intervals_and_small_groups_prove_nothing() -> None:
    assert [round(end, 4) for end in Rate(15, 60).interval] == [0.1578, 0.3723]
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert not differs(Rate(1, 3), Rate(0, 3))
    assert differs(Rate(300, 1000), Rate(200, 1000))


def test_attention_counts_places_in_lists_against_shares_of_people() -> None:
    groups = {1: "a", 2: "a", 3: "b", 4: "b"}
    shares = attention([[1, 2], [1, 2], [2, 1]], groups, {"a": 2, "b": 2})
    assert shares["a"] == (2.0, 2.0, 2.0)
    assert shares["b"] == (0.0, 0.0, 0.0)
    even = attention([[1, 3], [3, 1]] * 20, groups, {"a": 2, "b": 2})
    assert even["a"][0] == pytest.approx(1.0)
    assert even["a"][1] < 1 < even["a"][2]
    assert attention([], groups, {"a": 2}) == {}


def test_a_report_counts_every_group_and_hides_small_ones(any_town: Town) -> None:
    people = add_people(any_town, 24)
    for number, person_id in enumerate(people[:8]):
        state = IntroductionState.HIRED if number < 6 else IntroductionState.REFUSED_BY_WORKER
        send(any_town, person_id, "spin", state, number)
    for _ in range(2):
        with open_session(SYSTEM) as session:
            report_data = measured(session)
        with open_session(SYSTEM, write=True) as session:
            measure_fairness(session, report_data)
    with open_session(any_town.clerk().scope) as session:
        report = latest_report(session)
        assert report is not None
        rows = report_rows(report)
    assert {row.group: (row.people, row.recommended.part, row.hired.part, row.hired.whole) for row in rows["sex"]} == {
        "female": (12, 4, 3, 4),
        "male": (12, 4, 3, 4),
    }
    assert [(row.group, row.people) for row in rows["county"]] == [("610404", 24)]
    assert all(row.shown.part <= row.people for group in rows.values() for row in group)
    assert report.lists >= 1
    with open_session(Actor.public().scope) as session:
        assert latest_report(session) is None


def test_a_neglected_group_is_highlighted(town: Town) -> None:
    people = add_people(town, 40)
    for number, person_id in enumerate(people[::2]):
        send(town, person_id, "spin", IntroductionState.HIRED, number)
    with open_session(SYSTEM) as session:
        lists, figures = measured(session)
    with open_session(SYSTEM, write=True) as session:
        measure_fairness(session, (lists, figures))
        rows = report_rows(latest_report(session))  # type: ignore[arg-type]
    assert all(row.stands_out for row in rows["sex"])
    assert {row.recommended.share for row in rows["sex"]} == {0.0, 1.0}


def test_an_opening_is_underserved_below_half_of_what_is_usual_for_its_places() -> None:
    shares = shares_of({1: ("6-04-02-01", 10), 2: ("6-04-03-03", 10), 3: ("4-10-01-06", 10)}, {1: 18, 2: 2})
    assert shares[2] == Share(2, 10, 1.0)
    assert [shares[key].is_underserved for key in (1, 2, 3)] == [False, True, False]
    assert not Share(0, 1, 1.0).is_underserved
    assert (health(0, 0), health(10, 10), health(0, 10)) == (50, 86, 14)


def test_a_neglected_opening_goes_first_among_equals_and_no_score_changes(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        for key in ("one", "two"):
            world.add_opening(
                session, town, key, "南通海门织彩(虚构)", title="纺纱工", occupation_code=world.SPINNING,
                region_code="320600", wage_min_fen=550_000, wage_max_fen=750_000, headcount=20, shift="三班倒",
            )  # fmt: skip
    people = add_people(town, 12)
    here = OpeningBoard()
    before = here.look().listed[town.openings["two"]].profile
    assert not before.underserved
    for number, person_id in enumerate(people):
        send(town, person_id, "one", IntroductionState.REFUSED_BY_WORKER, number)
    here._compared = here._looked = float("-inf")
    here.look()
    view, ranking = here.rank(profile(people[0]), top=5)
    assert view.listed[town.openings["two"]].profile.underserved
    order = {int(suggestion.opening_id): suggestion.points for suggestion in ranking.suggestions}
    places = list(order)
    assert places.index(town.openings["two"]) < places.index(town.openings["one"])
    assert order[town.openings["two"]] == order[town.openings["one"]]


def profile(person_id: int):  # type: ignore[no-untyped-def]
    from matching.profiles.queries import worker_profiles

    with open_session(SYSTEM) as session:
        return worker_profiles(session, [person_id])[0]


def test_silent_employers_lose_health_and_answering_ones_gain(town: Town) -> None:
    people = add_people(town, 6)
    for number, person_id in enumerate(people):
        send(town, person_id, "spin", IntroductionState.UNKNOWN, number)
    listed = OpeningBoard().look().listed
    assert listed[town.openings["spin"]].profile.health == 20
    assert listed[town.openings["sew"]].profile.health == 50
