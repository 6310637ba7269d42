"""Every PUT and PATCH of the API compares the version that the caller saw, and tells the caller which one that is."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import api.labour_export
from api.registry import RouteEntry, registry
from centre import keys
from tests.ordeal import world as worlds
from tests.ordeal.acts import Bodies
from tests.ordeal.caller import Caller
from tests.ordeal.test_access_matrix import doors
from tests.ordeal.world import Someone, World
from tests.planted import planted

STALE = {"if-match": '"987654"'}
REFUSED = {403, 404, 409, 422}
"""The record is another centre's, or the generated content does not suit its state: nothing was compared."""
DAYS = {"from_on": "2030-01-01", "to_on": "2030-12-31"}
FITTING = {
    "/api/v1/labour-export/projects/{project_id}": {
        **DAYS,
        "destination_code": "330200",
        "pay_min_fen": 300_000,
        "pay_max_fen": 400_000,
    },
    "/api/v1/labour-export/batches/{batch_id}": {
        "depart_at": "2030-01-01T08:00:00+08:00",
        "arrive_at": "2030-01-01T20:00:00+08:00",
        "contact_phone": "13800000001",
    },
}
"""Values that keep the rules between fields, which the description does not tell."""


@dataclass
class Writes:
    """The world with everybody's requests that replace a record."""

    world: World
    caller: Caller
    bodies: Bodies

    def entries(self) -> list[RouteEntry]:
        """The operations that replace a record."""
        return [entry for entry in registry(self.caller.app) if entry.method in ("PUT", "PATCH")]

    def answers(self, entry: RouteEntry) -> Iterator[tuple[Someone, str, int]]:
        """The status of an edit of a version that is gone, for everybody who may edit at all."""
        for someone in self.world.people.values():
            if entry.permission and not someone.actor.may(entry.permission):
                continue
            for door in doors(self.world, entry):
                body, _ = self.bodies.body(entry.method, entry.path)
                sent = json.dumps(body | FITTING.get(entry.path, {})).encode()
                answer = self.caller.call(
                    entry.method,
                    door.address,
                    token=someone.token,
                    body=sent,
                    kind="application/json",
                    headers=STALE,
                )
                yield someone, door.address, answer.status

    def uncompared(self) -> list[str]:
        """The operations that take a stale edit, or that nobody in the world could try."""
        wrong = []
        for entry in self.entries():
            statuses = {status for _, _, status in self.answers(entry)}
            if 412 not in statuses or statuses - REFUSED - {412}:
                wrong.append(f"{entry.method} {entry.path}: {sorted(statuses)}")
        return wrong

    def untold(self) -> list[str]:
        """The operations whose callers cannot know the version: no read of the address, none in the answer."""
        paths, wrong = self.bodies.description["paths"], []
        for entry in self.entries():
            answer = paths[entry.path][entry.method.lower()]["responses"]["200"]["content"]["application/json"]
            fields = self.bodies.followed(answer["schema"]).get("properties", {})
            read = re.sub(r"/wish$", "/profile", entry.path)
            if "get" not in paths[read] and "version" not in fields:
                wrong.append(f"{entry.method} {entry.path}")
        return wrong


@pytest.fixture
def writes(database: str) -> Iterator[Writes]:
    """The world, and bodies that fit the description."""
    from web.app import build

    del database
    world = worlds.build()
    keys.check_keys()
    caller = Caller(build())
    yield Writes(world, caller, Bodies(json.loads(caller.call("GET", "/api/v1/openapi.json").body)))
    caller.close()


def test_every_replacing_operation_refuses_a_stale_edit(writes: Writes) -> None:
    assert len(writes.entries()) >= 11
    assert writes.uncompared() == []


def test_every_caller_can_know_the_version(writes: Writes) -> None:
    assert writes.untold() == []


def test_every_replacing_operation_describes_if_match(writes: Writes) -> None:
    paths = writes.bodies.description["paths"]
    named = {
        entry.path: [given["name"] for given in paths[entry.path][entry.method.lower()]["parameters"]]
        for entry in writes.entries()
    }
    assert [path for path, names in named.items() if "If-Match" not in names] == []


def test_a_planted_operation_that_compares_nothing_is_caught(writes: Writes) -> None:
    with planted(api.labour_export, expect_version=lambda _unit, _record: None):
        wrong = writes.uncompared()
    assert {line.split(":")[0] for line in wrong} == {
        "PUT /api/v1/labour-export/projects/{project_id}",
        "PUT /api/v1/labour-export/batches/{batch_id}",
    }
