"""R30: every form that edits something changes nothing when it is posted unchanged, and refuses a stale edit."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from api.registry import Entry, registry
from api.versions import FIELD
from centre import keys
from centre.database import open_session
from centre.permissions import Actor
from centre.tables import Base
from matching.engine.fit.profiles import Leave
from matching.profiles.models import HeldCertificate, JobWish, WorkedOccupation
from tests.ordeal import world as worlds
from tests.ordeal.caller import Caller
from tests.ordeal.test_access_matrix import doors
from tests.ordeal.test_foreign_acts import TRACES
from tests.ordeal.world import Someone, World
from tests.planted import planted
from web import seeking
from web.pages.jobseeker import home

Fields = tuple[tuple[str, str], ...]
BOOKKEEPING = {"id", "created_at", "updated_at", "version", "revised_at"}
HIDDEN = ("_csrf", "_key")
ENOUGH = 3
LEAST = 6
"""Fewer kinds of editing forms than this would mean that the crawl has lost its way."""


class Shown(HTMLParser):
    """The POST forms of a page with what a browser sends when nobody touches them: the first button is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._fields: list[tuple[str, str]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area = ""
        self._text = ""
        self._pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what is sent."""
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form" and given.get("method", "").lower() == "post":
            self._fields, self._pressed = [], False
            self.forms.append((given.get("action", ""), self._fields))
        if self._fields is None:
            return
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "input" and name and kind != "file" and (kind not in ("checkbox", "radio") or "checked" in given):
            self._fields.append((name, given.get("value", "")))
        elif tag == "button" and not self._pressed:
            self._pressed = True
            if name:
                self._fields.append((name, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        """Collect the text of a textarea."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Close."""
        if self._fields is None:
            return
        if tag == "select" and self._select:
            name, options = self._select
            if options:
                self._fields.append((name, next((value for value, on in options if on), options[0][0])))
            self._select = None
        elif tag == "textarea" and self._area:
            self._fields.append((self._area, self._text.removeprefix("\n").replace("\n", "\r\n")))
            self._area = ""
        elif tag == "form":
            self._fields = None


@dataclass
class Crawl:
    """The editing forms that people reach, and what went wrong when they were posted."""

    world: World
    caller: Caller
    kinds: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def forms(self) -> Iterator[tuple[Someone, str, str, Fields]]:
        """Each editing form once: who sees it, the page, its address, its fields."""
        seen = set[str]()
        for entry in registry(self.caller.app):
            if entry.method != "GET" or not entry.is_page:
                continue
            for someone in self.world.people.values():
                if someone.name.endswith("-b") or (entry.permission and not someone.actor.may(entry.permission)):
                    continue
                for address, action, fields in self._editing(entry, someone):
                    if f"{someone.name} {action}" not in seen:
                        seen.add(f"{someone.name} {action}")
                        self.kinds.add(entry.path)
                        yield someone, address, action, fields

    def _editing(self, entry: Entry, someone: Someone) -> Iterator[tuple[str, str, Fields]]:
        """The editing forms on the pages of one kind; a kind that shows none on its first pages has none."""
        without = 0
        try:
            addresses = [door.address for door in doors(self.world, entry)]
        except LookupError:  # nothing of this kind is in the world
            return
        for address in addresses:
            page = self.caller.call("GET", address, token=someone.token)
            if page.status >= 500:
                self.wrong.append(f"{someone.name} {address}: {page.status}")
            here = [form for form in shown(page.body) if any(name == FIELD for name, _ in form[1])]
            without += page.status == 200 and not here
            for action, fields in here:
                yield address, action, tuple(fields)
            if without == ENOUGH:
                return

    def post(self, someone: Someone, action: str, fields: Fields) -> tuple[int, str]:
        """Post a form; its status and page."""
        sent = [(name, value) for name, value in fields if name not in HIDDEN]
        answer = self.caller.form(action, sent, token=someone.token, csrf=someone.csrf)
        return answer.status, answer.body.decode("utf-8", "replace")

    def post_unchanged(self) -> None:
        """Post every form as it stands and compare the records."""
        for someone, _page, action, fields in list(self.forms()):
            before = records()
            status, _ = self.post(someone, action, fields)
            changed = sorted(name for name, rows in records().items() if rows != before[name])
            if status != 303 or changed:
                self.wrong.append(f"{someone.name} {action}: {status}, changed {', '.join(changed) or 'nothing'}")


def shown(body: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    """The POST forms of a page."""
    parser = Shown()
    parser.feed(body.decode("utf-8", "replace"))
    return parser.forms


def records() -> dict[str, Counter[str]]:
    """The contents of all tables but traces of requests, without keys, times of writing and versions."""
    with open_session(Actor.system().scope) as session:
        connection = session.connection()
        return {
            table.name: Counter(
                json.dumps([str(row[column]) for column in table.columns if column.name not in BOOKKEEPING])
                for row in connection.execute(select(table)).mappings()
            )
            for table in Base.metadata.sorted_tables
            if table.name not in TRACES
        }


@pytest.fixture
def crawl(any_database: str) -> Iterator[Crawl]:
    """The world with values that no form offers, and the application."""
    from web.app import build

    del any_database
    world = worlds.build()
    keys.check_keys()
    with open_session(Actor.system().scope, write=True) as session:
        for wish in session.scalars(select(JobWish).order_by(JobWish.id)):
            wish.occupations = ["6-05-01-03", "4-03-02-05"]
            wish.regions = [*wish.regions, "310101"]
            wish.wage_floor_fen = 275_550
            wish.leave_home_ok = Leave.CITY
            wish.night_ok, wish.shift_ok, wish.accepts_training = None, False, None
        for row in session.scalars(select(WorkedOccupation).order_by(WorkedOccupation.id)):
            row.years, row.last_used_year, row.self_level = 5, 2019, 4
            for code in ("4-03-02-05", "6-29-01-01"):
                session.add(
                    WorkedOccupation(person_id=row.person_id, centre_id=row.centre_id, occupation=code, years=None)
                )
        for paper in session.scalars(select(HeldCertificate).order_by(HeldCertificate.id)):
            paper.issuer = "某局"
    caller = Caller(build())
    yield Crawl(world, caller)
    caller.close()


def test_every_editing_form_posted_unchanged_changes_nothing(crawl: Crawl) -> None:
    crawl.post_unchanged()
    print(json.dumps({"name": "R30", "kinds": sorted(crawl.kinds)}))
    assert crawl.wrong == []
    assert len(crawl.kinds) >= LEAST


@pytest.mark.parametrize(
    ("module", "name", "mutant"),
    [
        (seeking, "yuan", lambda fen: "" if fen is None else str(fen // 100_000 * 1000)),
        (seeking, "terms_written", lambda terms, _wish: {"night_ok": "no_night" not in terms}),
        (home, "_known", lambda _step, _me: {"trades": [], "regions": [], "leave_home_ok": "any"}),
    ],
)
def test_a_planted_form_that_leaves_something_out_is_caught(
    crawl: Crawl, module: object, name: str, mutant: object
) -> None:
    only = {"jobseeker-a": crawl.world.people["jobseeker-a"]}
    crawl.world.people.clear()
    crawl.world.people.update(only)
    with planted(module, **{name: mutant}):
        crawl.post_unchanged()
    assert any("changed" in fault and "changed nothing" not in fault for fault in crawl.wrong)


def test_a_stale_edit_is_refused_and_shows_both_and_loses_nothing_typed(crawl: Crawl) -> None:
    for someone, page, action, fields in list(crawl.forms()):
        visible = [
            name for name, value in fields if value and name not in (*HIDDEN, FIELD) and not name.startswith("_")
        ]
        if not visible:
            continue
        stale = tuple((name, "0" * 24 if name == FIELD else _other(name, value, visible)) for name, value in fields)
        before = records()
        status, body = crawl.post(someone, action, stale)
        if status == 303:  # nothing that is typed could differ
            continue
        where = f"{someone.name} {action} on {page}"
        assert status == 412, where
        assert records() == before, where
        assert 'class="both"' in body, where
        again = dict(next(known for known in shown(body.encode()) if known[0] == action)[1])
        typed = {name: value for name, value in stale if name in visible}
        assert {name: again.get(name) for name in typed} == typed, where
        assert again[FIELD] == dict(fields)[FIELD], f"{where}: the next save knows the stored values"


def _other(name: str, value: str, visible: list[str]) -> str:
    """Another text in the first free field, so that what is typed differs from what is stored."""
    free = [field for field in visible if field in ("name", "title", "room", "teacher", "address", "years_1")]
    if free and name == free[0]:
        return "9" if name == "years_1" else value + "改"
    return value
