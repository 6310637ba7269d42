"""The style gallery in a real browser: accessibility by axe, touch targets, no horizontal overflow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.readers import CLERK, gallery
from web.assets import content

ORIGIN = "http://gangqiao.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = {
    "/zh": lambda: gallery(),
    "/en": lambda: gallery("en", actor=CLERK),
    "/big": lambda: gallery(actor=CLERK, cookies="gq_size=huge; gq_contrast=high"),
    "/openings": lambda: gallery("en", path="/openings"),
}

# Targets in running text and inputs inside their label are exempt, as in WCAG 2.5.8.
TOO_SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, label.choice')]
  .filter((one) => one.checkVisibility() && !one.closest('.skip') && !one.closest('label input, label.booth'))
  .filter((one) => !(one.matches('[type=checkbox], [type=radio], [type=hidden]')))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 24)
  .map(([one, box]) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)} ${box.height}`)"""
SMALL_LETTERS = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => `${one.tagName} ${one.className} ${getComputedStyle(one).fontSize}`)"""


COUNT_SENDINGS = """() => {
  window.count = 0;
  document.addEventListener('submit', (event) => { if (!event.defaultPrevented) count += 1; event.preventDefault(); });
}"""


def serve(route: Route) -> None:
    """Serve pages from memory, under the service's content security policy."""
    path = route.request.url.removeprefix(ORIGIN).split("?")[0]
    if path in PAGES:
        headers = {"content-security-policy": POLICY, "content-type": "text/html; charset=utf-8"}
        route.fulfill(body=PAGES[path](), headers=headers)
    elif path.startswith("/static/"):
        route.fulfill(body=content(path.removeprefix("/static/")), content_type=KINDS[path.rsplit(".", 1)[-1]])
    else:
        route.fulfill(status=404, body="nothing here")


def opened(browser: Browser, path: str, width: int, *, scripts: bool = True, night: bool = False) -> Page:
    """A page of the gallery under the policy; `night` for devices in dark mode."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
        color_scheme="dark" if night else "light",
    )
    page = context.new_page()
    page.route("**/*", serve)
    page.goto(ORIGIN + path)
    return page


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """The violations that axe reports: the rule and the first elements."""
    violations = Axe().run(page, options=RULES).response["violations"]
    page.context.close()
    return [(violation["id"], [node["html"][:120] for node in violation["nodes"]][:3]) for violation in violations]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/zh", "/en", "/big"])
def test_axe_finds_no_accessibility_violation(browser: Browser, path: str, width: int) -> None:
    assert barriers(opened(browser, path, width)) == []


def test_axe_finds_no_accessibility_violation_in_dark_mode(browser: Browser) -> None:
    assert barriers(opened(browser, "/zh", 360, night=True)) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
@pytest.mark.parametrize("path", ["/zh", "/en", "/big"])
def test_nothing_is_wider_than_the_phone(browser: Browser, path: str, scripts: bool) -> None:
    page = opened(browser, path, 360, scripts=scripts)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/zh", "/en"])
def test_touch_targets_are_large_enough(browser: Browser, path: str, width: int) -> None:
    page = opened(browser, path, width)
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate("document.querySelector('.button-primary').getBoundingClientRect().height") >= 60
    page.context.close()


def test_text_is_eighteen_pixels_and_never_smaller_than_sixteen(browser: Browser) -> None:
    page = opened(browser, "/zh", 360)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"
    assert page.evaluate("parseFloat(getComputedStyle(document.body).lineHeight) / 18") >= 1.6
    assert page.evaluate(SMALL_LETTERS) == []
    page.context.close()


def test_the_content_security_policy_blocks_nothing_that_pages_need(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", serve)
    page.goto(f"{ORIGIN}/zh")
    drawn = page.evaluate("document.querySelector('.topbar .icon use').getBoundingClientRect().width")
    context.close()
    assert complaints == []
    assert drawn > 5


def test_the_pager_swaps_the_list_in_place_and_back_returns(browser: Browser) -> None:
    page = opened(browser, "/openings", 1280)
    page.evaluate("window.same = true")
    page.locator("#results .pager a[rel=next]").first.click()
    page.wait_for_url(lambda url: url.endswith("page=3"))
    expect(page.locator("#results")).to_be_focused()
    assert page.evaluate("window.same") is True
    assert page.locator("[data-live]").text_content() == "The content has been updated"
    page.go_back()
    page.wait_for_url(lambda url: "page=3" not in url)
    assert page.evaluate("window.same") is True
    page.context.close()


def test_a_filter_applies_at_once(browser: Browser) -> None:
    page = opened(browser, "/openings", 1280)
    page.evaluate("window.same = true")
    page.locator(".facets input[value='610404']").check()
    page.wait_for_url("**/openings?*region=610402&region=610404*")
    assert page.evaluate("window.same") is True
    page.context.close()


def test_a_page_that_cannot_be_swapped_is_loaded_normally(browser: Browser) -> None:
    page = opened(browser, "/openings", 1280)
    page.evaluate("document.querySelector('#results .pager a[rel=next]').href = '/gone'")
    page.locator("#results .pager a[rel=next]").first.click()
    page.wait_for_url("**/gone")
    page.context.close()


def test_a_form_is_submitted_only_once(browser: Browser) -> None:
    page = opened(browser, "/zh", 360)
    page.evaluate(COUNT_SENDINGS)
    button = page.locator("#forms .button-primary")
    button.click()
    page.wait_for_selector("#forms .button-primary[aria-disabled=true]")
    button.click(force=True)
    assert page.evaluate("window.count") == 1
    page.context.close()


def test_without_scripts_filters_and_menus_open_and_nothing_is_hidden(browser: Browser) -> None:
    page = opened(browser, "/en", 360, scripts=False)
    page.locator(".facets summary").click()
    assert page.locator(".facets button").is_visible()
    page.locator(".account summary").click()
    assert page.locator(".account-menu button").is_visible()
    assert page.locator("[data-aloud]").is_hidden()
    page.context.close()


def test_print_shows_the_content_without_controls(browser: Browser) -> None:
    page = opened(browser, "/zh", 680, night=True)  # the width of A4 between its margins
    page.emulate_media(media="print")
    assert page.locator("#tables td").first.evaluate("(one) => getComputedStyle(one).display") == "table-cell"
    assert page.locator("body").evaluate("(one) => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert page.locator(".topbar").is_hidden()
    assert page.locator("#tables table").first.is_visible()
    assert page.locator(".promise").is_visible()
    page.context.close()
