"""Courses for everybody: classes, prices, enrolment, notices."""

from datetime import timedelta

import pytest

from centre import clock
from tests.training import world
from tests.training.course import assessed, call_sample, people
from tests.web.desks import words
from tests.web.pages.schools import APRIL, DESK, browser
from training.classes.rules import Daypart


def test_a_notice_is_public_while_it_is_up_and_names_are_masked(city: world.City) -> None:
    class_id, _ = assessed(city, people(city, 1))
    with clock.frozen(APRIL):
        officer, second, public = browser(city, "officer"), browser(city, "second"), browser(city)
        assert officer.send_form(f"{DESK}/classes/{class_id}/claim", programme="per_day").status_code == 303
        assert "现在没有公示中的补贴" in public.get("/training/notices").text
        call_sample(city, class_id)
        for step in ("review", "notice"):
            assert second.send_form(f"{DESK}/claims/1/{step}").status_code == 303
        page = public.get("/training/notices").text
        assert "学***1" in page
        assert "学员101" not in page
        assert "1,500 元" in page
    with clock.frozen(APRIL + timedelta(days=20)):
        assert "学***1" not in public.get("/training/notices").text


def test_a_visitor_reads_what_a_class_costs_and_why(city: world.City) -> None:
    class_id = world.add_class(city, seats=30)
    world.add_class(city, "焊接", class_no="2026-02", daypart=Daypart.EVENING)
    listed = words(browser(city).get("/training?daypart=evening").text)
    assert "焊接" in listed
    assert "服装缝纫" not in listed.split("学一门手艺")[1]
    page = words(browser(city).get(f"/training/classes/{class_id}").text)
    assert "自己出 300 元" in page
    assert "还剩 30 个名额" in page


def test_a_worker_enrols_free_from_the_page_and_leaves_again(city: world.City) -> None:
    class_id = world.add_class(city)
    worker, address = browser(city, "W1"), f"/training/classes/{class_id}"
    assert "免费" in words(worker.get(address).text)
    assert worker.send_form(f"{address}/enrol", relation="self").status_code == 303
    assert "您在这个班：已录取" in worker.get(address).text
    assert worker.send_form(f"{address}/leave", reason="有事").status_code == 303
    assert "我要报名" in worker.get(address).text


def test_classes_that_cost_the_reader_nothing_are_a_filter_and_their_right_is_asked_once(city: world.City) -> None:
    class_id = world.add_class(city)
    worker, visitor = browser(city, "W1"), browser(city)
    assert f"/training/classes/{class_id}" in worker.get("/training?free=true").text
    assert f"/training/classes/{class_id}" in visitor.get("/training").text
    assert f"/training/classes/{class_id}" not in visitor.get("/training?free=true").text
    assert 'name="hardship_no"' not in worker.get(f"/training/classes/{class_id}").text
    assert 'name="hardship_no"' in browser(city, "W6").get(f"/training/classes/{class_id}").text


@pytest.mark.rule("class-seats", "page")
def test_a_full_class_offers_the_waiting_list(city: world.City) -> None:
    class_id = world.add_class(city, seats=1)
    address = f"/training/classes/{class_id}"
    browser(city, "W6").send_form(f"{address}/enrol", relation="self")
    worker = browser(city, "W1")
    full = worker.send_form(f"{address}/enrol", relation="self")
    assert full.status_code == 409
    assert "满员了，我愿意排队" in full.text
    worker.send_form(f"{address}/enrol", relation="self", may_wait="true")
    assert "您在这个班：候补" in worker.get(address).text
