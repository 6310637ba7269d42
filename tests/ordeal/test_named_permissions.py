"""An account that holds the permission of an operation needs no other, and one that lacks it is told which it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import training.rosters.actions
from api.registry import RouteEntry, registry
from centre import keys
from centre.permissions import Permission, require
from tests.ordeal import world as worlds
from tests.ordeal.acts import Bodies
from tests.ordeal.caller import Answer, Caller
from tests.ordeal.test_access_matrix import doors, send_rosters
from tests.ordeal.world import Someone, World
from tests.planted import planted

WITH_REASON = frozenset({Permission.REVEAL.value})
"""Permissions for one field of an answer, which the operation asks for where that field is wanted."""


@dataclass
class Asked:
    """Every operation with a permission, asked by everybody."""

    world: World
    caller: Caller
    bodies: Bodies
    unnamed: list[str] = field(default_factory=list)
    undeclared: set[str] = field(default_factory=set)

    def ask(self, only: str = "") -> None:
        """Send everybody's requests and read the refusals for want of a permission."""
        for entry in registry(self.caller.app):
            if entry.is_page or not entry.permission or only not in entry.path:
                continue
            for someone in self.world.people.values():
                answer = self._answer(entry, someone)
                content = json.loads(answer.body) if answer.status == 403 else {}
                if content.get("title") != "forbidden":
                    continue
                named = content.get("permission", "")
                if not someone.actor.may(entry.permission) and named != entry.permission:
                    self.unnamed.append(f"{entry.method} {entry.path}: {named}")
                elif someone.actor.may(entry.permission) and named not in {*WITH_REASON, entry.permission}:
                    self.undeclared.add(f"{entry.method} {entry.path} needs {named or 'something'}")

    def _answer(self, entry: RouteEntry, someone: Someone) -> Answer:
        body, _ = self.bodies.body(entry.method, entry.path)
        address = doors(self.world, entry)[0].address + self.bodies.query(entry.method, entry.path)
        return self.caller.json(entry.method, address, body, token=someone.token)


@pytest.fixture
def asked(database: str) -> Iterator[Asked]:
    """The world, and requests that fit the description."""
    from web.app import build

    del database
    world = worlds.build()
    keys.check_keys()
    caller = Caller(build())
    send_rosters(world, caller)
    yield Asked(world, caller, Bodies(json.loads(caller.call("GET", "/api/v1/openapi.json").body)))
    caller.close()


def test_every_needed_permission_is_declared_and_named(asked: Asked) -> None:
    asked.ask()
    assert (asked.unnamed, sorted(asked.undeclared)) == ([], [])


def test_a_planted_second_permission_is_caught(asked: Asked) -> None:
    def strict(actor: object, _permission: Permission) -> None:
        require(actor, Permission.MANAGE_POLICY)  # type: ignore[arg-type]

    with planted(training.rosters.actions, require=strict):
        asked.ask(only="/rosters/")
    assert any("needs" in fault for fault in asked.undeclared)
