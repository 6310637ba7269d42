"""The public search and the pages of openings."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.network import Centre, CentreLevel, forget_home
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, published
from tests.web.desks import Hall

TEXTS: dict[str, Any] = {
    "title": "细纱工，找王姐13812345678",
    "content": "看车，电话 +86 138-1234-5678",
    "address": "纺织路 138 1234 5678",
}


@pytest.mark.rule("free-text", "page")
def test_telephones_in_an_opening_are_masked_for_the_public_only(enter: Opener) -> None:
    visitor, boss_browser = enter(), enter("employer1")
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session, **TEXTS).id
    for shown in (
        visitor.get(f"/openings/{opening_id}").text,
        visitor.get("/openings").text,
        visitor.get(f"/api/v1/openings/{opening_id}").text,
        visitor.get("/api/v1/openings").text,
        enter("employer2").get(f"/api/v1/openings/{opening_id}").text,
    ):
        assert "138****5678" in shown
        assert not re.search(r"138[ -]?1234[ -]?5678", shown)
    own = boss_browser.get(f"/api/v1/openings/{opening_id}").json()
    assert {name: own[name] for name in TEXTS} == TEXTS
    assert enter("officer").get(f"/api/v1/openings/{opening_id}").json()["title"] == TEXTS["title"]


@pytest.mark.parametrize(
    "query",
    [
        "q=挡车工&region=610404",
        "q=挡车工&wage_min=5500",
        "q=打包&region=320000",
        "q=武功 缝纫&wage_min=2000",
        "q=电焊&region=610404&offer=board",
        "q=月嫂&wage_min=20000",
        "q=足疗&region=310117&employment=direct",
        "q=qqqzzz",
        "q=fengrengong xianyang",
        "q=昆山 包住 月薪20000以上",
        "q=朝阳区 缝纫 50岁",
    ],
)
def test_every_alternative_search_has_the_stated_number_of_results(hall: Hall, query: str) -> None:
    reader = hall.enter()
    page = reader.get(f"/openings?{query}")
    ways = re.findall(r'<a class="chip" href="([^"]*)">.*?<span>[^<]*?([0-9]+) 个</span></a>', page)
    ways += re.findall(r'href="(/openings)".*?看全部岗位（([0-9]+) 个）', page, re.DOTALL)[:1]
    assert ways
    for address, count in ways:
        count_shown = re.search(r"找到 ([0-9]+) 个岗位", reader.get(unescape(address)))
        assert count_shown is not None, address
        assert count_shown[1] == count, address
    classes = re.search(r"学一门手艺（([0-9]+) 个班在招生）", page)
    if "这里暂时没有这样的工作" in page:
        assert classes is not None
        assert int(classes[1]) == 22


CHOICE = re.compile(r'name="(offer|region|employment)" value="([^"]+)">.*?class="count">([0-9]+)<', re.DOTALL)


@pytest.mark.parametrize("words", ["", "不要夜班 包住", "咸阳 月薪3000以上 包吃"])
def test_a_tick_beside_the_wishes_of_a_search_gives_the_stated_number(hall: Hall, words: str) -> None:
    reader = hall.enter().client
    choices = CHOICE.findall(reader.get("/openings", params={"q": words}).text)
    assert len(choices) > 5
    for name, value, count in choices:
        page = reader.get("/openings", params={"q": words, name: value}).text
        shown = re.search(r"找到 ([0-9]+) 个岗位", page)
        assert (shown[1] if shown else "0") == count, (name, value)


def test_each_chip_of_what_was_understood_takes_that_away_only(hall: Hall) -> None:
    page = hall.enter().client.get("/openings", params={"q": "昆山 不要夜班 包住"}).text
    chips = re.findall(r'<a class="chip" href="([^"]*)"><span>([^<]*)</span>', page)
    left = {label: parse_qs(urlsplit(unescape(address)).query)["q"][0].split() for address, label in chips}
    assert left == {
        "只看：昆山市": ["不要夜班", "包住"], "不上夜班、不倒班": ["昆山", "包住"], "包住": ["昆山", "不要夜班"],
    }  # fmt: skip


def test_places_of_the_installations_city_come_first_whichever_it_is(hall: Hall) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        city = session.scalars(select(Centre).where(Centre.level == CentreLevel.CITY)).first()
        assert city is not None
        city.region_code = "320500"
    forget_home()
    page = hall.enter().get("/openings")
    assert re.findall(r'name="region" value="([0-9]{6})"', page)[0].startswith("3205")
