"""The officer's desk, the escort's roll and the employer's gate, over the demo town's batch of 58."""

import re

import pytest
from starlette.testclient import TestClient

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from matching.export.models import ExportBatch
from matching.export.rules import BatchState
from tests.clients import SignedIn, client, hidden, signed_in
from web.demo import town

__all__ = ["client", "signed_in"]


@pytest.fixture
def in_town(database: str, client: TestClient) -> TestClient:
    """A visitor of the demo town."""
    del database
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)
    return client


def press(http: TestClient, where: str, address: str, **fields: object) -> int:
    """Send a form of a page; returns the status."""
    shown = http.get(where).text
    data = {"_csrf": hidden(shown, "_csrf"), "_key": f"key-{address}-{sorted(fields.items())}"[:200]} | fields
    return http.post(address, data=data).status_code


@pytest.mark.usefixtures("in_town")
def test_a_batch_of_58_is_called_departs_arrives_and_is_signed_for(signed_in: SignedIn) -> None:
    escort, officer, employer = signed_in("escort"), signed_in("export"), signed_in("employer3")
    roll = escort.get("/roll/2").text
    ids = re.findall(r'name="member_ids" value="([0-9]+)"', roll)
    assert len(ids) == 58
    assert "6104" not in re.sub(r'value="[^"]*"', "", roll)  # no identity number
    assert press(escort, "/roll/2", "/roll/2/say", member_ids=ids[:55], word="boarded") == 303
    assert press(escort, "/roll/2", "/roll/2/moves/depart") == 303
    assert employer.get("/employer/arrivals/2").text.count('scope="row"') == 55
    assert press(escort, "/roll/2", "/roll/2/say", member_ids=ids[54:55], word="left") == 303
    assert press(escort, "/roll/2", "/roll/2/moves/arrive") == 303
    assert press(employer, "/employer/arrivals/2", "/employer/arrivals/2", signer="老陈", agrees="yes") == 303
    shown = officer.get("/export/batches/2").text
    wanted = re.findall(r'name="member_ids" value="([0-9]+)"', shown)
    assert len(wanted) == 54
    signing = {"member_ids": wanted[:53], "wage_fen": "6000", "starts_on": clock.today().isoformat()}
    assert press(officer, "/export/batches/2", "/export/batches/2/contracts", **signing) == 303
    with open_session(Actor.system().scope) as session:
        batch = session.get_one(ExportBatch, 2)
        assert (batch.state, batch.signed_people) == (BatchState.HANDED_OVER, 54)
    assert officer.get("/export/report").text.count("53") >= 1


@pytest.mark.usefixtures("in_town")
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("export", "/export"), ("export", "/export/projects/1"), ("export", "/export/projects/1/edit"),
        ("export", "/export/batches/1"), ("export", "/export/batches/2/edit"), ("export", "/export/batches/2/manifest"),
        ("export", "/export/batches/2/seats"), ("export", "/export/subsidies"), ("clerk", "/export/batches/2/list"),
        ("escort", "/roll"), ("escort", "/export/batches/2/sheet"), ("escort", "/export/batches/2/paper-roll"),
        ("escort", "/roll/2/paper"), ("wang", "/me/journeys"), ("wang", "/roll/2"), ("employer3", "/employer/arrivals"),
        ("export", "/export/map"), ("export", "/export/brands"), ("export", "/export/brands/1"),
        ("export", "/export/brands/1/edit"), ("clerk", "/export/brands/1"), ("wang", "/brands"), ("wang", "/brands/1"),
    ],
)  # fmt: skip
def test_every_page_opens_in_both_languages(signed_in: SignedIn, who: str, address: str) -> None:
    http = signed_in(who)
    for language in ("zh-Hans", "en"):
        assert http.get(address, params={"lang": language}).status_code == 200


def test_the_articles_figures_keep_their_words_their_source_and_their_year(in_town: TestClient) -> None:
    shown = in_town.get("/brands/1", params={"lang": "zh-Hans"}).text
    for figure in ("16,000 多人", "4,800 多人", "1,500 多元/月", "386 家", "（约 2008 年）", "不是本系统统计的"):
        assert figure in shown
    in_english = in_town.get("/brands/1", headers={"accept-language": "en"}).text
    for figure in ("over 16,000 people", "over 1,500 yuan/month", "386 shops", "(about 2008)"):
        assert figure in in_english
    assert 'href="/brands"' in in_town.get("/").text


@pytest.mark.usefixtures("in_town")
def test_the_officer_publishes_a_brand_and_takes_a_figure_back(signed_in: SignedIn, client: TestClient) -> None:
    officer = signed_in("export")
    assert 'href="/export/map"' in officer.get("/export").text
    draft = {"name": "三原厨师", "occupation_code": "4-03-02-01", "region_code": "610422", "level": "county"}
    assert press(officer, "/export/brands/new", "/export/brands/new", **draft) == 303
    assert client.get("/brands/2").status_code == 404
    here = "/export/brands/2"
    assert press(officer, here, f"{here}/moves/publish") == 303
    quoted = {"measure": "away", "qualifier": "nearly", "amount": "300", "source": "县志(虚构)", "year": "2020"}
    assert press(officer, here, f"{here}/statements", **quoted) == 303
    assert press(officer, here, f"{here}/statements", **quoted | {"source": ""}) == 422
    assert "近 300 人" in client.get("/brands/2").text
    assert press(officer, here, f"{here}/statements/6/withdraw", reason="查无此书") == 303
    assert "近 300 人" not in client.get("/brands/2").text
    assert "查无此书" in officer.get(here).text
    assert press(officer, f"{here}/edit", f"{here}/edit", **draft | {"name": "咸阳足疗"}) == 303
    assert press(officer, here, f"{here}/moves/withdraw") == 303
    assert client.get("/brands/2").status_code == 404


@pytest.mark.usefixtures("in_town")
def test_the_map_and_its_table_show_who_went_where_and_stayed(signed_in: SignedIn) -> None:
    shown = signed_in("export").get("/export/map").text
    assert "64 人从这里出去" in shown
    assert "长三角：53 人" in shown
    assert shown.count('class="flow-band') == 2
    assert "45 / 53" in shown
    assert "8 / 11" in shown
    period = {"from": "2020-01-01", "to": clock.today().isoformat()}
    http = signed_in("export")
    areas = http.get("/api/v1/labour-export/map", params=period).json()
    assert [(area["area"], area["people"], area["stayed_90"]) for area in areas] == [
        ("yangtze", 53, 45), ("pearl", 11, 8), ("province", 0, 0), ("other", 0, 0),
    ]  # fmt: skip
    assert [place["region_code"] for place in areas[1]["places"]] == ["440300"]
    of_trade = http.get("/api/v1/labour-export/map", params=period | {"occupation": "4-10-04-02"}).json()
    assert sum(area["people"] for area in of_trade) == 0


def test_the_api_lists_published_brands_to_everybody(in_town: TestClient) -> None:
    brands = in_town.get("/api/v1/labour-brands").json()
    assert [brand["name"] for brand in brands] == ["咸阳足疗"]
    detail = in_town.get("/api/v1/labour-brands/1").json()
    assert (len(detail["statements"]), detail["statements"][0]["measure"]) == (5, "placed")
    assert (
        in_town.get("/api/v1/labour-export/map", params={"from": "2020-01-01", "to": "2020-12-31"}).status_code == 401
    )
