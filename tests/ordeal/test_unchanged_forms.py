"""R30: every form that shows stored values carries their version, changes nothing unchanged, refuses a stale edit."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from api.registry import RouteEntry, registry
from api.versions import FIELD
from centre import clock, keys
from centre.database import open_session
from centre.permissions import Actor
from centre.tables import Base
from employers.companies.models import Employer
from employers.fairs.models import Fair
from employers.openings.models import Opening
from matching.engine.fit.profiles import Leave
from matching.export.models import ExportBatch
from matching.profiles.models import HeldCertificate, JobWish, WorkedOccupation
from tests.ordeal import world as worlds
from tests.ordeal.caller import Caller
from tests.ordeal.test_access_matrix import doors
from tests.ordeal.test_foreign_acts import TRACES
from tests.ordeal.world import Someone, World
from tests.planted import planted
from training.attendance.models import Lesson
from web import forms as web_forms
from web import seeking
from web.forms import SEEN
from web.pages.jobseeker import home

Fields = tuple[tuple[str, str], ...]
BOOKKEEPING = {
    "id", "created_at", "updated_at", "version", "revised_at", "public_since", "bookings", "screened_under",
    "revision", "filing_due_on", "statistics_due_on",
}  # fmt: skip
"""Columns that no form writes: keys, times of writing, counters of changes, and what follows from the rest."""
HIDDEN = ("_csrf", "_key")
REFUSED = {403, 409}
"""The record belongs to another centre, or its state allows no edit: nothing is saved at all."""
ENOUGH = 3
LEAST = 15
"""Fewer kinds of editing forms than this would mean that the crawl has lost its way."""


@dataclass(frozen=True, slots=True)
class PostForm:
    """A form of a page: its address, what a browser sends when nobody touches it, and the visible filled fields."""

    action: str
    fields: Fields
    filled: tuple[str, ...]

    @property
    def has_version(self) -> bool:
        """Whether the form names what its reader saw: the values it shows, or the record that it decides on."""
        return any(name in (FIELD, SEEN, "seen") for name, _ in self.fields)

    @property
    def edits(self) -> bool:
        """Whether the form carries the version of the values that it shows."""
        return any(name == FIELD for name, _ in self.fields)

    @property
    def kind(self) -> str:
        """The address without its numbers."""
        return re.sub(r"/[0-9]+|/[A-Z0-9-]{12,}", "/{}", self.action)


class Shown(HTMLParser):
    """The POST forms of a page with what a browser sends when nobody touches them.

    Pressed is the button that only saves, or else the first one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]], list[str]]] = []
        self._open = False
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area = ""
        self._text = ""
        self._pressed: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what is sent."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form" and given.get("method", "").lower() == "post":
            self._open, self._pressed = True, None
            self.forms.append((given.get("action", ""), [], []))
        if not self._open:
            return
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "button" and (self._pressed is None or given.get("value") == "keep"):
            self._pressed = (name, given.get("value", ""))

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind == "file" or (kind in ("checkbox", "radio") and "checked" not in given):
            return
        self._put(name, value, is_shown=kind != "hidden" and bool(value))

    def _put(self, name: str, value: str, *, is_shown: bool) -> None:
        _, fields, filled = self.forms[-1]
        fields.append((name, value))
        if is_shown:
            filled.append(name)

    def handle_data(self, data: str) -> None:
        """Collect the text of a textarea."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Close."""
        if not self._open:
            return
        if tag == "select" and self._select:
            name, options = self._select
            chosen = next((value for value, is_on in options if is_on), None)
            if options:
                self._put(name, options[0][0] if chosen is None else chosen, is_shown=bool(chosen))
            self._select = None
        elif tag == "textarea" and self._area:
            text = self._text.removeprefix("\n").replace("\n", "\r\n")
            self._put(self._area, text, is_shown=bool(text))
            self._area = ""
        elif tag == "form":
            if self._pressed and self._pressed[0]:
                self._put(*self._pressed, is_shown=False)
            self._open = False


@dataclass
class Crawl:
    """The editing forms that people reach, and what went wrong when they were posted."""

    world: World
    caller: Caller
    kinds: set[str] = field(default_factory=set)
    unversioned: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def forms(self) -> Iterator[tuple[Someone, str, PostForm]]:
        """Each editing form once: who sees it, the page, the form."""
        seen = set[str]()
        for entry in registry(self.caller.app):
            if entry.method != "GET" or not entry.is_page:
                continue
            for someone in self.world.people.values():
                if someone.name.endswith("-b") or (entry.permission and not someone.actor.may(entry.permission)):
                    continue
                for address, form in self._filled(entry, someone):
                    if form.edits and f"{someone.name} {form.action}" not in seen:
                        seen.add(f"{someone.name} {form.action}")
                        self.kinds.add(form.kind)
                        yield someone, address, form
                    if not form.has_version:
                        self.unversioned.setdefault(form.kind, f"{', '.join(form.filled)} on {address}")

    def _filled(self, entry: RouteEntry, someone: Someone) -> Iterator[tuple[str, PostForm]]:
        """The forms with filled fields on the pages of one kind; a kind that shows none on its first pages has none."""
        without = 0
        try:
            addresses = [door.address for door in doors(self.world, entry)]
        except LookupError:  # nothing of this kind is in the world
            return
        for address in addresses:
            page = self.caller.call("GET", address, token=someone.token)
            if page.status >= 500:
                self.wrong.append(f"{someone.name} {address}: {page.status}")
            here = [form for form in shown(page.body) if form.filled or form.edits]
            without += page.status == 200 and not here
            for form in here:
                yield address, form
            if without == ENOUGH:
                return

    def post(self, someone: Someone, form: PostForm, fields: Fields | None = None) -> tuple[int, str]:
        """Post a form; its status and page."""
        sent = [(name, value) for name, value in fields or form.fields if name not in HIDDEN]
        answer = self.caller.form(form.action, sent, token=someone.token, csrf=someone.csrf)
        return answer.status, answer.body.decode("utf-8", "replace")

    def post_unchanged(self) -> int:
        """Post every form as it stands and compare the records; how many were saved."""
        saved = 0
        for someone, _page, form in list(self.forms()):
            before = records()
            status, _ = self.post(someone, form)
            changed = differences(before, records())
            saved += status == 303
            if status not in {303, *REFUSED} or changed:
                self.wrong.append(f"{someone.name} {form.action}: {status}, changed {', '.join(changed) or 'nothing'}")
        return saved


def shown(body: bytes) -> list[PostForm]:
    """The POST forms of a page."""
    parser = Shown()
    parser.feed(body.decode("utf-8", "replace"))
    return [PostForm(action, tuple(fields), tuple(filled)) for action, fields, filled in parser.forms]


def records() -> dict[str, Counter[Fields]]:
    """The contents of all tables but traces of requests, without bookkeeping."""
    with open_session(Actor.system().scope) as session:
        connection = session.connection()
        return {
            table.name: Counter(
                tuple((column.name, str(row[column])) for column in table.columns if column.name not in BOOKKEEPING)
                for row in connection.execute(select(table)).mappings()
            )
            for table in Base.metadata.sorted_tables
            if table.name not in TRACES
        }


def differences(before: dict[str, Counter[Fields]], after: dict[str, Counter[Fields]]) -> list[str]:
    """The tables that changed, each with the columns that did, or with how many rows it gained."""
    named = []
    for table, rows in after.items():
        gone, new = list((before[table] - rows).elements()), list((rows - before[table]).elements())
        columns = {name for old, now in zip(gone, new, strict=False) for name, _ in set(now) - set(old)}
        if gone or new:
            named.append(f"{table}({', '.join(sorted(columns)) or len(new) - len(gone)})")
    return named


def stretch() -> None:
    """Give the world's records values that no form offers, and times to the minute as forms give them."""
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
        day = clock.local(clock.now()).replace(hour=9, minute=15, second=0, microsecond=0)
        for at, lesson in enumerate(session.scalars(select(Lesson).order_by(Lesson.id))):
            lesson.starts_at = day + timedelta(days=at - 10)
            lesson.ends_at = lesson.starts_at + timedelta(hours=lesson.hours)
        for at, fair in enumerate(session.scalars(select(Fair).order_by(Fair.id))):
            fair.starts_at = day + timedelta(days=30 + 7 * at)
            fair.ends_at = fair.starts_at + timedelta(days=2, hours=3)
            fair.co_organisers, fair.open_to_public = ["总工会"], False
        for batch in session.scalars(select(ExportBatch).order_by(ExportBatch.id)):
            batch.contact_phone = "13800000001"
        for employer in session.scalars(select(Employer).order_by(Employer.id)):
            employer.contact_phone = "13800000002"
        for opening in session.scalars(select(Opening).order_by(Opening.id)):
            opening.wage_min_fen, opening.reserved_for = 300_050, []


@pytest.fixture
def crawl(database: str) -> Iterator[Crawl]:
    """The world with values that no form offers, and the application."""
    from web.app import build

    del database
    world = worlds.build()
    keys.check_keys()
    stretch()
    caller = Caller(build())
    yield Crawl(world, caller)
    caller.close()


FRESH = {
    "a new record with proposals, mostly of today and of the reader's place": """
        /administration/accounts/new /counter/people/{}/visit /counter/visit /desk/arrears/new /desk/association/new
        /desk/documents/new /desk/donations/new /desk/gatherings/new /desk/petitions/new /employer/fairs/{}/booth
        /employer/openings/new /employer/register /export/brands/new /export/people/{}/self-found /export/projects/new
        /export/projects/{}/batches/new /export/projects/{}/visits /exports /organiser/fairs/new /organiser/series/new
        /organiser/venues/{}/blocks /organiser/venues/{}/entrances
        /school/classes /tokens/new/employer /tokens/new/registrar""",
    "something that happens, and is added to what happened before": """
        /counter/queue/next /desk/gatherings/{}/guests /export/members/{}/return /gate/fairs/{} /gate/fairs/{}/roll
        /gate/fairs/{}/walk-ins /organiser/fairs/{}/plan /organiser/fairs/{}/report""",
    "a statement beside the earlier ones, none of which it replaces": """
        /counter/introductions/{}/terms/contract /employer/applicants/{}/terms/contract
        /me/introductions/{}/terms/contract""",
    "a proposal that shows what it would change before a second person agrees": """
        /administration/calendar/{}/new /administration/messages/letter/new""",
    "proposals as long as nothing is stored; afterwards the same form carries its version": """
        /organiser/fairs/{}/interviews /organiser/fairs/{}/visitors""",
    "guesses at the columns of a file that one person has just sent": "/openings/lists/{}/columns",
    "a specimen on the page of the design": "/me/profile",
}
"""Forms that are filled in and yet replace nothing that is stored, by the reason."""


def test_every_editing_form_posted_unchanged_changes_nothing(crawl: Crawl) -> None:
    saved = crawl.post_unchanged()
    print(json.dumps({"name": "R30", "saved": saved, "kinds": sorted(crawl.kinds)}))
    assert crawl.wrong == []
    assert len(crawl.kinds) >= LEAST
    fresh = " ".join(FRESH.values()).split()
    assert {kind: where for kind, where in crawl.unversioned.items() if kind not in fresh} == {}


@pytest.mark.parametrize(
    ("module", "name", "mutant"),
    [
        (home, "yuan", lambda fen: "" if fen is None else str(fen // 100_000 * 1000)),
        (seeking, "terms_written", lambda terms, _wish: {"night_ok": "no_night" not in terms}),
        (home, "_known", lambda _step, _me: {"trades": [], "regions": [], "leave_home_ok": "any"}),
    ],
)
def test_a_planted_form_that_leaves_something_out_is_caught(
    crawl: Crawl, module: object, name: str, mutant: object
) -> None:
    only_one(crawl, "jobseeker-a")
    with planted(module, **{name: mutant}):
        crawl.post_unchanged()
    assert any("changed" in fault and "changed nothing" not in fault for fault in crawl.wrong)


def test_a_planted_form_without_a_version_is_caught(crawl: Crawl) -> None:
    only_one(crawl, "city_manager")
    with planted(web_forms, version_of=lambda _stored: ""):
        list(crawl.forms())
    assert "/organiser/fairs/{}/edit" in crawl.unversioned


def only_one(crawl: Crawl, name: str) -> None:
    """Let one person crawl, which is enough for a planted fault."""
    kept = crawl.world.people[name]
    crawl.world.people.clear()
    crawl.world.people[name] = kept


def test_a_stale_edit_is_refused_and_shows_both_and_loses_nothing_typed(crawl: Crawl) -> None:
    refused = 0
    for someone, page, form in list(crawl.forms()):
        visible = [name for name in form.filled if not name.startswith("_")]
        if not visible:
            continue
        stale = tuple(
            (name, "0" * 24 if name == FIELD else _other(name, value, visible)) for name, value in form.fields
        )
        before = records()
        status, body = crawl.post(someone, form, stale)
        if status in {303, *REFUSED}:  # nothing that is typed could differ
            continue
        where = f"{someone.name} {form.action} on {page}"
        assert (status, differences(before, records())) == (412, []), where
        assert 'class="both"' in body, where
        again = dict(next(known for known in shown(body.encode()) if known.action == form.action).fields)
        typed = {name: value for name, value in stale if name in visible}
        assert {name: again.get(name) for name in typed} == typed, where
        assert again[FIELD] == dict(form.fields)[FIELD], f"{where}: the next save knows the stored values"
        refused += 1
    assert refused >= LEAST


def _other(name: str, value: str, visible: list[str]) -> str:
    """Another text in the first free field, so that what is typed differs from what is stored."""
    free = [field for field in visible if field in ("name", "title", "room", "teacher", "address", "years_1")]
    if free and name == free[0]:
        return "9" if name == "years_1" else value + "改"
    return value
