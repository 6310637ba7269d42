"""R10: requests generated from the API's description, as every role, match it and never cause a server error."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.dependencies import PUBLIC, Routes, Unit
from api.registry import registry
from centre.permissions import Role
from tests.ordeal import world as worlds
from tests.ordeal.caller import HOST, Answer, Caller
from tests.ordeal.lengths import length
from tests.ordeal.world import Someone, World

CASES = length(2_000, 100_000)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
BREAKING = 3  # so many cases of an operation break its description on purpose, told by somebody who may


@dataclass
class Result:
    """The result of the cases."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)


def send(caller: Caller, case: Case[Any], someone: Someone) -> tuple[requests.PreparedRequest, Answer]:
    """Send one generated request as somebody."""
    transport = case.as_transport_kwargs(base_url=f"http://{HOST}")
    prepared = requests.Request(**{name: value for name, value in transport.items() if name != "timeout"}).prepare()
    body: Any = prepared.body or b""
    answer = caller.call(
        case.method.upper(), str(prepared.path_url), token=someone.token,
        body=body.encode() if isinstance(body, str) else body, kind=str(prepared.headers.get("content-type", "")),
    )  # fmt: skip
    return prepared, answer


def as_response(prepared: requests.PreparedRequest, answer: Answer) -> Response:
    """A response in the form that the checks expect."""
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name, []).append(value)
    return Response(answer.status, headers, answer.body, prepared, 0.0, verify=False, encoding="utf-8")


def check(case: Case[Any], prepared: requests.PreparedRequest, answer: Answer) -> str:
    """The violation in a response, or an empty text."""
    try:
        case.validate_response(as_response(prepared, answer), checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        faults = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
        return "; ".join(str(fault).replace("\n", " ")[:200] for fault in faults)
    return ""


def fuzz(app: Any, caller: Caller, people: list[Someone], cases: int) -> Result:
    """About so many cases, spread evenly over readers and operations; the same ones each time.

    Some more break the description, in the name of one who may: with others the door would be all that is tried.
    """
    described = openapi.from_dict(app.openapi())
    operations: list[Any] = [result.ok() for result in described.get_all_operations()]  # type: ignore[union-attr]
    result = Result()
    each = max(1, cases // (len(operations) * len(people)))
    allowed = {(entry.method, entry.path): entry.roles for entry in registry(app)}
    for turn, operation in enumerate(operations):
        right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        for someone in people:
            _some(right, each, caller, someone, result)
        roles = allowed[operation.method.upper(), operation.path]
        able = [person for person in people if person.actor.roles & roles] or people
        wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        _some(wrong, BREAKING * each, caller, able[turn % len(able)], result)
    return result


def _some(strategy: Any, count: int, caller: Caller, someone: Someone, result: Result) -> None:
    @settings(
        max_examples=count, phases=[Phase.generate], derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def once(case: Case[Any]) -> None:
        prepared, answer = send(caller, case, someone)
        result.cases += 1
        result.statuses[answer.status] += 1
        if fault := check(case, prepared, answer):
            where = f"{someone.name} {case.method} {case.operation.path} {answer.status}"
            result.wrong.setdefault(where, f"{fault} :: {prepared.path_url} {str(prepared.body)[:200]}")

    try:
        once()
    except Exception as error:
        if type(error).__name__ not in ("Unsatisfiable", "InvalidArgument", "SkipTest", "Skipped"):
            raise


@pytest.fixture
def world(any_database: str) -> World:
    """The world, on either database."""
    return worlds.build()


def readers(world: World, database: str) -> list[Someone]:
    """One of each role and a visitor; on PostgreSQL, which is slower, only some."""
    one_each = {next(iter(someone.actor.roles), None): someone for someone in reversed(world.people.values())}
    some = (None, Role.JOBSEEKER, Role.COUNTY_MANAGER, Role.REGISTRAR, Role.EMPLOYER)
    return [someone for role, someone in one_each.items() if database.startswith("sqlite") or role in some]


def test_no_generated_request_causes_a_server_error_or_violates_the_description(
    world: World, any_database: str
) -> None:
    from web.app import build

    began = time.monotonic()
    app = build()
    caller, people = Caller(app), readers(world, any_database)
    is_small = len(people) < len(Role)
    result = fuzz(app, caller, people, CASES // 4 if is_small else CASES)
    caller.close()
    print(json.dumps({
        "name": "fuzz", "cases": result.cases, "wrong": len(result.wrong), "readers": len(people),
        "database": any_database[:10],
        "statuses": {str(key): value for key, value in sorted(result.statuses.items())},
        "seconds": round(time.monotonic() - began, 1),
    }))  # fmt: skip
    assert result.wrong == {}
    assert is_small or result.cases >= CASES * 0.95  # an operation without parameters has no second case
    assert is_small or len(people) == len(Role) + 1


def test_an_unguarded_number_is_caught(world: World) -> None:
    from web.app import build

    app, planted = build(), Routes(prefix="/planted", tags=["planted"])

    @planted.get("/{number}", allow=PUBLIC)
    def planted_route(unit: Unit, number: int) -> str:
        return unit.locale[number]

    app.router.routes.extend(planted.entries)
    described = app.openapi()
    described["paths"] = {path: operations for path, operations in described["paths"].items() if "planted" in path}
    caller = Caller(app)
    result = fuzz(app, caller, [world.people["visitor"]], 20)
    caller.close()
    assert any(where.endswith(" 500") for where in result.wrong)
