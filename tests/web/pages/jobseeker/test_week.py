"""The plan of the week: steps that wait for the reader, a day for each, kept among the reader's messages."""

import re

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor
from employers.openings.models import Opening
from tests.web.desks import Hall, number, words
from tests.web.pages.test_rules_at_doors import TITLE, ma_id

SYSTEM = Actor.system()
PAGE = "/me/week"


def test_the_plan_is_offered_on_the_readers_own_pages(hall: Hall) -> None:
    worker, opening_id = hall.enter("ma"), number(Opening, title=TITLE)
    assert f'href="{PAGE}"' in worker.get("/me")
    path = worker.send(f"/openings/{opening_id}/ask")
    assert f'href="{PAGE}"' in worker.get(path)


def test_steps_are_those_that_wait_and_the_plan_is_kept_with_its_days(hall: Hall) -> None:
    opening_id = number(Opening, title=TITLE)
    hall.enter("clerk").send(f"/counter/people/{ma_id()}/introduce", opening_id=opening_id, agreed="true")
    worker = hall.enter("ma")
    assert f"带着推荐信和身份证去单位：{TITLE}" in words(worker.get(PAGE))
    assert worker.send(PAGE, letter="1am", matches="3pm") == PAGE
    day = clock.today().fromordinal(clock.today().toordinal() + 1)
    with open_session(SYSTEM.scope) as session:
        (kept,) = session.scalars(select(Message).where(Message.kind == "week-plan")).all()
    assert kept.person_id == ma_id()
    assert kept.body.splitlines()[0].startswith(f"{day.month}月{day.day}日")
    assert "上午：带着推荐信" in kept.body
    assert "下午：看看推荐给我的工作" in kept.body
    assert "我写下的打算" in worker.get(PAGE)
    assert "带着推荐信" in words(worker.get("/account/inbox"))


@pytest.mark.parametrize(
    ("fields", "message"), [({}, "请至少给一件事选一个日子"), ({"centre": "9am"}, "到中心窗口问问")]
)
def test_a_plan_without_a_day_is_queried_and_not_kept(hall: Hall, fields: dict[str, str], message: str) -> None:
    assert message in words(hall.enter("ma").send(PAGE, 422, **fields))
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Message).where(Message.kind == "week-plan")).all() == []


def test_others_have_no_week_of_their_own(hall: Hall) -> None:
    hall.enter("employer").get(PAGE, 403)
    assert hall.enter().client.get(PAGE).status_code == 303


def test_programs_read_the_week_and_write_over_no_plan_that_they_have_not_seen(hall: Hall) -> None:
    api, client = "/api/v1/me/week", hall.enter("ma").client
    before = client.get(api)
    assert before.json()["plan"] == ""
    assert {step["errand"] for step in before.json()["steps"]} >= {"matches", "centre"}
    seen = {"if-match": before.headers["etag"]}
    written = client.put(api, json={"matches": "1am"}, headers=seen)
    assert written.status_code == 200
    assert "上午：看看推荐给我的工作" in written.json()["plan"]
    assert client.put(api, json={"centre": "2pm"}, headers=seen).status_code == 412
    again = client.put(api, json={"centre": "2pm"}, headers={"if-match": client.get(api).headers["etag"]})
    assert "到中心窗口" in again.json()["plan"]
    assert client.put(api, json={}).status_code == 422
    assert hall.enter("employer").client.get(api).status_code == 403


def test_the_week_is_offered_after_registration_and_with_the_letter(hall: Hall) -> None:
    worker, opening_id = hall.enter("ma"), number(Opening, title=TITLE)
    assert f'href="{PAGE}"' in worker.get("/me/matches")
    hall.enter("clerk").send(f"/counter/people/{ma_id()}/introduce", opening_id=opening_id, agreed="true")
    assert "点开可以定下哪天去" in words(worker.get("/account/inbox"))


@pytest.mark.parametrize(("hour", "offered"), [(8, ["0am", "0pm"]), (12, ["0pm"]), (18, [])])
def test_a_half_of_today_that_is_over_is_not_offered(hall: Hall, hour: int, offered: list[str]) -> None:
    worker, now = hall.enter("ma"), clock.local(clock.now()).replace(hour=hour, minute=1)
    with clock.frozen(now):
        shown = set(re.findall(r'<option value="(0[ap]m)"', worker.get(PAGE)))
    assert sorted(shown) == offered
