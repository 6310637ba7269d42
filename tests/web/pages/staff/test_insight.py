"""The pages of ranking, fairness, words and kept searches, in the demo town; ways on lead to what they count."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from matching.fairness.models import FairnessReport
from matching.learning.models import ModelCard
from matching.learning.rules import CardState, WeightsVerdict
from matching.search.models import Synonym
from tests.web.desks import Hall, opened, words

SYSTEM = Actor.system().scope
BAND = {"low": 55, "high": 70, "count": 50, "foretold": 0.5, "hired": 24}
JUDGED = {"loss": 0.6, "order": 0.7, "gap": 0.02, "bands": [BAND]}
FIGURES = {
    "trained": 210,
    "held_back": 90,
    "hired": 120,
    "prior": JUDGED | {"loss": 0.65},
    "learned": JUDGED,
    "shifts": [
        {"attribute": "sex", "group": "female", "count": 150, "before": 50.0, "after": 50.4, "shift": 0.2},
        {"attribute": "county", "group": "610404", "count": 60, "before": 50.0, "after": 51.0, "shift": 0.8},
    ],
    "proxies": [{"attribute": "age", "group": "50-", "part": "experience", "order": 0.71}],
}
WEIGHTS = {"trade": 34, "experience": 15, "skills": 18, "wage": 12, "place": 16, "terms": 5}


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


def add(*rows: object) -> None:
    with open_session(SYSTEM, write=True) as session:
        session.add_all(rows)


def a_card() -> ModelCard:
    return ModelCard(
        name="learned-2026-11-23", learned_on=clock.today(), verdict=WeightsVerdict.BETTER,
        weights=WEIGHTS, results=300, figures=FIGURES,
    )  # fmt: skip


def test_anybody_reads_how_people_are_ranked_and_only_a_manager_decides(hall: Hall) -> None:
    public = hall.enter()
    assert "现在用的是原定权重" in words(public.get("/about/matching"))
    add(a_card())
    page = words(public.get("/about/matching"))
    assert "性别：女 150 50.0 50.4 +0.2" in page
    assert "经验：年龄为50 岁及以上的，71% 的情形下高于其他人" in page
    assert "启用这组权重" not in page
    assert "启用这组权重" not in hall.enter("clerk").get("/about/matching")
    hall.enter("clerk").send("/about/matching/1/adopt", expect=403)
    city = hall.enter("city")
    city.send("/about/matching/1/adopt")
    page = words(city.get("/about/matching"))
    assert "现在用的是从就业结果中学到的权重：learned-2026-11-23" in page
    assert "退回原定权重" in page
    city.send("/about/matching/1/retire")
    assert "现在用的是原定权重" in words(city.get("/about/matching"))
    with open_session(SYSTEM) as session:
        assert session.get_one(ModelCard, 1).state is CardState.RETIRED
    assert "How people and openings are matched" in public.get("/about/matching?lang=en")


def test_staff_see_rates_with_intervals_and_neglected_openings(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    assert "还没有数字" in clerk.get("/fairness")
    figures = [
        {"attribute": "sex", "group": group, "people": 100, "attention": [1.0, 0.8, 1.2], "shown": 20,
         "recommended": part, "results": 10, "hired": 5}
        for group, part in (("female", 60), ("male", 20))
    ]  # fmt: skip
    add(FairnessReport(day=clock.today() - timedelta(days=1), lists=18, figures=figures))
    page = clerk.get("/fairness")
    assert "女 100 20% (13–29) 1.00 (0.80–1.20) 60% (50–69) 50% (24–76)" in words(page)
    assert words(page).count("和其他人有差别，请看看原因") == 2
    assert page.count('class="span-wide"') == 2
    hall.enter("wang").get("/fairness", expect=403)
    hall.enter().get("/fairness", expect=303)


def test_an_officer_maps_a_word_to_an_occupation(hall: Hall) -> None:
    means = [{"code": "4-09-08-01", "likeness": 0.9}]
    add(Synonym(word="搞卫生的", asked=42, candidates=means), Synonym(word="那个谁", asked=9))
    hall.enter("clerk").get("/counter/words", expect=403)
    officer = hall.enter("officer")
    page = officer.get("/counter/words")
    assert "搞卫生的：搜了 42 次" in page
    assert 'value="保洁员"' in page
    assert "职业分类里没有这个职业" in officer.send("/counter/words/1/accept", expect=409, occupation="不存在的")
    officer.send("/counter/words/1/accept", occupation="保洁员")
    officer.send("/counter/words/2/reject")
    page = words(officer.get("/counter/words"))
    assert "没有等着决定的词" in page
    assert "搞卫生的 保洁员 已采用" in page
    officer.send("/counter/words/1/reject")
    officer.send("/counter/words/99/reject", expect=404)


def test_a_jobseeker_saves_and_deletes_a_search(hall: Hall) -> None:
    worker = hall.enter("wang")
    page = worker.get("/openings?q=缝纫")
    (address,) = re.findall(r'name="address" value="([^"]*)"', page)
    worker.send("/me/searches", address=unescape(address))
    page = words(worker.get("/me/searches"))
    assert "缝纫" in page
    assert "不再通知" in page
    assert "请先选好想找的工作" in worker.send("/me/searches", expect=409, address="")
    searches = worker.client.get("/api/v1/me/searches").json()
    assert [(search["name"], search["address"]) for search in searches] == [("缝纫", unescape(address))]
    worker.send("/me/searches/1/stop")
    assert "还没有关注的工作" in worker.get("/me/searches")
    assert "有新岗位告诉我" not in hall.enter().get("/openings?q=缝纫")
    assert "有新岗位告诉我" not in worker.get("/openings")


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
