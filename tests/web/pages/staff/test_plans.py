"""The plan of the night on the pages of the worker, the counter and the public."""

import re

from centre.database import open_session
from centre.people import Person
from centre.permissions import Actor
from matching.planning.jobs import store_night
from matching.planning.queries import planned_night
from matching.plans.models import PlanPin
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system().scope


def plan_tonight() -> None:
    with open_session(SYSTEM) as session:
        night = planned_night(session)
    with open_session(SYSTEM, write=True) as session:
        store_night(session, night)


def test_worker_counter_and_public_read_the_plan_and_an_officer_decides_otherwise(hall: Hall) -> None:
    public, worker, officer = hall.enter(), hall.enter("wang"), hall.enter("clerk2")
    assert "昨夜没有统筹方案" in words(public.get("/about/matching"))
    assert "先推荐您去这里" not in worker.get("/me/matches")
    plan_tonight()
    assert "安排到岗位的人" in words(public.get("/about/matching"))
    assert worker.get("/me/matches").count("综合大家的情况，先推荐您去这里") == 1
    assert "已统筹" in words(officer.get("/counter/plans"))
    person = number(Person, name="王秀兰")
    here = f"/counter/people/{person}/plan"
    page = officer.get(here)
    options = re.findall(r'<option value="([0-9]+)"', page)
    assert len(options) > 1
    assert "请填写" in words(officer.send(here, 422, opening_id=options[-1]))
    assert officer.send(here, opening_id=options[-1], reason="本人想离姐姐近一点") == here
    assert "工作人员推荐您先去这里" in worker.get("/me/matches")
    officer.send(f"{here}/{number(PlanPin, person_id=person)}/end")
    assert "工作人员推荐您先去这里" not in worker.get("/me/matches")
    worker.get("/counter/plans", 403)


def test_two_workers_become_a_couple_by_a_code_and_part_again(hall: Hall) -> None:
    first, second, officer = hall.enter("wang"), hall.enter("ma"), hall.enter("clerk2")
    first.send("/me/companions", tie="couple")
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", words(first.get("/me/companions")))
    assert code is not None
    assert "没有这个结伴码" in words(second.send("/me/companions/join", 409, code="ZZZZ-ZZZZ"))
    second.send("/me/companions/join", code=code[0])
    assert "和 王秀兰、" in words(second.get("/me/matches"))
    second.send("/me/companions/split", may_split="true")
    assert "你们说过可以分开推荐" in words(first.get("/me/companions"))
    person = number(Person, name="王秀兰")
    assert code[0] in officer.get(f"/counter/people/{person}/plan")
    officer.send(f"/counter/people/{person}/companions/leave")
    assert "同伴已经有结伴码" in words(first.get("/me/companions"))
