"""What every journey does with a page: sign in, and look whether anything sticks out at the side."""

from playwright.sync_api import Page

TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > innerWidth)
  .map((part) => `${part.tagName} ${part.className} ${part.textContent.trim().slice(0, 30)}`)"""


def too_wide(page: Page) -> list[str]:
    """What sticks out of a page at the side.

    A click returns before the page that it leads to is there, so the look waits for a whole page: between two pages
    the document has no root. It does not poll a script: a script that is polled is text to be evaluated, which the
    pages' Content Security Policy blocks from the second time on.
    """
    page.wait_for_load_state()
    return list(page.locator("body").evaluate(TOO_WIDE))


def sign_in(page: Page, login: str, password: str) -> None:
    """Sign in by the form, and wait until the sign-in page is left."""
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
