"""Pages of fairs, of the organiser's desk and of employers, as browsers without scripts meet them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.database import open_session
from employers.fairs.models import Booth, Fair
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.browser import Browser, Opener, opener
from tests.employers.world import SYSTEM, add_hall, booth_fair, published

FAIR: dict[str, Any] = {
    "name": "春季招聘会", "theme": "textile", "mode": "on_site", "day": "2026-03-06", "starts": "09:00",
    "ends": "11:30", "booth_count": "2", "organisation_plan": "GQ-1", "emergency_plan": "GQ-2", "security_plan": "GQ-3",
}  # fmt: skip
OPENING: dict[str, Any] = {
    "title": "缝纫工", "headcount": "5", "content": "做校服", "conditions": "会用电动平车", "region_code": "610404",
    "wage_unit": "month", "wage_min_fen": "3,200", "wage_max_fen": "5000.50", "base_pay_fen": "2500",
    "employment_type": "direct", "board": "free", "lodging": "none", "step": "submit",
}  # fmt: skip


@pytest.fixture
def as_(database: str) -> Iterator[Opener]:
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        yield opener()


def halls() -> tuple[int, int]:
    with open_session(SYSTEM.scope, write=True) as session:
        return add_hall(session), add_hall(session, "二号厅")


def shown_fair() -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        return booth_fair(session, add_hall(session)).id


def count(model: type[Any]) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_organiser_schedules_a_fair_and_the_second_at_the_same_hour_is_refused(as_: Opener) -> None:
    first, second = halls()
    organiser = as_("organiser")
    answer = organiser.send_form("/organiser/fairs/new", venue_id=first, **FAIR)
    assert answer.status_code == 303
    assert "已安排，场地留给您了" in organiser.get(answer.headers["location"]).text
    clash = organiser.send_form("/organiser/fairs/new", venue_id=first, **FAIR | {"name": "第二场", "starts": "11:00"})
    assert clash.status_code == 409
    assert "已安排“春季招聘会”" in clash.text
    assert 'value="第二场"' in clash.text
    assert f'name="instead_venue" value="{second}"' in clash.text
    assert 'name="instead_day" value="2026-03-07"' in clash.text
    assert count(Fair) == 1
    instead = organiser.send_form("/organiser/fairs/new", venue_id=first, instead_venue=second, **FAIR)
    assert instead.status_code == 303
    with open_session(SYSTEM.scope) as session:
        assert [fair.venue_id for fair in session.scalars(select(Fair).order_by(Fair.id))] == [first, second]


def test_a_hall_clash_is_explained_in_english_too(as_: Opener) -> None:
    hall, _other = halls()
    organiser = as_("organiser", language="en")
    organiser.send_form("/organiser/fairs/new", venue_id=hall, **FAIR)
    clash = organiser.send_form("/organiser/fairs/new", venue_id=hall, **FAIR)
    assert "The venue is already booked at that time" in clash.text
    assert "is taken at 2026-03-06 09:00–11:30 by" in clash.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"day": "明天"}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"booth_count": "很多"}, "booth_count"),
        ({"ends": "08:00"}, "ends_at"),
        ({"venue_id": ""}, "venue_id"),
        ({"venue_id": "999"}, "venue_id"),
        ({"name": "招\u202e聘"}, "name"),
    ],
)
def test_an_invalid_fair_is_reported_at_its_field_and_not_saved(
    as_: Opener, changes: dict[str, str], field: str
) -> None:
    hall, _other = halls()
    answer = as_("organiser").send_form("/organiser/fairs/new", **{"venue_id": str(hall)} | FAIR | changes)
    assert answer.status_code in (404, 422)
    assert f'href="#f-{field}"' in answer.text
    assert count(Fair) == 0


def test_a_fair_goes_from_the_plan_to_its_figures(as_: Opener) -> None:
    hall, _other = halls()
    organiser, employer = as_("organiser"), as_("employer1")
    path = (
        organiser.send_form(
            "/organiser/fairs/new", venue_id=hall, **FAIR | {"expected_visitors": "1200", "security_plan": ""}
        )
        .headers["location"]
        .partition("?")[0]
    )

    def step(event: str, **more: str) -> int:
        return organiser.send_form(f"{path}/step", event=event, **more).status_code

    assert step("prepare") == 409
    assert organiser.send_form(f"{path}/plans", security_plan="GQ-3").status_code == 303
    assert [step("prepare"), step("file"), step("clear"), step("publish")] == [303, 303, 409, 409]
    assert [step("clear", permit_no="公安1号"), step("publish"), step("open_booths")] == [303, 303, 303]
    fair_id = int(path.rsplit("/", 1)[1])
    assert employer.send_form(f"/employer/fairs/{fair_id}/booth", contact_name="王").status_code == 303
    assert organiser.send_form("/organiser/booths/1", event="refuse").status_code == 422
    for event in ("approve", "assign"):
        assert organiser.send_form("/organiser/booths/1", event=event).status_code == 303
    assert "1 号展位" not in as_().get(f"/fairs/{fair_id}").text
    assert "没有来" not in organiser.get(path).text
    assert organiser.send_form("/organiser/booths/1", event="miss").status_code == 409
    with clock.frozen(datetime(2026, 3, 6, 1, tzinfo=UTC)):
        organiser = as_("manager")  # the organiser's own session has ended by then
        assert "没有来" in organiser.get(path).text
        assert step("start") == 303
        assert organiser.send_form("/organiser/booths/1", event="check_in").status_code == 303
        assert step("finish") == 303
        assert "结束了，等着上报数字" in organiser.get("/organiser").text
        report(organiser, path)


def report(organiser: Browser, path: str) -> None:
    assert organiser.send_form(f"{path}/report", employers="1").status_code == 422
    figures = dict.fromkeys(("employers", "positions", "visitors", "intentions", "hired"), "3")
    assert organiser.send_form(f"{path}/report", **figures).status_code == 303
    assert "已上报" in organiser.get(path).text


def test_cancelling_needs_a_notice_which_the_public_reads(as_: Opener) -> None:
    fair_id = shown_fair()
    organiser = as_("organiser")
    assert organiser.send_form(f"/organiser/fairs/{fair_id}/call-off", event="cancel").status_code == 409
    answer = organiser.send_form(f"/organiser/fairs/{fair_id}/call-off", event="cancel", notice="因暴雨<b>取消")
    assert answer.status_code == 303
    seen = as_().get(f"/fairs/{fair_id}").text
    assert "这场招聘会取消了" in seen
    assert "因暴雨&lt;b&gt;取消" in seen


def test_a_series_shows_the_skipped_days(as_: Opener) -> None:
    hall, _other = halls()
    answer = as_("organiser").send_form(
        "/organiser/series/new", name="每周五小型招聘", theme="general", venue_id=hall, weekday="4", starts="09:00",
        ends="11:30", from_on="2026-04-20", to_on="2026-05-10", booth_count="12",
    )  # fmt: skip
    assert answer.status_code == 200
    assert "2026年5月1日" in answer.text
    assert count(Fair) == 2


def test_the_public_calendar_shows_the_month_and_finds_the_county(as_: Opener) -> None:
    fair_id = shown_fair()
    visitor = as_()
    link = f'href="/fairs/{fair_id}"'
    assert link in visitor.get("/fairs").text
    assert link in visitor.get("/fairs?month=2026-03&region=610402").text
    for query in ("month=2026-04", "month=2026-03&region=610404"):
        assert link not in visitor.get(f"/fairs?{query}").text
    for odd in ("month=2026-13", "month=0000-01", "month=x", "region=<b>", "month=２０２６-03"):
        assert visitor.get(f"/fairs?{odd}").status_code == 200
    assert visitor.get("/fairs/999").status_code == 404
    assert visitor.get(f"/fairs/{10**30}").status_code in (404, 422)


def test_a_fair_page_shows_the_openings_of_approved_employers(as_: Opener) -> None:
    fair_id = shown_fair()
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session, 1).id
    assert as_("employer1").send_form(
        f"/employer/fairs/{fair_id}/booth", contact_name="王", opening_ids=opening_id
    ).status_code == 303  # fmt: skip
    link = f'href="/openings/{opening_id}"'
    assert link not in as_().get(f"/fairs/{fair_id}").text
    as_("organiser").send_form("/organiser/booths/1", event="approve")
    assert link in as_().get(f"/fairs/{fair_id}").text


def test_an_employer_applies_once_and_withdraws(as_: Opener) -> None:
    fair_id = shown_fair()
    employer = as_("employer1")
    path = f"/employer/fairs/{fair_id}/booth"
    assert employer.send_form(path, contact_name="").status_code == 422
    assert employer.send_form(path, contact_name="王", contact_phone="123").status_code == 422
    assert employer.send_form(path, contact_name="王").status_code == 303
    assert employer.send_form(path, contact_name="王").status_code == 409
    assert "已申请，待审核" in employer.get("/employer/booths").text
    assert as_("employer2").send_form("/employer/booths/1/withdraw").status_code == 404
    assert employer.send_form("/employer/booths/1/withdraw").status_code == 303
    assert count(Booth) == 1


def test_an_employer_posts_an_opening_and_publishes_it_after_the_call(as_: Opener) -> None:
    employer = as_("employer1")
    answer = employer.send_form("/employer/openings/new", **OPENING)
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "已提交，中心会打电话核实" in employer.get(path).text
    assert employer.send_form(path, event="publish").status_code == 409
    as_("officer").post(f"/api/v1/openings/{path.rsplit('/', 1)[1]}/verify", json={})
    assert employer.send_form(path, event="publish").status_code == 303
    with open_session(SYSTEM.scope) as session:
        kept = session.scalars(select(Opening)).one()
        assert (kept.state, kept.wage_min_fen, kept.wage_max_fen) == (OpeningState.OPEN, 320_000, 500_050)
    assert employer.send_form(path, event="pause").status_code == 303
    changed = employer.send_form(f"{path}/edit", **OPENING | {"title": "锁边工", "step": "keep"})
    assert changed.status_code == 303
    assert "锁边工" in employer.get(path).text
    assert 'value="3200"' in employer.get(f"{path}/edit").text
    assert employer.send_form(path, event="close").status_code == 303


def test_all_problems_of_an_opening_are_reported_at_once_and_nothing_is_saved(as_: Opener) -> None:
    wrong = {
        "conditions": "限女性",
        "content": "交押金300元",
        "base_pay_fen": "",
        "wage_min_fen": "",
        "wage_max_fen": "",
    }
    answer = as_("employer1").send_form("/employer/openings/new", **OPENING | wrong)
    assert answer.status_code == 422
    for words in ("“限女”", "“押金”", "发布前必须写明：基本工资", "人社部发〔2019〕17号"):
        assert words in answer.text
    assert count(Opening) == 0
    english = as_("employer2", language="en").send_form("/employer/openings/new", **OPENING | wrong)
    assert "A post may neither be limited to one sex nor prefer one" in english.text
    assert "Required before publishing: Basic pay" in english.text


def test_a_draft_shows_its_findings_and_what_is_missing(as_: Opener) -> None:
    employer = as_("employer1")
    bare = dict.fromkeys(("base_pay_fen", "wage_min_fen", "wage_max_fen"), "")
    unlawful = {"conditions": "限女性，年龄18-45", "step": "keep"}
    answer = employer.send_form("/employer/openings/new", **OPENING | bare | unlawful)
    seen = employer.get(answer.headers["location"]).text
    for words in ("这些话不能写", "这些话最好改一改", "还缺", "“限女”", "“年龄18-45”"):
        assert words in seen
    assert "上次审查发现" in employer.get(f"{answer.headers['location']}/edit").text


def test_openings_and_desks_of_others_are_inaccessible(as_: Opener) -> None:
    path = as_("employer1").send_form("/employer/openings/new", **OPENING).headers["location"]
    other = as_("employer2")
    assert [other.get(path).status_code, other.send_form(path, event="close").status_code] == [404, 404]
    assert other.get("/organiser").status_code == 403
    assert as_("organiser").get("/employer").status_code == 403
    visitor = as_()
    assert [visitor.get(where).status_code for where in ("/organiser", "/employer")] == [303, 303]


def test_an_employer_reports_results_only_for_its_own_applicants(as_: Opener) -> None:
    employer = as_("employer1")
    assert "还没有人来应聘" in employer.get("/employer/applicants").text
    assert employer.send_form("/employer/applicants/1", result="interviewed").status_code == 404
    assert employer.send_form("/employer/applicants/1", result="married").status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_desks_opens_in_both_languages(as_: Opener, language: str) -> None:
    fair_id = shown_fair()
    pages = {
        "organiser": [
            "",
            "?past=1",
            "/fairs/new",
            f"/fairs/{fair_id}",
            f"/fairs/{fair_id}/edit",
            "/series/new",
            "/venues",
        ],
        "employer1": ["", "/applicants", "/openings/new", "/booths", f"/fairs/{fair_id}/booth"],
    }
    for who, paths in pages.items():
        browser: Browser = as_(who, language=language)
        for path in paths:
            answer = browser.get(f"/{who.rstrip('1')}{path}")
            assert (answer.status_code, path) == (200, path)
            assert answer.headers["content-language"].startswith(language)
