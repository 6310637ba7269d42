"""Suggestions in both directions, as a worker sees them (MA-01, MA-03, MA-04, MA-07, MA-15, MA-18, MA-19)."""

from datetime import date
from threading import enumerate as enumerate_threads

import pytest

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.people import Consent
from centre.permissions import Actor
from employers.openings.models import Opening
from employers.openings.rules import OpeningState, SexGround
from matching.engine.fit.profiles import Leave
from matching.live import openings
from matching.live.openings import board
from matching.suggestions.fits import candidates_for, fit_of, own_suggestions, suggestions_for
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.providers.models import Major, TrainingProvider

SYSTEM = Actor.system().scope


def add_course(town: Town, *, seats: int = 30, taken: int = 8) -> None:
    with open_session(SYSTEM, write=True) as session:
        centre_id = town.centres["xy"]
        school = TrainingProvider(centre_id=centre_id, code="P1", name="咸阳扶贫技校", region_code="610402")
        session.add(school)
        session.flush()
        major = Major(
            provider_id=school.id, name="服装缝纫", occupation_code=world.SEWING, level=5, hours=160,
            tuition_fen=120_000, school_waiver_fen=40_000, centre_subsidy_fen=50_000,
        )  # fmt: skip
        session.add(major)
        session.flush()
        for number, start in (("1", date(2026, 3, 16)), ("2", date(2026, 4, 13))):
            session.add(
                TrainingClass(
                    provider_id=school.id, centre_id=centre_id, major_id=major.id, class_no=number, start_on=start,
                    end_on=date(2026, 5, 20), seats=seats, taken=taken, state=ClassState.RECRUITING,
                )
            )  # fmt: skip


def test_a_spinner_who_would_leave_gets_the_spinning_job_under_its_other_name(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    with open_session(town.clerk().scope) as session:
        suggestions = suggestions_for(session, person.id, locale="zh-Hans")
    assert town.openings["spin"] in [match.listed.id for match in suggestions.matches[:3]]


def test_a_local_wish_hides_distant_openings_and_says_how_many_there_are(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town, regions=["610404", "610402"], leave_home_ok=Leave.COUNTY)
    with open_session(town.worker("王秀兰").scope) as session:
        suggestions = suggestions_for(session, person.id, locale="zh-Hans")
    assert {match.listed.region_code for match in suggestions.matches} <= {"610404", "610402"}
    assert suggestions.elsewhere == 1


def test_the_path_through_a_course_names_date_seats_and_what_she_pays(town: Town) -> None:
    add_course(town)
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(
            session, town, regions=["610404"], leave_home_ok=Leave.COUNTY, wage_floor_fen=300_000,
            recognised=("union_hardship",),
        )  # fmt: skip
    with open_session(town.worker("王秀兰").scope) as session:
        suggestions = suggestions_for(session, person.id, locale="zh-Hans")
    assert suggestions.matches == ()
    (path,) = suggestions.paths
    assert [match.listed.id for match in path.matches] == [town.openings["sew"]]
    assert (path.course.name, path.course.hours, path.course.starts_on) == ("服装缝纫", 160, date(2026, 3, 16))
    assert path.course.seats_left == 22
    assert (path.course.price.learner_fen, path.course.usual_fen) == (0, 30_000)


def test_without_recognition_the_course_costs_the_usual_share(town: Town) -> None:
    add_course(town)
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town, regions=["610404"], leave_home_ok=Leave.COUNTY)
    with open_session(town.worker("王秀兰").scope) as session:
        (path,) = suggestions_for(session, person.id, locale="zh-Hans").paths
    assert path.course.price.learner_fen == 30_000


def test_a_full_class_yields_to_the_next_one_with_seats(town: Town) -> None:
    add_course(town, seats=8, taken=8)
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town, regions=["610404"], leave_home_ok=Leave.COUNTY)
        later = session.get(TrainingClass, 2)
        assert later is not None
        later.taken = 3
    with open_session(town.worker("王秀兰").scope) as session:
        (path,) = suggestions_for(session, person.id, locale="zh-Hans").paths
    assert (path.course.starts_on, path.course.seats_left) == (date(2026, 4, 13), 5)


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_every_suggestion_gives_three_reasons_and_its_points_add_up(town: Town, locale: str) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    with open_session(town.clerk().scope) as session:
        suggestions = suggestions_for(session, person.id, locale=locale)
    assert suggestions.matches
    for match in suggestions.matches:
        assert len([reason for reason in match.fit.reasons if reason]) >= 3
        assert sum(part.points for part in match.fit.parts) == match.fit.points


def test_both_directions_give_one_score(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    with open_session(town.officer().scope) as session:
        forth = suggestions_for(session, person.id, locale="zh-Hans")
        back = candidates_for(session, town.officer(), opening_id=town.openings["spin"], locale="zh-Hans")
    points = {match.listed.id: match.fit.points for match in forth.matches}
    assert [(candidate.person_id, candidate.fit.points) for candidate in back] == [
        (person.id, points[town.openings["spin"]])
    ]


def test_hardship_wins_only_among_equals(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, town, world.W9, phone="13800000002")
        helped = world.add_worker(session, town, world.W1, recognised=("union_hardship",))
        best = world.add_worker(session, town, world.W2, phone="13800000003", occupations=[world.SPINNING])
        del best
    with open_session(town.officer().scope) as session:
        ranked = candidates_for(session, town.officer(), opening_id=town.openings["spin"], locale="zh-Hans")
    points = [candidate.fit.points for candidate in ranked]
    people = [candidate.person_id for candidate in ranked]
    names = [candidate.name for candidate in ranked]
    assert ranked[people.index(helped.id)].fit.points == points[1]
    assert names.index("王秀兰") < names.index("高强")


def test_opting_out_hides_suggestions_in_both_directions_except_at_the_counter(
    town: Town,
) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
        session.add(Consent(person_id=person.id, purpose="matching", text_version="1", withdrawn_at=clock.now()))
    with open_session(town.worker("王秀兰").scope) as session:
        suggestions = own_suggestions(session, person.id, locale="zh-Hans")
        assert (suggestions.is_off, suggestions.matches, suggestions.paths) == (True, (), ())
    with open_session(town.officer().scope) as session:
        assert candidates_for(session, town.officer(), opening_id=town.openings["spin"], locale="zh-Hans") == ()
        assert suggestions_for(session, person.id, locale="zh-Hans").matches != ()


def test_only_staff_see_candidates_and_only_those_of_their_centre(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, town)
    with open_session(town.officer("qd").scope) as session:
        assert candidates_for(session, town.officer("qd"), opening_id=town.openings["spin"], locale="zh-Hans") == ()
    boss = town.boss("南通海门织彩(虚构)")
    with open_session(boss.scope) as session, pytest.raises(Forbidden):
        candidates_for(session, boss, opening_id=town.openings["spin"], locale="zh-Hans")


@pytest.mark.rule("law-closes-work", "suggestion")
def test_a_lawful_limit_is_printed_with_its_ground_and_other_openings_stay(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
        world.add_opening(
            session, town, "mine", "渭城新棉制衣(虚构)", title="细纱挡车", occupation_code=world.SPINNING,
            region_code="610404", wage_min_fen=500_000, sex_limit_ground=SexGround.MINE_UNDERGROUND,
        )  # fmt: skip
    with open_session(town.clerk().scope) as session:
        suggestions = suggestions_for(session, person.id, locale="zh-Hans")
        fit = fit_of(session, person.id, board().look().listed[town.openings["mine"]], locale="zh-Hans")
    assert town.openings["mine"] not in [match.listed.id for match in suggestions.matches]
    assert suggestions.unlawful == ("国家规定禁忌妇女从事的劳动：矿山井下作业",)
    assert suggestions.unlawful[0] in fit.blocks


def test_two_runs_give_the_same_order_and_points(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    with open_session(town.clerk().scope) as session:
        first, second = (suggestions_for(session, person.id, locale="zh-Hans") for _ in range(2))
    assert first == second


def test_another_persons_matches_are_not_found(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
        world.add_worker(session, town, world.W9, phone="13800000002")
    with open_session(town.worker("高强").scope) as session, pytest.raises(NotFound):
        suggestions_for(session, person.id, locale="zh-Hans")


def test_many_changes_are_indexed_beside_the_requests_and_none_is_lost(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    with open_session(town.clerk().scope) as session:
        suggestions_for(session, person.id, locale="zh-Hans")
    before, near = board()._state.engine, {"occupation_code": world.SPINNING, "region_code": "610404"}  # type: ignore[union-attr]
    with planted(openings, WORN=2, LOOK_EVERY=0.0):
        with open_session(SYSTEM, write=True) as session:
            for number in range(4):
                world.add_opening(session, town, f"n{number}", "渭城新棉制衣(虚构)", title=f"细纱工{number}", **near)
        board().look()
        for thread in enumerate_threads():
            if thread.name == "index-openings":
                thread.join(30)
    assert board()._state.engine is not before  # type: ignore[union-attr]
    with open_session(SYSTEM, write=True) as session:
        gone = session.get(Opening, town.openings["n0"])
        assert gone is not None
        gone.state = OpeningState.CLOSED
    board()._looked = float("-inf")
    with open_session(town.clerk().scope) as session:
        matches = suggestions_for(session, person.id, locale="zh-Hans").matches
    assert {match.listed.title for match in matches} >= {"纺纱工(细纱值车)", "细纱工1", "细纱工2", "细纱工3"}
    assert "细纱工0" not in {match.listed.title for match in matches}
