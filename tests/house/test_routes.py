"""Every route says who may call it, and every route is declared on `Routes`, which records the declaration."""

import ast
from pathlib import Path

from tests.house.source import ROOT, Findings, Function, dotted, plant, sources

METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "websocket", "route", "api_route"}
BARE = {"APIRouter", "fastapi.APIRouter", "Router", "starlette.routing.Router"}
FRAME = {"api/dependencies.py", "api/app.py", "api/routes.py", "web/app.py"}


def route_decorators(function: Function) -> list[ast.Call]:
    """The decorators of a function that make it a route."""
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return [
        decorator for decorator in calls if isinstance(decorator.func, ast.Attribute) and decorator.func.attr in METHODS
    ]


def routes(root: Path) -> Findings:
    """Routes that do not say who may call them."""
    findings = Findings()
    for source in sources(root, "api", "web"):
        for function in source.functions():
            for call in route_decorators(function):
                said = "allow" in {keyword.arg for keyword in call.keywords}
                findings.look(said, f"{source.at(call)}: {function.name} does not say who may call it")
        findings.wrong += [
            f"{source.at(call)}: {name}" for name, call in source.calls() if name in BARE and source.name not in FRAME
        ]
    return findings


def test_every_route_says_who_may_call_it() -> None:
    assert routes(ROOT).verdict == []


def test_a_planted_open_door_is_caught(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "api/seats.py",
        "router = APIRouter()\n@routes.get('/', allow=PUBLIC)\ndef seats(): ...\n@routes.post('/')\ndef take(): ...\n",
    )
    assert routes(tmp_path).verdict == [
        "api/seats.py:1: APIRouter",
        "api/seats.py:4: take does not say who may call it",
    ]


def test_the_name_of_a_called_thing_is_read_through_its_dots() -> None:
    call = ast.parse("sqlalchemy.orm.mapped_column()").body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert dotted(call.value.func) == "sqlalchemy.orm.mapped_column"
