"""Seats, people and money by school, major and class: RE-03 to the fen, TR-17, and the table of each reader."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from centre import clock
from centre.database import open_session
from centre.people import Person
from employers.companies.models import Employer
from employers.companies.rules import EmployerNature, EmployerState
from matching.introductions.models import Placement
from matching.learning.outcomes import report
from tests.training.course import acting, assessed, do, enrol_all, people
from tests.training.world import SYSTEM, City, add_class
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.actions import enrol_learner, withdraw_learner
from training.enrolments.effects import place_values
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, EnrolmentState, Relation
from training.outcomes.sums import By, OutcomeSum, sums, total
from training.providers.models import Major, TrainingProvider

YEAR: dict[str, Any] = {"since": date(2003, 1, 1), "until": date(2007, 12, 31)}


def write_the_article(city: City) -> None:
    """3,600 trainings in 22 majors at five schools, enrolment i in major i mod 22, at the prices of 10.2."""
    with open_session(SYSTEM.scope, write=True) as session, Path("web/demo/data/majors.csv").open() as file:
        learners = people_rows(3_600 // 22 + 1, city)
        session.execute(insert(Person), learners)
        person_ids = [row.id for row in session.scalars(select(Person).order_by(Person.id.desc()).limit(len(learners)))]
        schools: dict[str, TrainingProvider] = {}
        parts = []
        for row in csv.DictReader(file):
            code = f"A{row['provider']}"
            if code not in schools:
                schools[code] = TrainingProvider(centre_id=city.centre_id, code=code, name=code, region_code="610402")
                session.add(schools[code])
                session.flush()
            fen = {name: int(row[name]) * 100 for name in ("tuition", "waiver", "centre")}
            major = Major(
                provider_id=schools[code].id, name=row["name"], occupation_code=row["occupation"],
                hours=int(row["hours"]), level=int(row["level"]), tuition_fen=fen["tuition"],
                school_waiver_fen=fen["waiver"],
                centre_subsidy_fen=fen["centre"],
            )  # fmt: skip
            session.add(major)
            session.flush()
            training = TrainingClass(
                provider_id=schools[code].id, centre_id=city.centre_id, major_id=major.id, class_no=row["name"],
                start_on=date(2005, 3, 7), end_on=date(2005, 4, 29), seats=200, taken=0, state=ClassState.ARCHIVED,
            )  # fmt: skip
            session.add(training)
            session.flush()
            parts.append((training, major, schools[code]))
        names = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))}
        session.execute(
            insert(Enrolment),
            [
                place_values(parts[number % 22], names[person_ids[number // 22]], Application(), None)
                | {
                    "class_id": parts[number % 22][0].id, "person_id": person_ids[number // 22],
                    "state": EnrolmentState.CERTIFIED,
                }
                for number in range(3_600)
            ],
        )  # fmt: skip


def people_rows(count: int, city: City) -> list[dict[str, Any]]:
    return [
        {
            "centre_id": city.centre_id, "name": f"学员{number}", "name_norm": f"学员{number}",
            "key_name": f"k{number}", "wrapped_key": b"-",
        }
        for number in range(count)
    ]  # fmt: skip


def test_the_article_s_tuition_adds_up_to_the_fen(city: City) -> None:
    """RE-03, through the table that the centre reads."""
    write_the_article(city)
    with open_session(SYSTEM.scope) as session:
        schools = sums(session, by=By.SCHOOL, **YEAR)
        majors = sums(session, by=By.MAJOR, **YEAR)
        classes = sums(session, by=By.CLASS, **YEAR)
    assert [line.enrolled for line in schools] == [984, 820, 655, 652, 489]
    assert len(majors) == len(classes) == 22
    for lines in (schools, majors, classes):
        everything = total(lines)
        assert everything.enrolled == everything.selves == 3_600
        assert everything.tuition_fen == 530_370_000
        assert everything.waiver_fen == 162_050_000
        assert everything.centre_fen == 227_490_000
        assert everything.learner_fen == 140_830_000
        assert everything.hours == 595_840


def test_a_child_and_its_parent_are_counted_separately(city: City) -> None:
    """TR-17: one worker and one child."""
    class_id = add_class(city)
    do(city, "officer", enrol_learner, class_id=class_id, person_id=city.people["W1"])
    child = Application(relation=Relation.CHILD, beneficiary_of_id=city.people["W1"])
    place = do(city, "officer", enrol_learner, class_id=class_id, person_id=city.people["W6"], application=child)
    assert (place.learner_fen, place.beneficiary_of_id) == (0, city.people["W1"])
    with acting(city, "officer") as (session, _):
        (line,) = sums(session, by=By.CLASS)
    assert (line.selves, line.children, line.spouses, line.enrolled) == (1, 1, 0, 2)
    assert (line.learner_fen, line.centre_fen, line.waiver_fen) == (0, 160_000, 80_000)


def test_people_who_left_or_wait_cost_nothing(city: City) -> None:
    class_id = add_class(city, seats=2)
    here, gone, _ = enrol_all(city, class_id, people(city, 3), may_wait=True)
    do(city, "officer", withdraw_learner, enrolment_id=gone)
    with acting(city, "officer") as (session, _):
        (line,) = sums(session, by=By.CLASS)
        assert (line.enrolled, line.seats, line.tuition_fen) == (1, 2, 120_000)
        assert session.get_one(Enrolment, here).tuition_fen == 120_000


def test_certified_people_who_work_elsewhere_count_as_employed(city: City) -> None:
    class_id, places = assessed(city, people(city, 3))
    with open_session(SYSTEM.scope, write=True) as session:
        boss = Employer(
            name="昆山厂", nature=EmployerNature.PRIVATE, industry_code="C39", region_code="320583",
            state=EmployerState.ACTIVE, centre_id=city.centre_id,
        )  # fmt: skip
        session.add(boss)
        session.flush()
        for place, region in zip(places, ("320583", "610402"), strict=False):
            person_id = session.get_one(Enrolment, place).person_id
            session.add(
                Placement(
                    centre_id=city.centre_id, person_id=person_id, employer_id=boss.id, enrolment_id=place,
                    starts_on=date(2026, 4, 20), region_code=region,
                )
            )  # fmt: skip
    with clock.frozen(clock.now() + timedelta(days=90)), acting(city, "officer") as (session, _):
        (line,) = report(session, by=By.CLASS)
    assert (line.certified, line.away, line.id) == (3, 1, class_id)


def test_a_school_sees_only_its_own_lines(city: City) -> None:
    for serial, major in enumerate(("服装缝纫", "电子装接"), 300):
        enrol_all(city, add_class(city, major), people(city, 1, first=serial))
    for who, schools in (("registrar", ["咸阳扶贫技校"]), ("officer", ["咸阳扶贫技校", "咸阳劲草职业技校"])):
        with acting(city, who) as (session, _):
            assert [line.school for line in sums(session, by=By.SCHOOL)] == schools


def test_classes_outside_the_span_of_days_are_not_counted(city: City) -> None:
    add_class(city, start=date(2026, 3, 16))
    with acting(city, "officer") as (session, _):
        assert len(sums(session, by=By.CLASS, since=date(2026, 3, 16), until=date(2026, 3, 16))) == 1
        assert sums(session, by=By.CLASS, since=date(2026, 3, 17)) == []
        assert sums(session, by=By.CLASS, until=date(2026, 3, 15)) == []
    assert total([]) == OutcomeSum()
