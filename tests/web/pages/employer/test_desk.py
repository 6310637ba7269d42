"""An employer's desk: openings, booths and applicants, without scripts."""

from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from employers.fairs.models import Booth
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM
from tests.web.pages.companies import count, shown_fair

OPENING: dict[str, Any] = {
    "title": "缝纫工", "headcount": "5", "content": "做校服", "conditions": "会用电动平车", "region_code": "610404",
    "wage_unit": "month", "wage_min_fen": "3,200", "wage_max_fen": "5000.50", "base_pay_fen": "2500",
    "employment_type": "direct", "board": "free", "lodging": "none", "step": "submit",
}  # fmt: skip


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


@pytest.mark.rule("opening-six-elements", "page")
@pytest.mark.rule("opening-screened", "page")
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
def test_every_page_of_the_employers_desk_exists_in_both_languages(as_: Opener, language: str) -> None:
    fair_id = shown_fair()
    employer = as_("employer1", language=language)
    for path in ("", "/applicants", "/openings/new", "/booths", f"/fairs/{fair_id}/booth"):
        answer = employer.get(f"/employer{path}")
        assert (answer.status_code, path) == (200, path)
        assert answer.headers["content-language"].startswith(language)
