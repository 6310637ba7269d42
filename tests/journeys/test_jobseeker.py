"""A jobseeker finds the spinning job in any spelling, and reads its details and why it fits."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage

SPINNING = "纺纱工（细纱值车）"
SPELLINGS = ("挡车工", "挡車工", "dangchegong", "挡车公")


def search(page: Page, words: str) -> None:
    page.fill("input[name=q]", words)
    page.press("input[name=q]", "Enter")
    page.wait_for_url("**/openings?**")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_four_spellings_find_the_spinning_job_on_a_phone(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/", width=360, scripts=scripts)
    for words in SPELLINGS:
        search(page, words)
        expect(page.get_by_role("link", name=SPINNING)).to_be_visible()
    page.get_by_role("link", name=SPINNING).click()
    expect(page.locator("h1")).to_have_text(SPINNING)
    for element in ("5,500–7,500", "南通", "60 人", "看管细纱机", "2,300 元"):
        expect(page.locator("main")).to_contain_text(element)


def test_the_page_explains_the_match_and_the_points_add_up(open_page: OpenPage) -> None:
    page = open_page("/openings?q=挡车工", login="wang")
    page.get_by_role("link", name=SPINNING).click()
    expect(page.locator("#why")).to_be_visible()
    page.get_by_role("link", name="看分数怎么算的").click()
    points = [int(text) for text in page.locator("table.why tbody td strong").all_inner_texts()]
    assert len(points) >= 3
    assert sum(points) == int(page.locator("table.why tfoot strong").inner_text())
    assert sum(points) == int(page.locator(".ring strong").inner_text())
    assert all(text.strip() for text in page.locator("table.why tbody small").all_inner_texts())


def test_the_same_page_in_english_explains_itself_too(open_page: OpenPage) -> None:
    page = open_page("/openings?q=dangchegong", login="wang", locale="en-US")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name=SPINNING).click()
    expect(page.get_by_role("heading", name="Does it suit me")).to_be_visible()


def test_ticking_a_filter_narrows_the_list_in_place_and_without_scripts(open_page: OpenPage) -> None:
    for scripts in (True, False):
        page = open_page("/openings", width=1280, scripts=scripts)
        before = int("".join(filter(str.isdigit, page.locator("[data-count]").inner_text())))
        if page.locator("details:not([open]) [name=offer]").count():
            page.get_by_text("筛选", exact=True).click()
        page.get_by_label("包住").check()
        if not scripts:
            page.get_by_role("button", name="看").click()
        page.wait_for_url("**offer=lodging**")
        after = int("".join(filter(str.isdigit, page.locator("[data-count]").inner_text())))
        assert 0 < after < before


def test_a_search_without_results_shows_alternatives(open_page: OpenPage) -> None:
    page = open_page("/openings?q=宇航员")
    expect(page.get_by_role("link", name="看全部岗位")).to_be_visible()


def test_a_jobseeker_requests_an_introduction_and_sees_her_letter(open_page: OpenPage) -> None:
    page = open_page("/openings?q=挡车工", login="wang")
    page.get_by_role("link", name=SPINNING).click()
    page.get_by_role("button", name="请中心推荐我去").click()
    page.wait_for_url("**/me/introductions/**")
    expect(page.locator("main")).to_contain_text(SPINNING)
    page.goto("/me/introductions")
    expect(page.get_by_role("link", name=SPINNING)).to_be_visible()
