"""Nobody changes records of others: replayed forms and exchanged ids leave every table unchanged."""

import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.registry import RouteEntry, registry
from employers.fairs import booths
from employers.fairs.queries import own_booth
from employers.openings.models import Opening
from tests.ordeal import world as worlds
from tests.ordeal.acts import Bodies, harvest
from tests.ordeal.caller import Answer, Caller
from tests.ordeal.eyes import relations
from tests.ordeal.holes import HOLE, MODELS
from tests.ordeal.test_access_matrix import Door, doors, send_rosters
from tests.ordeal.world import Someone, World
from tests.planted import planted

OWNERS_MAY = frozenset({"person", "school", "employer", "account", "county", "city"})
# What the network's own people may do for everybody, wherever they sit.
# The organiser of the city registers the employers of its fairs.
ALSO = {"api_token": {"administrator"}, "account": {"administrator"}, "employer": {"organiser"}}
# Tables that every request may write to on behalf of the one who sends it.
TRACES = frozenset({"audit_entry", "audit_head", "job_run", "kept_answer", "one_time_code", "sign_in", "tally"})
# Writes whose ids name something that is there for others to use, and why.
OFFERED = {
    "/api/v1/me/introductions": "a jobseeker asks for a public opening",
    "/api/v1/openings": "an officer writes an opening of the officer's own centre for an employer of the network",
    "/desk/association/new": "an officer opens the own centre's case about a listed employer of the network",
    "/desk/employer-visits/new": "an officer plans the own centre's visit to an employer of the network",
    "/school/classes": "a manager asks for a class of the own centre at any school of the network",
    "/organiser/fairs/new": "halls are shared; a booked one is refused",
    "/organiser/series/new": "halls are shared; a booked one is refused",
    "/api/v1/fairs": "halls are shared; a booked one is refused",
    "/api/v1/fairs/series": "halls are shared; a booked one is refused",
}
ID_FIELDS = {hole: model for hole, model in MODELS.items() if hole not in ("code", "device_id")}


@dataclass(frozen=True, slots=True)
class Act:
    """One request that changes something of somebody else."""

    entry: RouteEntry
    address: str
    content: object = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class Watch:
    """Detects commits and reports the changed tables."""

    path: str
    connection: sqlite3.Connection = field(init=False)
    tables: list[str] = field(init=False)
    seen: int = field(init=False)
    before: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.connection = sqlite3.connect(self.path)
        names = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        self.tables = sorted(name for (name,) in names if name not in TRACES and not name.startswith("sqlite"))
        self.before, self.seen = self._rows(), self._version()

    def changed(self) -> list[str]:
        """The tables that changed since the last call, except logs."""
        version = self._version()
        if version == self.seen:
            return []
        self.seen, now = version, self._rows()
        differing = [table for table in self.tables if now[table] != self.before[table]]
        self.before = now
        return differing

    def _version(self) -> int:
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _rows(self) -> dict[str, list[Any]]:
        # Nearly every request commits, since refusals are noted: comparing rows is cheaper than taking digests.
        return {table: self.connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in self.tables}  # noqa: S608 - names of the schema


@dataclass
class Attack:
    """All attempts of side a and the city's staff against side b."""

    world: World
    caller: Caller
    watch: Watch
    cells: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    wrong: list[str] = field(default_factory=list)

    def send(self, someone: Someone, act: Act) -> Answer:
        """One request."""
        entry = act.entry
        if entry.is_page:
            return self.caller.form(act.address, list(act.fields), token=someone.token, csrf=someone.csrf)
        return self.caller.json(entry.method, act.address, act.content, token=someone.token)

    def attack(self, someone: Someone, act: Act) -> None:
        """Make one attempt and record its effects."""
        answer = self.send(someone, act)
        self.cells += 1
        self.statuses[answer.status] += 1
        self.reached[f"{act.entry.method} {act.entry.path}"].add(answer.status)
        where = f"{someone.name} {act.entry.method} {act.address}: {answer.status}"
        to_door = answer.status == 303 and answer.header("location").startswith("/sign-in")
        if not (400 <= answer.status < 500 or to_door):
            self.wrong.append(where)
        changed = self.watch.changed()
        if changed:
            self.wrong.append(f"{where} changed {', '.join(changed)}")


def ids_of(world: World, victim: Someone) -> dict[str, int]:
    """An id of each kind that belongs to the victim's side and to nobody else."""
    ids = {}
    for hole, model in ID_FIELDS.items():
        mine = [
            row for row, owners, _ in world.rows.get(model, []) if "county" in relations(victim, owners, public=False)
        ]
        if mine:
            ids[hole] = mine[0].id
    return ids


def forms(world: World, caller: Caller, entries: list[RouteEntry]) -> dict[str, dict[str, tuple[tuple[str, str], ...]]]:
    """The forms on the pages of side b, as its own people see them, by target path."""
    paths = [entry.path for entry in entries if entry.is_page]
    by_page: defaultdict[str, dict[str, tuple[tuple[str, str], ...]]] = defaultdict(dict)
    owners = [someone for name, someone in world.people.items() if name.endswith("-b")]
    for entry in registry(caller.app):
        if entry.method != "GET" or not entry.is_page:
            continue
        for someone in owners:
            if entry.permission and not someone.actor.may(entry.permission):
                continue
            for door in doors(world, entry):
                if door.table and not relations(someone, door.owners, public=False) & OWNERS_MAY:
                    continue
                answer = caller.call("GET", door.address, token=someone.token)
                if answer.status == 200 and answer.header("content-type").startswith("text/html"):
                    for path, action, fields in harvest(answer.body, paths):
                        by_page[path].setdefault(action, tuple(fields))
    return by_page


def acts_against(
    world: World, entry: RouteEntry, bodies: Bodies, page_forms: dict[str, tuple[tuple[str, str], ...]]
) -> list[Act]:
    """The requests to a route with an id of side b in the path or in the body."""
    holes = HOLE.findall(entry.path)
    if entry.path in OFFERED:
        return []
    if entry.is_page:
        named = [Act(entry, action, fields=fields) for action, fields in page_forms.items()
                 if holes or any(name.endswith("_id") for name, _ in fields)]  # fmt: skip
        return named or ([Act(entry, door.address) for door in doors(world, entry) if door.table] if holes else [])
    content, used = bodies.body(entry.method, entry.path)
    query = bodies.query(entry.method, entry.path)
    if not holes and not used and "_id=" not in query:
        return []
    return [Act(entry, door.address + query, content) for door in doors(world, entry)]


def is_foreign(behind: Mapping[str, Door], someone: Someone, act: Act) -> bool:
    """Whether an act targets a record that the actor has no part in; the doors of its route by their addresses."""
    door = behind.get(act.address.split("?")[0])
    if door is None:
        return True
    held = relations(someone, door.owners, public=door.public)
    return not held & (OWNERS_MAY | ALSO.get(door.table, set()) | {"public"})


@pytest.fixture
def world(database: str) -> World:
    """The world, in a fresh SQLite file."""
    return worlds.build()


@pytest.fixture
def caller() -> Iterator[Caller]:
    """The whole application."""
    from web.app import build

    browser = Caller(build())
    yield browser
    browser.close()


def attackers(world: World) -> list[Someone]:
    """Side a, and the city's staff who do not serve people themselves."""
    return [someone for name, someone in world.people.items() if not name.endswith("-b") and name != "city_manager"]


def attack_all(world: World, caller: Caller, path: str, *, under: str = "/") -> Attack:
    """Try every write of the application on records of side b, as everybody who has no part in them."""
    entries = [entry for entry in registry(caller.app) if entry.method != "GET" and entry.path.startswith(under)]
    page_forms = forms(world, caller, entries) if any(entry.is_page for entry in entries) else {}
    bodies = Bodies(caller.app.openapi(), ids_of(world, world.people["county_manager-b"]))
    attack = Attack(world, caller, Watch(path))
    for entry in entries:
        tried = acts_against(world, entry, bodies, page_forms.get(entry.path, {}))
        behind = {door.address: door for door in reversed(doors(world, entry)) if door.table} if tried else {}
        for someone in attackers(world):
            foreign = [act for act in tried if is_foreign(behind, someone, act)]
            allowed = entry.permission is None or someone.actor.may(entry.permission)
            for act in foreign if allowed else foreign[:1]:
                attack.attack(someone, act)
    return attack


def test_nobody_changes_records_of_others(world: World, caller: Caller, database: str) -> None:
    began = time.monotonic()
    send_rosters(world, caller)
    attack = attack_all(world, caller, database.removeprefix("sqlite:///"))
    writes = [f"{entry.method} {entry.path}" for entry in registry(caller.app) if entry.method != "GET"]
    print(json.dumps({
        "name": "access-matrix-writes", "cells": attack.cells, "operations": len(attack.reached), "of": len(writes),
        "own_only": len(set(writes) - set(attack.reached)), "wrong": len(attack.wrong),
        "statuses": {str(key): value for key, value in sorted(attack.statuses.items())},
        "seconds": round(time.monotonic() - began, 1),
    }))  # fmt: skip
    assert len(world.rows[Opening]) > 1
    assert attack.wrong == []


def test_planted_actions_without_an_ownership_check_are_caught(world: World, caller: Caller, database: str) -> None:
    with planted(booths, handled_booth=own_booth):
        attack = attack_all(world, caller, database.removeprefix("sqlite:///"), under="/api/v1/fairs/booths")
    assert any(wrong.startswith("organiser POST") and "changed booth" in wrong for wrong in attack.wrong)
