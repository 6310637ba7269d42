"""Lists of the API in pages: rows that come in while somebody reads on are neither repeated nor missed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint, inspect, select

import api.paging
from api.desk import KINDS
from api.registry import RouteEntry, registry
from centre import clock, keys
from centre.database import open_session
from centre.permissions import Actor
from centre.scopes import seeing_everything
from employers.companies.models import Employer
from employers.fairs.models import Fair
from employers.openings.models import Opening
from tests.ordeal import world as worlds
from tests.ordeal.caller import Answer, Caller
from tests.ordeal.holes import HOLE
from tests.ordeal.test_access_matrix import doors
from tests.ordeal.world import World
from tests.planted import planted
from training.claims.models import Claim
from training.claims.rules import ClaimState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState

V1 = "/api/v1"
LISTS: dict[str, type[Any]] = {
    f"{V1}/openings": Opening,
    f"{V1}/fairs": Fair,
    f"{V1}/employers": Employer,
    f"{V1}/classes": TrainingClass,
    f"{V1}/claims": Claim,
    f"{V1}/desk/petitions": next(kind.model for kind in KINDS if kind.path == "petitions"),
}
"""Every list that is read in pages, and what is in it."""
ELSEWHERE = {
    f"{V1}/accounts": "read in pages in tests/api/test_administration.py",
    f"{V1}/outbox/dead": "the same; the world has no letter that was given up",
    f"{V1}/opening-changes": "has a test of its own, in tests/api/test_opening_changes.py",
    **{f"{V1}/desk/{kind.path}": "read by the same lines as petitions" for kind in KINDS if kind.path != "petitions"},
    **{f"{V1}/codes/{name}": "shipped lists, which no row joins" for name in ("occupations", "regions", "skills")},
    f"{V1}/rosters/{{upload_id}}/rows": "the rows of a file are all there from its beginning",
}
AT_FIRST, PAGE = 7, 2
MOST_PAGES = 60
NUMBERS = count(1)


@dataclass
class Reading:
    """One list, read by somebody page by page while rows come in before and behind."""

    caller: Caller
    address: str
    model: type[Any]
    token: str
    seen: list[int] = field(default_factory=list)

    def page(self, address: str) -> tuple[list[int], Answer]:
        """The ids of one page."""
        answer = self.caller.call("GET", address, token=self.token)
        assert answer.status == 200, (address, answer.body[:300])
        content = json.loads(answer.body)
        return [item["id"] for item in (content["items"] if isinstance(content, dict) else content)], answer

    def all(self) -> list[int]:
        """What the list holds now."""
        return self.page(f"{self.address}?limit=100")[0]

    def wrong(self, *, by_offset: bool = False) -> str:
        """What a reader got twice or not at all; nothing when every row of the beginning came once, in order."""
        add(self.model, self.all(), AT_FIRST)
        before = self.all()
        address = f"{self.address}?limit={PAGE}"
        for number in range(1, MOST_PAGES):
            ids, answer = self.page(address)
            self.seen += ids
            link = answer.header("link")
            if not (ids if by_offset else link):
                break
            add(self.model, before, 1)
            address = link.partition(">")[0].removeprefix("<")
            if by_offset:
                address = f"{self.address}?limit={PAGE}&offset={number * PAGE}"
        repeated = len(self.seen) - len(set(self.seen))
        kept = [number for number in self.seen if number in set(before)]
        return "" if not repeated and kept == before else f"{self.address}: {repeated} twice, {kept} of {before}"


def add(model: type[Any], like: list[int], copies: int) -> None:
    """Put in copies of the first and of the last row, so that some stand before and some behind."""
    assert like, f"the world has no {model.__name__} that the reader sees"
    with open_session(Actor.system().scope, write=True) as session, seeing_everything(session):
        rows = [session.scalars(select(model).where(model.id == like[at])).one() for at in (0, -1)]
        for row in [row for row in rows for _ in range(copies)]:
            session.add(copy(row))


def copy(row: Any) -> Any:
    """Another row like this one, with keys of its own."""
    mapper = inspect(type(row))
    own = {name for name in unique(type(row)) if getattr(row, name) is not None}
    left_out = {"id", "version", "created_at", "updated_at", "words_sealed", *own}  # sealed for one row alone
    values = {column.key: getattr(row, column.key) for column in mapper.column_attrs if column.key not in left_out}
    number = next(NUMBERS)
    for name in own:
        column = mapper.columns[name]
        values[name] = f"P{number:07d}" if column.type.python_type is str else number + 1000
    if isinstance(row, Claim):
        values["state"] = ClaimState.RETURNED
    return type(row)(**values)


def unique(model: type[Any]) -> set[str]:
    """The columns whose values no two rows share, or share only with another of these columns."""
    table = model.__table__
    groups = [list(held.columns) for held in table.constraints if isinstance(held, UniqueConstraint)]
    return {column.key for group in groups for column in group if not column.foreign_keys}


@dataclass
class Hall:
    """The world, and the application."""

    world: World
    caller: Caller

    def entries(self) -> dict[str, RouteEntry]:
        """The operations that answer in pages, by their address."""
        paths = json.loads(self.caller.call("GET", f"{V1}/openapi.json").body)["paths"]
        paged = {
            path
            for path, methods in paths.items()
            if {given["name"] for given in methods.get("get", {}).get("parameters", [])} & {"offset", "page", "cursor"}
        }
        return {
            entry.path: entry for entry in registry(self.caller.app) if entry.method == "GET" and entry.path in paged
        }

    def reading(self, path: str) -> Reading:
        """A list as the first person reads it who sees a row in it."""
        entry = self.entries()[path]
        addresses = [door.address for door in doors(self.world, entry)] if HOLE.search(path) else [path]
        for someone in self.world.people.values():
            if entry.permission and not someone.actor.may(entry.permission):
                continue
            for address in addresses:
                answer = self.caller.call("GET", f"{address}?limit=100", token=someone.token)
                content = json.loads(answer.body) if answer.status == 200 else []
                if content["items"] if isinstance(content, dict) else content:
                    return Reading(self.caller, address, LISTS[path], someone.token)
        raise AssertionError(f"nobody sees a row of {path}")


@pytest.fixture
def hall(any_database: str) -> Iterator[Hall]:
    """The world with classes that recruit."""
    from web.app import build

    del any_database
    world = worlds.build()
    keys.check_keys()
    with open_session(Actor.system().scope, write=True) as session:
        for course in session.scalars(select(TrainingClass).order_by(TrainingClass.id)):
            course.state, course.start_on = ClassState.RECRUITING, clock.today() + timedelta(days=9)
            course.end_on = course.start_on + timedelta(days=20)
    caller = Caller(build())
    yield Hall(world, caller)
    caller.close()


def test_every_list_in_pages_is_tried(hall: Hall) -> None:
    assert set(hall.entries()) - set(ELSEWHERE) == set(LISTS)


def test_rows_that_come_in_are_neither_repeated_nor_missed(hall: Hall) -> None:
    assert [wrong for path in LISTS if (wrong := hall.reading(path).wrong())] == []


def test_paging_by_offset_is_caught(hall: Hall) -> None:
    path = f"{V1}/fairs"
    assert "twice" in hall.reading(path).wrong(by_offset=True)


def test_a_planted_cursor_that_looks_at_the_last_key_alone_is_caught(hall: Hall) -> None:
    with planted(api.paging, _after=lambda sorting, values: sorting[-1].beyond(values[-1])):
        assert hall.reading(f"{V1}/employers").wrong()


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "W10", "WyJhIiwgMV0", "9" * 900, "_-_-"])
def test_a_cursor_that_no_list_gave_is_refused(hall: Hall, cursor: str) -> None:
    for path in (f"{V1}/fairs", f"{V1}/openings"):
        answer = hall.caller.call("GET", f"{path}?cursor={cursor}")
        assert (path, answer.status) == (path, 422)
