"""From the start page to "introduction asked", registration included, at 360 px: taps and typed fields are counted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from centre.database import open_session
from centre.numbers import identity_check
from centre.permissions import Actor
from matching.introductions.models import Introduction
from tests.ordeal.servers import serving
from tests.web.desks import opened
from web.demo.town import PASSWORD

MOST_TAPS, MOST_FIELDS = 15, 4
WIDTH = 360
IDENTITY = "61040219900307002"
OVERFLOW = "({ownerDocument: {documentElement: root}}) => root.scrollWidth - root.clientWidth"


class Hand:
    """A reader's hand, which counts its taps and the fields that it has to type."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.fields = page, 0, 0

    def tap(self, selector: str) -> None:
        """Tap something that is there, on a page that is no wider than the telephone."""
        target = self.page.locator(selector).first
        target.wait_for()  # a tap before may still be leading here
        # asked of the target, for between two pages the document has no root
        assert target.evaluate(OVERFLOW) <= 0, f"{self.page.url} is wider than the telephone"
        self.taps += 1
        target.click()

    def write(self, selector: str, text: str) -> None:
        """Tap into a field and type."""
        self.tap(selector)
        self.fields += 1
        self.page.keyboard.type(text)


@pytest.fixture
def address(database: str) -> Iterator[str]:
    """The demo town on a port of its own; like every demo it shows the codes of its text messages on the page."""
    with opened(), serving(demo="1") as server:
        yield server.url


def telephone(browser: Browser, *, scripts: bool = True) -> Page:
    """A telephone of 360 px with or without scripts."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 740}, java_script_enabled=scripts, locale="zh-CN", has_touch=True
    )
    return context.new_page()


def register(hand: Hand) -> None:
    """Fill in the form on the page of an opening, then the code that the demo shows."""
    hand.write("#join [name=name]", "李小梅")
    hand.write("#join [name=phone]", "13900001234")
    hand.write("#join [name=id_number]", IDENTITY + identity_check(IDENTITY))
    hand.tap("#join [name=consent]")
    hand.tap("#join button")
    hand.write("[name=code]", hand.page.locator(".notice-title").first.inner_text()[-6:])
    hand.tap("form[action='/register/code'] button")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_newcomer_asks_for_an_introduction_in_few_taps(browser: Browser, address: str, scripts: bool) -> None:
    page = telephone(browser, scripts=scripts)
    hand = Hand(page)
    page.goto(address)
    hand.tap("#newest .card-title a")
    page.wait_for_url("**/openings/*")
    opening = page.url
    assert page.locator("#why").count() == 0, "nothing suits or fails to suit somebody who is not known"
    hand.tap(".ask-bar a")
    register(hand)
    page.wait_for_url(opening)
    hand.tap(".ask-bar button")
    page.wait_for_url("**/me/introductions/*")
    assert hand.taps <= MOST_TAPS
    assert hand.fields <= MOST_FIELDS
    page.locator("ol.story").wait_for()
    assert page.locator("ol.story > li").count() == 4
    assert page.locator("ol.story > li[aria-current=step]").count() == 1
    with open_session(Actor.system().scope) as session:
        asked = session.scalars(select(Introduction).order_by(Introduction.id.desc())).first()
    assert asked is not None
    assert opening.endswith(f"/openings/{asked.opening_id}")
    assert page.url.endswith(f"/me/introductions/{asked.id}")


def test_the_hand_counts_and_notices_a_page_that_is_too_wide(browser: Browser) -> None:
    hand = Hand(telephone(browser))
    hand.page.set_content("<input name=a><button>b</button>")
    hand.write("[name=a]", "c")
    hand.tap("button")
    assert (hand.taps, hand.fields, hand.page.input_value("[name=a]")) == (2, 1, "c")
    hand.page.set_content("<p style='width:500px'>x</p><button>b</button>")
    with pytest.raises(AssertionError, match="wider"):
        hand.tap("button")


def test_nothing_is_called_suitable_before_a_newcomer_has_said_what_she_can_do(browser: Browser, address: str) -> None:
    page = telephone(browser)
    hand = Hand(page)
    page.goto(f"{address}/openings")
    hand.tap("#results .card-title a")
    page.wait_for_url("**/openings/*")
    opening = page.url
    register(hand)
    page.wait_for_url(opening)
    page.locator("#why").wait_for()
    assert page.locator("#why .tone-good").count() == 0
    assert page.locator("#why a[href='/me/profile/trades']").count() == 1
    assert page.locator("a[href$='/score']").count() == 0
    page.goto(f"{address}/me")
    assert page.locator("#best").count() == 0
    assert page.locator("a[href='/me/records']").count() >= 1
    page.goto(f"{address}/me/matches")
    assert page.locator(".card.opening").count() == 0


def test_what_does_not_suit_stands_before_what_does(browser: Browser, address: str) -> None:
    page = telephone(browser)
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", "wang")
    page.fill("[name=password]", PASSWORD)
    page.locator("form[action='/sign-in'] button").first.click()
    page.wait_for_url("**/me")
    page.goto(f"{address}/openings?sort=pay")
    page.locator("#results .card-title a").first.click()
    page.locator("#why").wait_for()
    tones = page.locator("#why li[class^=tone-]").evaluate_all("rows => rows.map(row => row.className)")
    assert "tone-bad" in tones
    assert "tone-good" in tones
    assert tones == sorted(tones, key=["tone-bad", "tone-good", "tone-info"].index)
    assert page.locator("#main-facts a[href^='geo:']").count() == 1
    assert page.locator("a[href^='tel:']").count() >= 1
    page.locator("a[href$='/score']").click()
    page.wait_for_url("**/score")
    assert page.locator("table.why").count() == 1
    assert page.locator("table.why svg.icon").count() == 0, "points get no tick"
