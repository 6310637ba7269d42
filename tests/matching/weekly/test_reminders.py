"""Reminders name what the jobseeker planned for the day, and nothing that was done or cancelled since."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor
from employers.fairs.queries import midnight
from matching.introductions import actions as introducing
from matching.weekly.actions import plan_week
from matching.weekly.jobs import remind_interviews, remind_plans
from matching.weekly.queries import plans_to_remind
from matching.weekly.rules import Errand, WeekPlan, WeekStep, lines_of_day
from tests.matching import world
from tests.matching.interviews.test_interviews import answer, asked, propose
from tests.matching.world import Town

SYSTEM = Actor.system()
INVITED = "那天怎么安排，可以先在“我的”里的“这一周做什么”写下来。"
PLAN = """3月9日周一上午：到中心窗口问问，带上身份证
3月10日周二上午：带着推荐信和身份证去单位：焊工
3月11日周三09:30：去面试：纺纱工"""


def plan(town: Town, **days: str) -> None:
    worker = town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session:
        plan_week(session, worker, plan=WeekPlan(**days))


def bodies(kind: str) -> list[str]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.body).where(Message.kind == kind).order_by(Message.id)))


def at(hours: int) -> datetime:
    """An hour of the Monday in Shanghai, or of a day after it."""
    return world.MONDAY - timedelta(hours=10) + timedelta(hours=hours)


def run(job: object, hours: int) -> None:
    with clock.frozen(at(hours)), open_session(SYSTEM.scope, write=True) as session:
        job(session)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("day", "errand", "expected"),
    [
        (9, Errand.CENTRE, ["3月9日周一上午：到中心窗口问问，带上身份证"]),
        (9, Errand.LETTER, []),
        (10, Errand.LETTER, ["3月10日周二上午：带着推荐信和身份证去单位：焊工"]),
        (1, Errand.LETTER, []),
    ],
)
def test_the_lines_of_a_day_are_those_whose_steps_still_stand(day: int, errand: Errand, expected: list[str]) -> None:
    step = WeekStep(errand, "/", {"title": "焊工"})
    assert lines_of_day(PLAN, world.TODAY.replace(day=day), [step]) == expected


def test_an_interview_reminder_says_where_a_plan_is_made(town: Town) -> None:
    answer(town, propose(town, asked(town)), accepts=True)
    run(remind_interviews, 34)
    (body,) = bodies("interview-reminder")
    assert body == f"2026-03-11 09:30，二号门。带上身份证和推荐信。去不了，请点开告诉单位。{INVITED}"


def test_an_interview_reminder_names_the_plan_of_that_day(town: Town) -> None:
    answer(town, propose(town, asked(town)), accepts=True)
    plan(town, centre="2pm")
    run(remind_interviews, 34)
    (body,) = bodies("interview-reminder")
    assert body.endswith("您打算：3月11日周三下午：到中心窗口问问，带上身份证")


def test_what_was_planned_is_said_on_its_morning_once(any_town: Town) -> None:
    asked(any_town)
    plan(any_town, letter="1am", centre="2pm")
    for hours in (12, 24 + 6, 24 + 7, 24 + 8, 24 + 21):
        run(remind_plans, hours)
    assert bodies("day-plan") == [
        "3月10日周二上午：带着推荐信和身份证去单位：纺纱工(细纱值车)\n今天做不了，点开可以改一天。"
    ]
    with clock.frozen(at(24 + 9)), open_session(SYSTEM.scope) as session:
        assert plans_to_remind(session, midnight(clock.today())) == []
    run(remind_plans, 48 + 9)
    assert bodies("day-plan")[1].startswith("3月11日周三下午：到中心窗口问问")


def test_steps_are_not_read_for_a_plan_of_other_days() -> None:
    steps = iter([WeekStep(Errand.CENTRE, "/")])
    assert lines_of_day(PLAN, world.TODAY.replace(day=20), steps) == []
    assert next(steps, None) is not None


def test_nothing_is_said_of_what_fell_away_or_was_planned_anew(any_town: Town) -> None:
    number = asked(any_town)
    plan(any_town, letter="1am", centre="1pm")
    with clock.frozen(at(11)):
        plan(any_town, letter="1am", matches="2am")
    worker = any_town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session:
        introducing.decline_introduction(session, worker, introduction_id=number)
    run(remind_plans, 24 + 9)
    assert bodies("day-plan") == []
