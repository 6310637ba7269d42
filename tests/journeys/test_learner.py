"""A learner on a phone: a class near home, its price, enrolment, and a certificate."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage
from tests.journeys.screens import too_wide


def test_a_learner_enrols_near_home_and_finds_her_enrolment(open_page: OpenPage) -> None:
    page = open_page("/training", login="wang")
    expect(page.locator("[data-count]")).to_contain_text("您能报的班")
    expect(page.locator(".cards .card").first).to_contain_text("就在渭城区")
    page.fill("input[name=q]", "縫紉")
    page.press("input[name=q]", "Enter")
    page.get_by_role("link", name="服装缝纫").first.click()
    main = page.locator("main")
    expect(main).to_contain_text("免费")
    expect(main).to_contain_text("您有免费培训的资格")
    expect(page.locator("#after")).to_contain_text("缝纫工")
    page.get_by_role("button", name="我要报名").click()
    expect(main).to_contain_text("您在这个班")
    page.goto(page.url.split("/training")[0] + "/training/mine")
    expect(main).to_contain_text("服装缝纫")
    assert too_wide(page) == []


def test_a_class_that_overlaps_with_hers_is_no_longer_offered(open_page: OpenPage) -> None:
    page = open_page("/training", login="wang")
    hidden = page.get_by_role("link", name="您现在不能报")
    expect(hidden).to_be_visible()
    hidden.click()
    expect(page.locator("main")).to_contain_text("报过，或时间冲突")


def test_anybody_verifies_a_certificate_by_its_code_and_sees_no_personal_data(open_page: OpenPage) -> None:
    hers = open_page("/training/mine", login="ma")
    hers.get_by_role("link", name="我的证书").click()
    expect(hers.locator("main")).to_contain_text("马丽")
    picture = hers.locator("img[alt*=二维码]")
    expect(picture).to_be_visible()
    code = picture.get_attribute("src").split("/")[2]  # type: ignore[union-attr]
    anybody = open_page(f"/certificates/{code}")
    main = anybody.locator("main").inner_text()
    assert "证书有效" in main
    assert "足部按摩" in main
    assert "马*" in main
    assert "马丽" not in main
    assert not re.search(r"[0-9]{15}|1[3-9][0-9]{9}", main)


def test_a_seat_offer_is_accepted_on_the_phone(open_page: OpenPage) -> None:
    page = open_page("/training/mine", login="ma")
    page.get_by_role("link", name="去确认").click()
    page.get_by_role("button", name="我要这个名额").click()
    expect(page.locator("main")).to_contain_text("已录取")
