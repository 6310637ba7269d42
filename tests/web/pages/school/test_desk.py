"""The school's desk: rosters and classes, without scripts."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.training import files, world
from tests.training.browser import Browser, open_browser
from tests.training.rostering import kept
from tests.training.rosters.test_rosters import MESSY
from tests.web.desks import words
from training.classes.rules import ClassState
from web.app import build

Opener = Callable[[str], Browser]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def as_(city: world.City) -> Opener:
    app = build()
    return lambda key: open_browser(app, city, key)


def test_a_school_uploads_reads_the_verdicts_and_confirms(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    registrar = as_("registrar")
    content = files.xlsx(MESSY)
    sent = registrar.send_form(f"/school/classes/{class_id}/roster", files={"file": ("花名册.xlsx", content, XLSX)})
    assert sent.status_code == 303
    address = sent.headers["location"]
    verdicts = words(registrar.get(address).text)
    assert "还没有保存任何人" in verdicts
    assert "确认只导入正确的行：新增 40 人，补充 0 人" in verdicts
    assert "4 行有错误，不会导入" in verdicts
    assert "号码被电子表格损坏" in verdicts
    assert kept() == (2, 0, 0)
    assert registrar.get(f"{address}/marked.xlsx").headers["content-type"] == XLSX
    assert registrar.send_form(f"{address}/confirm").status_code == 409
    assert kept() == (2, 0, 0)
    assert registrar.send_form(f"{address}/confirm", only_good="yes").status_code == 303
    assert "已导入 新增学员 40" in words(registrar.get(address).text)
    assert kept() == (42, 40, 40)
    trainees = registrar.get(f"/school/classes/{class_id}").text
    assert "610***********0019" in trainees
    assert world.identity(1) not in trainees


def test_a_chinese_csv_file_can_be_uploaded(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    content = files.text(files.titled(files.good(3)))
    registrar = as_("registrar")
    sent = registrar.send_form(f"/school/classes/{class_id}/roster", files={"file": ("名单.csv", content, "text/csv")})
    assert "确认导入：新增 3 人" in words(registrar.get(sent.headers["location"]).text)


def test_a_file_that_is_not_a_roster_is_reported_at_the_field(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    registrar = as_("registrar")
    address = f"/school/classes/{class_id}/roster"
    for sent, explanation in (
        ({"file": ("a.xlsx", b"\x00\x01hello", XLSX)}, "这不是表格文件"),
        ({"file": ("a.xlsx", files.xlsx([["今天", "天气"], ["很", "好"]]), XLSX)}, "没有找到表头"),
        (None, "请先选择文件"),
    ):
        answer = registrar.send_form(address, files=sent)
        assert answer.status_code == 422
        assert explanation in answer.text
        assert set(re.findall('href="#(f-[a-z_]+)"', answer.text)) <= set(re.findall('id="(f-[a-z_]+)"', answer.text))
    assert "上传过的花名册" not in registrar.get(f"/school/classes/{class_id}").text


def test_more_trainees_than_seats_are_reported_and_nobody_is_imported(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city, seats=5)
    registrar = as_("registrar")
    roster = {"file": ("a.xlsx", files.xlsx(MESSY), XLSX)}
    address = registrar.send_form(f"/school/classes/{class_id}/roster", files=roster).headers["location"]
    assert "只剩 5 个名额" in registrar.get(address).text
    answer = registrar.send_form(f"{address}/confirm", only_good="yes")
    assert answer.status_code == 409
    assert "没有导入任何人" in words(answer.text)
    assert kept() == (2, 0, 0)


@pytest.mark.rule("class-notice", "page")
def test_a_school_applies_and_the_centre_approves_on_the_same_page(city: world.City, as_: Opener) -> None:
    registrar, officer = as_("registrar"), as_("officer")
    fields: dict[str, Any] = {
        "major_id": city.majors["服装缝纫"], "class_no": "2026-31", "start_on": "2026-03-16", "end_on": "2026-03-27",
        "daypart": "morning", "weekdays": ["1", "3", "5"], "seats": "20",
    }  # fmt: skip
    late = registrar.send_form("/school/classes", **fields | {"start_on": "2026-03-12"})
    assert late.status_code == 409
    assert "只提前 3 个工作日" in late.text
    applied = registrar.send_form("/school/classes", **fields)
    address = applied.headers["location"]
    assert "批准，公开招生" not in registrar.get(address).text
    assert registrar.send_form(f"{address}/moves/approve").status_code == 403
    assert "批准，公开招生" in officer.get(address).text
    assert officer.send_form(f"{address}/moves/approve").status_code == 303
    assert "服装缝纫" in as_("").get("/training").text


def test_another_school_s_pages_are_not_found(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city, "电子装接")
    registrar = as_("registrar")
    pages = [f"/school/classes/{class_id}", f"/school/classes/{class_id}/roster", f"/training/classes/{class_id}"]
    assert {registrar.get(path).status_code for path in pages} == {404}
    assert "电子装接" not in registrar.get("/school").text


def test_every_page_of_the_desk_exists_in_both_languages(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city, start=date(2026, 4, 1), end=date(2026, 4, 30), state=ClassState.RECRUITING)
    registrar = as_("registrar")
    for path in ("/school", "/school/classes/new", f"/school/classes/{class_id}", f"/school/classes/{class_id}/roster"):
        for language in ("zh-Hans", "en"):
            assert registrar.get(f"{path}?lang={language}").status_code == 200
    assert "Apply to open a class" in registrar.get("/school?lang=en").text
