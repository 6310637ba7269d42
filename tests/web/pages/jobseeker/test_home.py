"""A jobseeker's pages: profile, wish and introductions."""

from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor, Role
from employers.openings.models import Opening
from matching.introductions.actions import agree_to_introduction
from matching.introductions.models import Introduction
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system().scope


@pytest.mark.rule("letter-names", "page")
def test_a_jobseeker_asks_and_the_employer_sees_a_name_only_after_the_letter(hall: Hall) -> None:
    worker, boss = hall.enter("wang"), hall.enter("employer")
    opening = number(Opening, title="缝纫工（平车）")
    letter = worker.send(f"/openings/{opening}/ask")
    assert "已经告诉中心" in worker.get(letter)
    assert boss.client.get("/api/v1/applicants").json() == []
    with open_session(SYSTEM) as session:
        centre_id = session.scalars(select(Introduction).where(Introduction.opening_id == opening)).one().centre_id
        clerk = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=centre_id)
    with open_session(clerk.scope, write=True) as session:
        agree_to_introduction(session, clerk, introduction_id=int(letter.rsplit("/", 1)[1]))
    (seen,) = boss.client.get("/api/v1/applicants").json()
    assert (seen["name"], seen["phone"]) == ("王秀兰", "")
    assert not {"person_id", "id_number", "identity", "categories", "recognised"} & set(seen)
    assert "职业介绍推荐信" in worker.get(letter)


def test_a_jobseeker_completes_the_profile_in_small_steps_without_typing(hall: Hall) -> None:
    worker = hall.enter("ma")
    years: dict[str, Any] = {"years-6-05-01-03": "8"}
    assert worker.send("/me/profile/trades", trades="6-05-01-03") == "/me/profile/years"
    assert worker.send("/me/profile/years", **years) == "/me/profile/papers"
    assert worker.send("/me/profile/papers", papers="health") == "/me/profile/wanted"
    assert worker.send("/me/profile/wanted", wanted="6-05-01-03") == "/me/profile/place"
    assert worker.send("/me/profile/place", leave_home_ok="any") == "/me/profile/pay"
    assert worker.send("/me/profile/pay", wage_floor_fen="3000", terms="no_night") == "/me/matches"
    profile = words(worker.get("/me/profile"))
    assert all(part in profile for part in ("缝纫工（8 年）", "健康证", "外省也行", "3,000 元", "不上夜班"))
    assert "缝纫工（平车）" in worker.get("/me/matches")
