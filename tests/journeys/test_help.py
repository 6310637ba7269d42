"""What can the centre do for me? Asked on a telephone in both languages, with and without scripts; nothing is kept."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.screens import too_wide
from tests.journeys.test_month_end import BOX

COUNTY = "610402"
WORDS = {
    "zh-CN": {
        "way": "中心能帮我什么", "yes": "可以办", "no": "现在不行", "why": "需要先认定为困难职工或就业困难人员",
        "change": "先到窗口申请困难认定", "bring": "要带：", "hours": "周一至周五 9:00-17:00", "aloud": "读给我听",
    },
    "en-GB": {
        "way": "What can the centre do for me?", "yes": "Yes", "no": "Not now",
        "why": "A recognition of hardship is needed first", "change": "Apply for hardship recognition at the counter",
        "bring": "Bring: ", "hours": "9:00-17:00", "aloud": "Read aloud",
    },
}  # fmt: skip
MOST_TAPS = 7
ITS_OWN = ("job", "tally", "lease", "heartbeat")
"""Tables that the service writes by itself."""


def stored(folder: Path) -> dict[str, int]:
    """How many rows each table of the database holds."""
    with closing(sqlite3.connect(f"file:{folder / 'gangqiao.db'}?mode=ro", uri=True)) as book:
        names = [row[0] for row in book.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        mine = [name for name in names if not name.startswith(ITS_OWN)]
        return {name: int(book.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in mine}  # noqa: S608


def asked(page: Page, locale: str) -> int:
    """From the first page to the answer: the number of taps."""
    taps: list[Callable[[], object]] = [
        page.get_by_role("link", name=WORDS[locale]["way"]).first.click,
        partial(chosen, page, "situation", "unemployed"),
        partial(chosen, page, "income", "600"),
        partial(chosen, page, "hardship", "none"),
        partial(chosen, page, "child", "true"),
        partial(page.select_option, "main [name=region]", COUNTY),
        page.locator("#questions form button").click,
    ]
    for tap in taps:
        tap()
        page.wait_for_load_state()
    return len(taps)


def chosen(page: Page, name: str, value: str) -> None:
    """Tap one answer."""
    page.locator(f"main input[name={name}][value='{value}']").check()


def answered(page: Page, words: dict[str, str]) -> None:
    """The page says what is possible, what is not and why, what to bring, where to go and when."""
    answers = page.locator("#answers")
    for name in ("yes", "no", "why", "change", "bring"):
        expect(answers).to_contain_text(words[name])
    places = page.locator("#where .table-frame").first.locator("tbody tr")
    expect(places).to_have_count(1)
    expect(places.first).to_contain_text(words["hours"])
    expect(page.locator("#where figure svg")).to_be_visible()


def on_paper(page: Page) -> int:
    """How many pages it prints on, with the code and without the questions."""
    page.emulate_media(media="print")
    expect(page.locator("#where figure svg")).to_be_visible()
    expect(page.locator("#questions")).to_be_hidden()
    return len(BOX.findall(page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("locale", list(WORDS))
def test_a_few_taps_say_what_the_centre_does_for_somebody(
    open_page: OpenPage, folder: Path, locale: str, scripts: bool
) -> None:
    page = open_page("/", locale=locale, scripts=scripts)
    before = stored(folder)
    assert asked(page, locale) <= MOST_TAPS
    answered(page, WORDS[locale])
    aloud = page.get_by_role("button", name=WORDS[locale]["aloud"])
    expect(aloud).to_be_visible() if scripts else expect(aloud).to_be_hidden()
    assert too_wide(page) == []
    assert on_paper(page) <= 3
    assert nothing_kept(page, before, folder) == []


def nothing_kept(page: Page, before: dict[str, int], folder: Path) -> list[str]:
    """What the service, the database or the browser remembers of the questions."""
    now = stored(folder)
    kept = [f"{name}: {now[name] - count} rows" for name, count in before.items() if now[name] != count]
    kept += [f"cookie {cookie['name']}" for cookie in page.context.cookies()]
    state = page.context.storage_state()
    return kept + [f"{item['name']} in the browser" for origin in state["origins"] for item in origin["localStorage"]]


def test_what_the_answer_keeps_is_noticed(open_page: OpenPage, folder: Path) -> None:
    page = open_page("/help?income=600")
    before = stored(folder)
    plant: dict[str, Callable[[], object]] = {
        "cookie income": lambda: page.evaluate("document.cookie = 'income=600'"),
        "income in the browser": lambda: page.evaluate("localStorage.setItem('income', 600)"),
    }
    for name, act in plant.items():
        act()
        assert name in nothing_kept(page, before, folder)
    counted = re.search("[0-9]+ rows", "".join(nothing_kept(page, before | {"person": 0}, folder)))
    assert counted


def test_the_answer_is_read_aloud(open_page: OpenPage) -> None:
    page = open_page("/help?income=600&hardship=none&child=true&region=" + COUNTY)
    page.evaluate("() => { speechSynthesis.speak = (said) => { window.said = said.text; }; }")
    page.get_by_role("button", name=WORDS["zh-CN"]["aloud"]).click()
    said = str(page.evaluate("window.said"))
    assert "要带：" in said
    assert WORDS["zh-CN"]["hours"] in said, "where to go and when is read, too"
    assert "三原县" not in said, "no list of fourteen centres"
