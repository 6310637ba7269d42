"""From the start page to "introduction asked", registration included, at 360 px: taps and typed fields are counted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from centre.numbers import identity_check
from tests.ordeal.servers import serving
from tests.web.desks import Hall

MOST_TAPS, MOST_FIELDS = 15, 4


class Hand:
    """A reader's hand, which counts what it does: every tap, and every field that has to be typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.fields = page, 0, 0

    def tap(self, selector: str) -> None:
        """Tap something that is there."""
        self.taps += 1
        self.page.locator(selector).first.click()

    def write(self, selector: str, text: str) -> None:
        """Tap into a field and type."""
        self.tap(selector)
        self.fields += 1
        self.page.keyboard.type(text)


@pytest.fixture
def address(hall: Hall) -> Iterator[str]:
    """The demo town on a port of its own, with codes shown on the page as the demo does."""
    with serving(demo="1") as server:
        yield server.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_newcomer_asks_for_an_introduction_in_few_taps(browser: Browser, address: str, scripts: bool) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=scripts, locale="zh-CN", has_touch=True
    )
    page = context.new_page()
    hand = Hand(page)
    page.goto(address)
    hand.tap("#newest .card-title a")
    assert "合不合我" not in page.content()  # nothing is called suitable of somebody unknown
    opening = page.url
    hand.tap(".ask-bar a")
    hand.write("#join [name=name]", "李小梅")
    hand.write("#join [name=phone]", "13900001234")
    digits = "61040219900307002"
    hand.write("#join [name=id_number]", digits + identity_check(digits))
    hand.tap("#join [name=consent]")
    hand.tap("#join button")
    code = page.locator(".notice-title").first.inner_text()[-6:]
    hand.write("[name=code]", code)
    hand.tap("form[action='/register/code'] button")
    page.wait_for_url(opening)
    hand.tap(".ask-bar button")
    page.wait_for_url("**/me/introductions/*")
    assert "已经告诉中心" in page.content()
    assert page.locator(".story li").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if scripts else True
    context.close()
    assert (hand.taps, hand.fields) <= (MOST_TAPS, MOST_FIELDS), (hand.taps, hand.fields)
    assert hand.taps <= MOST_TAPS
    assert hand.fields <= MOST_FIELDS
