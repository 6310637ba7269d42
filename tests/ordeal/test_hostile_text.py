"""Hostile text in any field of the API or of a form never causes a server error."""

import copy
import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts

from api.registry import RouteEntry, registry
from tests.ordeal import world as worlds
from tests.ordeal.acts import Bodies
from tests.ordeal.caller import Answer, Caller
from tests.ordeal.holes import HOLE
from tests.ordeal.test_access_matrix import Ground, doors, ground
from tests.ordeal.test_foreign_acts import forms, ids_of
from tests.ordeal.world import Someone, World

TEXTS: dict[str, str] = {
    "nul": "张\x00三", "surrogate": "\ud83d", "bidi": "\u202e\u2066abc\u2069", "zero width": "\u200b\u200d\ufeff",
    "full width": "１２３４５６７８９０１", "extension b": "𠮷𡈽", "long": "长" * 100_000, "empty": "",
    "space": " \u3000\t\r\n", "emoji": "👩‍🌾🏳️‍🌈", "right to left": "محمد عبدالله",
    "quote": "'\"><%s{{7*7}}${x}\\", "noncharacter": "\uffff\ufdd0",
    "digits": "9" * 400, "minus": "-1", "sign": "+１．５e５", "combining": "e" + "\u0301" * 500,
}  # fmt: skip
NUMBERS: dict[str, Any] = {
    "nan": float("nan"), "infinity": float("inf"), "2^63": 2**63, "-2^63-1": -(2**63) - 1, "minus": -1, "zero": 0,
    "huge": 10**400, "fraction": 1.5, "tiny": 5e-324, "null": None, "list": [[]], "object": {"a": {}},
}  # fmt: skip
HOSTILE: dict[str, Any] = TEXTS | {f"number {name}": value for name, value in NUMBERS.items()}
PREFERRED = ("county_manager-b", "school-b", "employer-b", "jobseeker-b", "city_manager", "administrator", "auditor")
ENDS_SESSIONS = ("/sign-out", "/account", "/kiosk", "/sign-in")
ALONE, TOGETHER = 8, 10


@dataclass
class Tally:
    """The responses: the number of each status, and the server errors."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    each: list[tuple[str, int]] = field(default_factory=list)

    def note(self, where: str, answer: Answer) -> None:
        """Record one response."""
        self.statuses[answer.status] += 1
        self.each.append((where, answer.status))
        if answer.status >= 500:
            self.wrong.append(f"{where}: {answer.status}")


def actor_for(world: World, entry: RouteEntry) -> Someone:
    """Somebody with the permission, so that the text reaches the handler."""
    able = [world.people[name] for name in PREFERRED]
    return next(
        (someone for someone in able if entry.permission is None or someone.actor.may(entry.permission)), able[0]
    )


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all single values in a body."""
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in items:
            yield from leaves(value, (*path, key))
    else:
        yield path


def planted(content: Any, places: list[tuple[Any, ...]], value: Any) -> Any:
    """A copy of a body with a value at some places."""
    changed = copy.deepcopy(content)
    for place in places:
        target = changed
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = value
    return changed


def all_properties(bodies: Bodies, schema: dict[str, Any], content: Any) -> Any:
    """A body with its optional fields filled in as well."""
    resolved = bodies.followed(schema)
    if isinstance(content, dict):
        for name, property_schema in resolved.get("properties", {}).items():
            content.setdefault(name, bodies.value(name, property_schema))
    return content


def in_text(value: Any) -> str:
    """A hostile value encoded for a URL."""
    text = value if isinstance(value, str) else str(value)
    return quote(text[:3000].encode("utf-8", "surrogatepass"))


def attack_api(world: World, caller: Caller, names: tuple[str, ...], tally: Tally) -> None:
    """Every operation of the API: each value in all fields at once, and each field alone with some of them."""
    bodies = Bodies(caller.app.openapi(), ids_of(world, world.people["county_manager-b"]))
    for number, entry in enumerate(entry for entry in registry(caller.app) if not entry.is_page):
        someone, door = actor_for(world, entry), doors(world, entry)[0]
        content, places, parameters = _parts(bodies, entry)
        for name in names:
            if places:
                body = planted(content, places, HOSTILE[name])
                _send(tally, caller, someone, entry, door.address, body, f"all={name}")
            if parameters:
                query = "?" + "&".join(f"{parameter}={in_text(HOSTILE[name])}" for parameter in parameters)
                _send(tally, caller, someone, entry, door.address + query, content, f"query={name}")
            if HOLE.search(entry.path):
                word = in_text(HOSTILE[name]) or "%20"
                filled = HOLE.sub(word, entry.path)
                _send(tally, caller, someone, entry, filled, content, f"path={name}")
        for turn, place in enumerate(places):
            for name in some(names, number + turn, ALONE):
                body = planted(content, [place], HOSTILE[name])
                _send(tally, caller, someone, entry, door.address, body, f"{place}={name}")
        for turn, parameter in enumerate(parameters):
            for name in some(names, number + turn, ALONE):
                address = f"{door.address}?{parameter}={in_text(HOSTILE[name])}"
                _send(tally, caller, someone, entry, address, content, f"{parameter}={name}")


def some(names: tuple[str, ...], start: int, count: int) -> list[str]:
    """A few of the values, rotating with each offset."""
    return [names[(start * count + step) % len(names)] for step in range(min(count, len(names)))]


def _parts(bodies: Bodies, entry: RouteEntry) -> tuple[Any, list[tuple[Any, ...]], list[str]]:
    content, _ = bodies.body(entry.method, entry.path)
    operation = bodies.operation(entry.method, entry.path)
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        content = all_properties(bodies, schema, content)
    parameters = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    return content, [place for place in leaves(content) if place], parameters


def _send(
    tally: Tally, caller: Caller, someone: Someone, entry: RouteEntry, address: str, content: Any, what: str
) -> None:
    answer = caller.json(entry.method, address, content, token=someone.token)
    tally.note(f"{someone.name} {entry.method} {entry.path} {what}", answer)


def attack_pages(world: World, caller: Caller, names: tuple[str, ...], tally: Tally) -> int:
    """Send each value in all fields and in single fields of every form, and in the query of every page."""
    entries = list(registry(caller.app))
    sent = forms(world, caller, [entry for entry in entries if entry.method != "GET"])
    queries = query_names(caller.app)
    fields_tried = 0
    for number, entry in enumerate(entry for entry in entries if entry.is_page):
        someone = actor_for(world, entry)
        for action, fields in list(sent.get(entry.path, {}).items())[:1]:
            fields_tried += len(fields)
            for name in some(names, number, TOGETHER):
                every = [(key, str(HOSTILE[name])) for key, _ in fields]
                _post(tally, caller, someone, entry, action, every, f"all={name}")
            for turn, (key, _) in enumerate(fields):
                for name in some(names, number + turn, 2):
                    alone = [(field, str(HOSTILE[name]) if field == key else value) for field, value in fields]
                    _post(tally, caller, someone, entry, action, alone, f"{key}={name}")
        if entry.method == "GET":
            for name in some(names, number, TOGETHER):
                for address in _addresses(world, entry, queries.get(entry.path, []), HOSTILE[name]):
                    answer = caller.call("GET", address, token=someone.token)
                    tally.note(f"{someone.name} GET {entry.path} {name}", answer)
        if entry.path.startswith(ENDS_SESSIONS):
            worlds.sign_in_again(world)
    return fields_tried


def _addresses(world: World, entry: RouteEntry, names: list[str], value: Any) -> Iterator[str]:
    if HOLE.search(entry.path):
        yield HOLE.sub(lambda _: in_text(value) or "%20", entry.path)
    if names:
        yield doors(world, entry)[0].address + "?" + "&".join(f"{name}={in_text(value)}" for name in names)


COMMON = ("q", "page", "sort", "lang", "back", "role", "state", "month", "on", "region")


def query_names(app: Any) -> dict[str, list[str]]:
    """The query parameters of pages: declared ones, and those common to all pages."""
    by_path = {}
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        names = [parameter.alias for parameter in dependant.query_params] if dependant else []
        by_path[str(route.path)] = [*names, *COMMON]
    return by_path


def _post(
    tally: Tally,
    caller: Caller,
    someone: Someone,
    entry: RouteEntry,
    action: str,
    fields: list[tuple[str, str]],
    what: str,
) -> None:
    answer = caller.form(action, fields, token=someone.token, csrf=someone.csrf)
    tally.note(f"{someone.name} POST {entry.path} {what}", answer)


@pytest.fixture(scope="module")
def attacked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Tally]]:
    """The world on SQLite after hostile text in the whole API, and the responses."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copyfile(sqlite_template, folder / "gangqiao.db")
    with ground(f"sqlite:///{folder / 'gangqiao.db'}", str(folder)) as scene:
        tally = Tally()
        attack_api(scene.world, scene.caller, tuple(HOSTILE), tally)
        yield scene, tally


def test_no_hostile_text_causes_a_server_error(attacked: tuple[Ground, Tally]) -> None:
    scene, in_api = attacked
    in_pages = Tally()
    fields = attack_pages(scene.world, scene.caller, tuple(HOSTILE), in_pages)
    statuses = in_api.statuses + in_pages.statuses
    print(json.dumps({
        "name": "hostile-text", "requests": sum(statuses.values()), "values": len(HOSTILE), "form_fields": fields,
        "wrong": len(in_api.wrong + in_pages.wrong),
        "statuses": {str(key): value for key, value in sorted(statuses.items())},
        "seconds": round(time.monotonic() - scene.began, 1),
    }))  # fmt: skip
    assert in_api.wrong == []
    assert in_pages.wrong == []


def test_both_databases_respond_identically_to_hostile_text(
    attacked: tuple[Ground, Tally], postgres_database: str, tmp_path: Path
) -> None:
    tally = Tally()
    with ground(postgres_database, str(tmp_path)) as scene:
        attack_api(scene.world, scene.caller, tuple(HOSTILE), tally)
    assert tally.wrong == []
    pairs = zip(attacked[1].each, tally.each, strict=True)
    differing = [(first, second) for first, second in pairs if first != second]
    print(json.dumps({"name": "hostile-text-alike", "requests": len(tally.each), "differing": len(differing)}))
    assert differing == []
