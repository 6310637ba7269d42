"""The public search and the pages of openings."""

import re
from html import unescape
from typing import Any

import pytest

from centre.database import open_session
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, published
from tests.web.desks import Hall

TEXTS: dict[str, Any] = {
    "title": "细纱工，找王姐13812345678",
    "content": "看车，电话 +86 138-1234-5678",
    "address": "纺织路 138 1234 5678",
}


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
