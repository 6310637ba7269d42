"""A clerk at the counter whose taps, typed fields and letters are counted, visit by visit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from playwright.sync_api import Locator, Page

from tests.journeys.screens import too_wide

DECIDE, POINT, KEY = 1.35, 1.1, 0.28
"""Seconds to think before an act, to point and to press a key: the keystroke-level model (Card, Moran and Newell)."""
KNOWN_FIELDS = frozenset({"name", "phone", "id_number", "live_region", "trainee_name"})
"""What the record of a person answers."""


@dataclass
class Visit:
    """What one visit cost (一次来访)."""

    name: str
    taps: int = 0
    fields: int = 0
    keys: int = 0
    machine: float = 0.0
    asked_again: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long a practised clerk needs, without the service's own time, which depends on the machine."""
        acts = self.taps + self.fields
        return acts * (DECIDE + POINT) + self.keys * KEY

    @property
    def row(self) -> str:
        """The visit as a row of a table."""
        return f"| {self.name} | {self.taps} | {self.fields} | {self.seconds:.0f} | {self.machine:.1f} |"


class Counter:
    """One signed-in page, and the book in which its acts are counted."""

    def __init__(self, page: Page, book: list[Visit], width: int) -> None:
        page.set_default_timeout(20_000)
        self.page, self.book, self.width = page, book, width
        self.visit = Visit("")

    def begins(self, name: str, at: str = "/counter") -> None:
        """Start a visit at the page where its reader waits, a clerk at the counter."""
        self.page.goto(at)
        self.visit = Visit(name)
        self.book.append(self.visit)

    def goes_on(self, visit: Visit, path: str) -> None:
        """Let another colleague act in the same visit."""
        self.page.goto(path)
        self.visit = visit

    def tap(self, target: str | Locator) -> None:
        """Press a button or follow a link."""
        place = self.page.locator(target) if isinstance(target, str) else target
        self.visit.taps += 1
        self._timed(place.first.click)

    def press(self, name: str) -> None:
        """Press the button or follow the link with these words."""
        words = self.page.locator("main").get_by_role("button", name=name, exact=True)
        self.tap(words.or_(self.page.locator("main").get_by_role("link", name=name, exact=True)))

    def unfold(self, words: str) -> None:
        """Open a part of the page unless it is open."""
        box = self.page.locator("details", has=self.page.locator("summary", has_text=words)).first
        if box.get_attribute("open") is None:
            self.tap(box.locator("summary"))

    def type(self, name: str, value: str, within: str = "main") -> None:
        """Fill a field."""
        self.visit.fields += 1
        self.visit.keys += len(value)
        self.page.locator(f"{within} [name={name}]:visible").first.fill(value)

    def choose(self, name: str, value: str | int = "", within: str = "main") -> None:
        """Choose from a list; without a value its first real entry."""
        self.visit.taps += 2
        box = self.page.locator(f"{within} select[name={name}]:visible").first
        box.select_option(str(value) or box.locator("option:not([value=''])").first.get_attribute("value"))

    def tick(self, name: str) -> None:
        """Tick a box, which nobody has ticked beforehand."""
        self.visit.taps += 1
        box = self.page.locator(f"main [name={name}]:visible").first
        assert not box.is_checked(), f"{name} was ticked beforehand"
        box.check()

    def finds(self, words: str) -> None:
        """Look a person up; the only match opens at once."""
        self.type("words", words)
        self.press("找人")
        self.page.wait_for_url("**/counter/people/*")

    def starts(self, business: str) -> None:
        """Start a service from the person's screen; nothing that the record knows is asked."""
        self.press(business)
        names = self.page.locator("main form[method=post] :is(input, select, textarea):visible").evaluate_all(
            "fields => fields.map((field) => field.name)"
        )
        self.visit.asked_again += sorted(KNOWN_FIELDS & set(names))

    def too_wide(self) -> list[str]:
        """What sticks out of the page at the side."""
        return too_wide(self.page)

    def _timed(self, act: Callable[[], None]) -> None:
        begun = perf_counter()
        act()
        self.page.wait_for_load_state()
        self.visit.machine += perf_counter() - begun


def table_of(book: list[Visit]) -> str:
    """The visits as a table: taps, fields, seconds of a clerk, seconds of the machine."""
    return "\n".join(
        ["| visit | taps | typed fields | clerk, s | machine, s |", "|---|---|---|---|---|", *(v.row for v in book)]
    )
