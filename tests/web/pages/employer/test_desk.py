"""An employer's desk: openings, booths and applicants, without scripts."""

import re
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
    assert "这些话不能写" in employer.get(f"{answer.headers['location']}/edit").text


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


STEPS: list[tuple[str, dict[str, str]]] = [
    ("who", {"conditions": "会用电动平车", "certificates": "health"}),
    ("pay", {"wage_unit": "month", "wage_min_fen": "3200", "wage_max_fen": "5000", "base_pay_fen": "2500"}),
    ("place", {"region_code": "610404", "shift": "长白班", "board": "free", "lodging": "none"}),
    ("contract", {"employment_type": "direct"}),
]


def hidden(page: str) -> dict[str, str]:
    """The values that a step carries for the other steps."""
    return dict(re.findall(r'<input type="hidden" name="([a-z]\w*)" value="([^"]*)">', page))


def test_an_opening_is_written_in_five_steps_that_can_be_left_and_resumed(as_: Opener) -> None:
    employer = as_("employer1")
    first = employer.get("/employer/openings/new").text
    assert 'name="title"' in first
    assert 'type="hidden" name="region_code"' in first
    values = hidden(first) | {"title": "缝纫工", "headcount": "5", "content": "做校服", "step": "next"}
    address = employer.send_form("/employer/openings/new", **values).headers["location"]
    path = address.split("/edit")[0]
    for part, typed in STEPS:
        assert address == f"{path}/edit?part={part}"
        resumed = re.search(r'href="([^"]*/edit\?part=[a-z]+)"', employer.get(path).text)
        assert resumed, "a draft that was left leads back to the step that is next"
        page = employer.get(address).text
        answer = employer.send_form(f"{path}/edit", **(hidden(page) | typed | {"step": "next"}))
        assert answer.status_code == 303, part
        address = answer.headers["location"]
    assert address == path, "after the last step the employer sees what workers will see"
    with open_session(SYSTEM.scope) as session:
        kept = session.scalars(select(Opening)).one()
        assert (kept.title, kept.content, kept.conditions) == ("缝纫工", "做校服", "会用电动平车")
        assert (kept.wage_min_fen, kept.base_pay_fen, kept.shift) == (320_000, 250_000, "长白班")
        assert [paper["kind"] for paper in kept.certificate_requirements] == ["health"]
    assert employer.send_form(path, event="submit").status_code == 303
    assert "已提交，中心会打电话核实" in employer.get(path).text


def test_a_fault_in_another_step_shows_the_whole_form(as_: Opener) -> None:
    employer = as_("employer1")
    answer = employer.send_form("/employer/openings/new", title="", part="pay", step="next", headcount="5")
    assert answer.status_code == 422
    assert 'id="f-title"' in answer.text
    assert 'id="f-wage_min_fen"' in answer.text


def test_what_is_typed_wrongly_in_a_step_loses_nothing_and_stays_in_the_step(as_: Opener) -> None:
    employer = as_("employer1")
    first = hidden(employer.get("/employer/openings/new").text)
    typed = {"title": "缝纫工", "headcount": "5", "content": "做校服\n每天八小时", "step": "next"}
    address = employer.send_form("/employer/openings/new", **first | typed).headers["location"]
    path = address.split("?")[0]
    pay = hidden(employer.get(f"{path}?part=pay").text)
    answer = employer.send_form(path, **pay | {"wage_unit": "month", "wage_min_fen": "三千左右", "step": "next"})
    assert answer.status_code == 422
    assert 'value="三千左右"' in answer.text
    assert 'id="f-title"' not in answer.text, "the fault is in this step, so the step is shown"
    kept = hidden(answer.text)
    assert (kept["title"], kept["content"], kept["part"]) == ("缝纫工", "做校服\n每天八小时", "pay")


def test_drafts_are_on_the_desk_to_be_finished_and_the_validity_is_not_missing(as_: Opener) -> None:
    employer = as_("employer1")
    first = hidden(employer.get("/employer/openings/new").text)
    employer.send_form("/employer/openings/new", **first | {"title": "缝纫工", "headcount": "5", "step": "next"})
    desk = employer.get("/employer").text
    assert "还没写完、没交的" in desk
    assert 'href="/employer/openings/1/edit?part=work"' in desk
    assert "还缺：招聘条件、工作内容、基本工资</small>" in desk, "a draft gets its validity when it is submitted"
    employer.send_form("/employer/openings/1/edit", **OPENING | {"step": "keep"})
    assert "写好了，还没交给中心" in employer.get("/employer").text
    seen = employer.get("/employer/openings/1").text
    assert "工人看到的样子" in seen
    assert "不填就是 30 天" in seen
    assert "还缺" not in seen
    employer.send_form("/employer/openings/1", event="submit")
    assert "还没写完、没交的" not in employer.get("/employer").text


def test_unlawful_words_and_low_pay_are_warned_of_while_they_are_typed_and_nothing_is_kept(as_: Opener) -> None:
    employer = as_("employer1")
    warned = employer.send_form("/employer/openings/check", title="", conditions="限女性", part="who")
    assert warned.status_code == 200
    assert "这些话不能写" in warned.text, "a form that is not complete is warned of as well"
    low = employer.send_form("/employer/openings/check", **OPENING | {"wage_min_fen": "900", "base_pay_fen": ""})
    assert "低于当地月最低工资" in low.text
    assert "这些话" not in employer.send_form("/employer/openings/check", **OPENING).text
    assert count(Opening) == 0


def test_a_place_of_work_may_be_anywhere_in_the_country(as_: Opener) -> None:
    employer = as_("employer1")
    assert '<option value="320200">江苏省无锡市' in employer.get("/employer/openings/new?part=").text
    away = OPENING | {"region_code": "320200", "step": "keep"}
    assert employer.send_form("/employer/openings/new", **away).status_code == 303
    assert '<option value="320281">江阴市' in employer.get("/employer/openings/1/edit").text, "then its counties follow"


@pytest.mark.parametrize(
    ("language", "named"), [("zh", "怎么计薪：请从列表里选一项"), ("en", "Pay period: Choose one from the list")]
)
def test_an_error_names_the_field_that_it_is_about(as_: Opener, language: str, named: str) -> None:
    answer = as_("employer1", language=language).send_form("/employer/openings/new", **OPENING | {"wage_unit": "year"})
    assert answer.status_code == 422
    assert f'<a href="#f-wage_unit">{named}</a>' in answer.text


def test_a_closed_opening_shows_its_record_with_the_reason_instead_of_a_form(as_: Opener) -> None:
    employer = as_("employer1")
    path = employer.send_form("/employer/openings/new", **OPENING | {"step": "keep"}).headers["location"]
    assert employer.get(f"{path}/edit").status_code == 200
    assert employer.send_form(path, event="close").status_code == 303
    answer = employer.get(f"{path}/edit")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "岗位已关闭，不能再改" in employer.get(path).text
