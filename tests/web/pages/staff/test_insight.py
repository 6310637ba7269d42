"""The pages of ranking weights, fairness and unknown words, in the demo town."""

from datetime import timedelta

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from matching.fairness.models import FairnessReport
from matching.learning.models import ModelCard
from matching.learning.rules import CardState, WeightsVerdict
from matching.search.models import Synonym
from tests.web.desks import Hall, words

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
    hall.enter("clerk").send("/about/matching/1/adopt", 403)
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
    assert "职业分类里没有这个职业" in officer.send("/counter/words/1/accept", 409, occupation="不存在的")
    officer.send("/counter/words/1/accept", occupation="保洁员")
    officer.send("/counter/words/2/reject")
    page = words(officer.get("/counter/words"))
    assert "没有等着决定的词" in page
    assert "搞卫生的 保洁员 已采用" in page
    officer.send("/counter/words/1/reject")
    officer.send("/counter/words/99/reject", 404)
