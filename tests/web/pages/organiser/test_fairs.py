"""The organiser's desk: fairs, series, halls and booths, without scripts."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from employers.fairs.models import Fair
from tests.employers.browser import Browser, Opener
from tests.employers.world import SYSTEM, add_hall
from tests.web.pages.companies import count, shown_fair

FAIR: dict[str, Any] = {
    "name": "春季招聘会", "theme": "textile", "mode": "on_site", "day": "2026-03-06", "starts": "09:00",
    "ends": "11:30", "booth_count": "2", "organisation_plan": "GQ-1", "emergency_plan": "GQ-2", "security_plan": "GQ-3",
}  # fmt: skip


def halls() -> tuple[int, int]:
    with open_session(SYSTEM.scope, write=True) as session:
        return add_hall(session), add_hall(session, "二号厅")


@pytest.mark.rule("fair-hall", "page")
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
    assert "The venue is not free at that time" in clash.text
    assert "for 2026-03-06 09:00–11:30. Please choose another time or venue." in clash.text


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


@pytest.mark.rule("fair-papers", "action")
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
    assert [step("prepare"), step("file"), step("clear"), step("publish")] == [303, 409, 409, 409]
    assert "为什么过了期限才备案" in organiser.get(path).text
    assert [step("file", late_reason="场地临时定"), step("clear"), step("publish")] == [303, 409, 409]
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
        assert [step("finish"), step("finish", sure="yes")] == [422, 303]
        assert "结束了，等着上报数字" in organiser.get("/organiser").text
        report(organiser, path)


def report(organiser: Browser, path: str) -> None:
    assert organiser.send_form(f"{path}/report", employers="1").status_code == 422
    figures = dict.fromkeys(("employers", "positions", "visitors", "intentions", "hired"), "3")
    assert organiser.send_form(f"{path}/report", **figures).status_code == 303
    assert "已上报" in organiser.get(path).text


@pytest.mark.rule("fair-notice", "page")
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_organisers_desk_exists_in_both_languages(as_: Opener, language: str) -> None:
    fair_id = shown_fair()
    organiser = as_("organiser", language=language)
    for path in ("", "?past=1", "/fairs/new", f"/fairs/{fair_id}", f"/fairs/{fair_id}/edit", "/series/new", "/venues"):
        answer = organiser.get(f"/organiser{path}")
        assert (answer.status_code, path) == (200, path)
        assert answer.headers["content-language"].startswith(language)
