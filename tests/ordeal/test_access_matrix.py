"""Nobody sees records of others: every actor on every route with every id, and canaries in all stored text."""

import json
import re
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, true

from api.dependencies import Access
from api.registry import RouteEntry, registry
from centre import privacy
from centre.accounts.queries import SIGNED_IN
from centre.database import engine, open_session
from centre.permissions import Actor, Scope
from centre.scopes import _criteria
from centre.tables import Base
from tests.databases import settings_from
from tests.ordeal import world as worlds
from tests.ordeal.caller import Answer, Caller
from tests.ordeal.canaries import Secret
from tests.ordeal.eyes import BLIND, POLICY, may_see, relations
from tests.ordeal.holes import HOLE, WORDS, models_of
from tests.ordeal.world import Someone, World
from tests.planted import planted
from training.classes.models import TrainingClass
from training.rosters.models import RosterRow, RosterUpload

TABLES = re.compile(r"(?:FROM|JOIN) \"?([a-z_]+)")
RIGHTS = ("county_manager-a", "school-a", "employer-a", "jobseeker-a", "visitor")
CAUGHT = 12
"""The minimum number of models whose reads reveal a missing scope."""
NOBODYS = 987_654_321
SHEET = "姓名,身份证号,备注\n{name},,{cell}\n"
DESKS = ("/school", "/employer", "/me")
FRESH = re.compile(rb'name="_key" value="[^"]*"|zq9999z')


@dataclass(frozen=True, slots=True)
class Door:
    """One URL with its ids filled in, and the owners of the row behind it."""

    entry: RouteEntry
    address: str
    table: str = ""
    row_id: int | str = ""
    owners: frozenset[tuple[str, int]] = frozenset()
    public: bool = True
    words: tuple[str, ...] = ()
    is_unused: bool = False


@dataclass
class Report:
    """The result of a sweep: the number of cells, and the violations."""

    cells: int = 0
    relations: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)


def doors(world: World, entry: RouteEntry) -> list[Door]:
    """All ways to fill a route's words and ids, each choice of words ending with an unused id. Raises LookupError."""
    holes = HOLE.findall(entry.path)
    models = models_of(entry.path)
    for hole in holes:
        if hole not in WORDS and not world.rows.get(models.get(hole, Base)):
            raise LookupError(f"{entry.path}: nothing in the world for {hole}")
    ids = [hole for hole in holes if hole in models]
    words = [hole for hole in holes if hole not in models]
    ways = []
    for chosen in product(*(WORDS[hole] for hole in words)):
        path = HOLE.sub(lambda hole: hole[0] if hole[1] in models else "{" + hole[1] + "!}", entry.path)
        for hole, word in zip(words, chosen, strict=True):
            path = path.replace("{" + hole + "!}", word)
        if not ids:
            ways.append(Door(entry, path))
            continue
        hole, *inner = ids
        model = models[hole]
        for row, owners, public in world.rows[model]:
            keys = [_key(hole, row), *(_key(key, _beside(world, models[key], owners)) for key in inner)]
            ways.append(Door(entry, _filled(path, keys), model.__tablename__, keys[0], owners, public, chosen))
        nobody = "GQ" + "0" * 12 if hole == "code" else NOBODYS
        unused = Door(entry, _filled(path, [nobody] * len(ids)), model.__tablename__, nobody, public=False)
        ways.append(replace(unused, words=chosen, is_unused=True))
    return ways


def _key(hole: str, row: Any) -> int | str:
    key: int | str = row.code if hole == "code" else row.id
    return key


def _beside(world: World, model: type[Any], owners: frozenset[tuple[str, int]]) -> Any:
    """A row of the same owners, for routes with nested ids."""
    return next((row for row, of, _ in world.rows[model] if of & owners), world.rows[model][0][0])


def _filled(path: str, keys: list[int | str]) -> str:
    for key in keys:
        path = HOLE.sub(str(key), path, count=1)
    return path


def likeness(answer: Answer, door: Door) -> tuple[int, list[tuple[str, str]], bytes]:
    """A response without the requested id and fresh keys, for comparison."""
    key = re.compile(rb"(?<=[/F])" + str(door.row_id).encode() + rb"\b") if door.row_id else FRESH
    kept = [(name, value) for name, value in answer.headers if name != "content-length"]
    head = [(name, key.sub(b"ID", value.encode()).decode()) for name, value in kept]
    return answer.status, head, key.sub(b"ID", FRESH.sub(b"", answer.body))


def look(world: World, someone: Someone, door: Door, answer: Answer, report: Report) -> None:
    """Record what a response reveals wrongly."""
    where = f"{someone.name} {door.entry.method} {door.address}"
    report.cells += 1
    report.statuses[answer.status] += 1
    if answer.status >= 500:
        report.wrong.append(f"{where}: {answer.status}")
    for canary in sorted(world.canaries.found_in(answer.everything)):
        secret = world.secrets[canary]
        report.tables.add(secret.table)
        if not may_see(someone, secret):
            report.wrong.append(f"{where}: shows {secret}")


def sweep(
    scene: "Ground",
    entries: list[RouteEntry],
    people: list[Someone],
    *,
    touching: set[tuple[str, str]] | None = None,
    first_only: bool = False,
) -> Report:
    """Read everything as everybody; `first_only` stops at the first violation.

    With `touching`, only the reads among these, for what leaves out the others cannot be changed by their table.
    """
    report = Report()
    for entry in entries:
        every = scene.doors(entry)
        for someone in people:
            filled = every
            if entry.permission and not someone.actor.may(entry.permission) and len(every) > 4:
                filled = [*every[:2], *(door for door in every[2:-2] if door.is_unused), *every[-2:]]
            if touching is not None:
                filled = _among(filled, someone, touching)
            answers = [(door, scene.read(someone, door)) for door in filled]
            for door, answer in answers:
                look(scene.world, someone, door, answer, report)
            if answers and answers[-1][0].table:
                compare(someone, answers, report)
            if report.wrong and first_only:
                return report
    return report


def _among(filled: list[Door], someone: Someone, touching: set[tuple[str, str]]) -> list[Door]:
    """The doors behind which a table is read; with them the unused ids, to which all others are compared."""
    if any(door.is_unused and (someone.name, door.address) in touching for door in filled):
        return filled
    kept = [door for door in filled if (someone.name, door.address) in touching]
    return [*kept, *(door for door in filled if door.is_unused)] if kept else []


def compare(someone: Someone, answers: list[tuple[Door, Answer]], report: Report) -> None:
    """Records of others must get the same response as an unused id with the same words in the address."""
    unused = {door.words: likeness(answer, door) for door, answer in answers if door.is_unused}
    for door, answer in answers:
        if door.is_unused:
            continue
        nobodys = unused[door.words]
        held = relations(someone, door.owners, public=door.public)
        if door.entry.path.startswith(DESKS) and door.table in ("opening", "training_class"):
            held.discard("public")
        report.relations.update(held or {"stranger"})
        if not held & set(POLICY[door.table].split()) and likeness(answer, door) != nobodys:
            report.wrong.append(f"{someone.name} GET {door.address}: {answer.status}, but nobody's is {nobodys[0]}")


def send_rosters(world: World, caller: Caller) -> None:
    """Both schools upload a roster, so that uploads exist."""
    for letter in "ab":
        school = world.people[f"school-{letter}"]
        owners = frozenset({("provider_id", school.actor.provider_id or 0)})
        name, cell = world.canaries.mark(), world.canaries.mark()
        mine = [row for row, _, _ in world.rows[TrainingClass] if row.provider_id == school.actor.provider_id]
        sent = caller.call(
            "POST", f"/api/v1/rosters?class_id={mine[0].id}&file_name=x.csv", token=school.token,
            body=SHEET.format(name=name, cell=cell).encode(), kind="application/octet-stream",
        )  # fmt: skip
        assert sent.status == 201, sent.body
        upload_id = json.loads(sent.body)["id"]
        centre = mine[0].centre_id
        owners |= {("centre_id", centre)}
        row = type("Upload", (), {"id": upload_id})
        world.rows.setdefault(RosterUpload, []).append((row, owners, False))
        with open_session(Actor.system().scope) as session:
            kept = session.scalars(select(RosterRow).where(RosterRow.upload_id == upload_id)).all()
        world.rows.setdefault(RosterRow, []).extend((row, owners, False) for row in kept)
        for canary, column in ((name, "name"), (cell, "cell")):
            world.secrets[canary] = Secret("roster_row", column, upload_id, owners, public=False)


@dataclass
class Ground:
    """A world with its application, and who reads which address from each table."""

    world: World
    caller: Caller
    touched: defaultdict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    at: tuple[str, str] = ("", "")
    ways: dict[RouteEntry, list[Door]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def hear(self, _connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        """Note the tables of a statement, but for the one by which the service knows who asks, which has no scope."""
        if context.invoked_statement is not SIGNED_IN:
            for table in TABLES.findall(statement):
                self.touched[table].add(self.at)

    def doors(self, entry: RouteEntry) -> list[Door]:
        """All ways to fill a route's ids, worked out once: the rows stay the same."""
        if entry not in self.ways:
            self.ways[entry] = doors(self.world, entry)
        return self.ways[entry]

    def read(self, someone: Someone, door: Door) -> Answer:
        """Read one address as somebody."""
        self.at = (someone.name, door.address)
        return self.caller.call("GET", door.address, token=someone.token)


@contextmanager
def ground(address: str, folder: str) -> Iterator[Ground]:
    """The world in a migrated database, with the application."""
    from web.app import build

    with settings_from(database_url=address, data_dir=folder, require_second_factor="false"):
        scene = Ground(worlds.build(), Caller(build()))
        send_rosters(scene.world, scene.caller)
        event.listen(engine(), "before_cursor_execute", scene.hear)
        yield scene
        event.remove(engine(), "before_cursor_execute", scene.hear)
        scene.caller.close()
    privacy.forget_keys()  # the world of a test around this one has keys of its own


@pytest.fixture(scope="module")
def swept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Report]]:
    """The world on SQLite after a sweep by everybody."""
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copyfile(sqlite_template, folder / "gangqiao.db")
    with ground(f"sqlite:///{folder / 'gangqiao.db'}", str(folder)) as scene:
        yield scene, sweep(scene, reads(scene.caller), strangers(scene.world))


def strangers(world: World) -> list[Someone]:
    """Side a and the city's staff; by symmetry this covers side b."""
    return [someone for name, someone in world.people.items() if not name.endswith("-b")]


def reads(caller: Caller) -> list[RouteEntry]:
    """Every read of the application."""
    return [entry for entry in registry(caller.app) if entry.method == "GET"]


def tell(name: str, report: Report, began: float, **more: Any) -> None:
    """Print one line of figures."""
    figures = {
        "name": name, "cells": report.cells, "wrong": len(report.wrong), "relations": dict(report.relations),
        "statuses": {str(key): value for key, value in sorted(report.statuses.items())}, **more,
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip
    print(json.dumps(figures))


def test_nobody_reads_records_of_others(swept: tuple[Ground, Report]) -> None:
    scene, report = swept
    marked = {secret.table for secret in scene.world.secrets.values()}
    tell("access-matrix-reads", report, scene.began, secrets=len(scene.world.secrets), reads=len(reads(scene.caller)),
         actors=len(strangers(scene.world)), never_shown=sorted(marked - report.tables))  # fmt: skip
    assert report.wrong == []
    assert {"public", "stranger", "staff", "county", "city", "person", "school", "employer"} <= set(report.relations)


def test_every_table_with_canaries_has_a_policy(swept: tuple[Ground, Report]) -> None:
    scene, _ = swept
    assert {secret.table for secret in scene.world.secrets.values()} - set(POLICY) == set()


def test_a_planted_query_without_scope_is_caught(swept: tuple[Ground, Report]) -> None:
    scene, report = swept
    began, came = time.monotonic(), defaultdict(list)
    people = [scene.world.people[name] for name in RIGHTS]
    for model in scoped_models():
        touching = set(scene.touched[model.__tablename__])
        with planted(model, visible_to=classmethod(lambda _cls, _scope: true())):
            _criteria.cache_clear()
            wrong = sweep(scene, reads(scene.caller), people, touching=touching, first_only=True).wrong
        _criteria.cache_clear()
        came["caught" if wrong else "missed" if touching else "unread"].append(model.__name__)
    print(json.dumps({"name": "access-matrix-mutants", **came, "seconds": round(time.monotonic() - began, 1)}))
    assert report.wrong == []
    assert sorted(set(came["missed"]) - set(BLIND)) == []
    assert len(came["caught"]) >= CAUGHT


def scoped_models() -> list[type[Any]]:
    """The models that are not fully public."""
    models = [mapper.class_ for mapper in Base.registry.mappers]
    rules = {model: str(model.visible_to(Scope(person_id=1, account_id=1))) for model in models}
    return sorted((model for model in models if rules[model] != "true"), key=lambda model: str(model.__name__))


def test_the_matrix_holds_on_postgresql(postgres_database: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with ground(postgres_database, str(tmp_path)) as scene:
        report = sweep(scene, reads(scene.caller), strangers(scene.world))
    tell("access-matrix-postgresql", report, began)
    assert report.wrong == []


def test_a_route_without_test_data_fails_by_name(swept: tuple[Ground, Report]) -> None:
    scene, _ = swept
    strange = RouteEntry("GET", "/planted/{planted_id}", Access.PUBLIC, "", is_page=True)
    with pytest.raises(LookupError, match=r"/planted/\{planted_id\}: nothing in the world for planted_id"):
        doors(scene.world, strange)
