"""The first-run page of an empty installation: it requires the key that the server's terminal shows."""

from datetime import timedelta
from hmac import compare_digest
from typing import Annotated, Any

from fastapi import Query
from pydantic import StringConstraints, ValidationError
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.accounts.rules import bare
from centre.database import open_session
from centre.drafts import Draft, Line, problems_of
from centre.errors import Invalid, NotFound, Problem, Refusal
from centre.first_run import FirstRun, city_named, is_open, read_centres, set_up, suggested_centres
from centre.limits import spend
from centre.permissions import Actor
from centre.privacy import token_digest
from centre.settings import settings
from centre.translation import N_
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/first-run")

MOST_TRIES = 20
HOUR = timedelta(hours=1)
SYSTEM = Actor.system()

Lines = Annotated[str, StringConstraints(max_length=8_000)]


class FirstRunForm(Draft):
    """The first run as it is typed into the page: centres and managers one a line (首次设置)."""

    key: Annotated[str, StringConstraints(max_length=40)]
    name: Annotated[Line, StringConstraints(max_length=60)]
    hotline: Annotated[Line, StringConstraints(max_length=40)] = ""
    centres: Lines
    login: Annotated[str, StringConstraints(max_length=60)]
    person: Annotated[Line, StringConstraints(max_length=60)]
    password: Annotated[str, StringConstraints(min_length=8, max_length=100, strip_whitespace=False)]
    managers: Lines = ""
    example_rules: bool = False


@routes.get("", allow=PUBLIC)
def ask(unit: Unit, city: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Ask which city it is; with a city, everything else, filled in as far as the region tree goes."""
    _require_open()
    problems: tuple[Problem, ...] = ()
    values: dict[str, Any] = {}
    if city:
        try:
            suggested = suggested_centres(city_named(city))
        except Refusal as refusal:
            problems = tuple(refusal.problems)
        else:
            lines = [f"{entry.code},{entry.name},{entry.region}" for entry in suggested]
            values = {"name": suggested[0].name, "centres": "\n".join(lines), "login": "admin"}
    return _form(unit, blank(unit, FirstRunForm, **values), city=city, city_problems=problems)


@routes.post("", allow=PUBLIC, keep=False)
def answer(unit: Unit) -> Response:
    """Set the installation up and show the first passwords, once."""
    _require_open()
    bound = bind(unit, FirstRunForm)
    if bound.draft is None:
        return _form(unit, bound, 422)
    try:
        _require_key(bound.draft.key)
        draft = _draft_of(bound.draft)
        with open_session(SYSTEM.scope, write=True) as session:
            handed_out = set_up(session, SYSTEM, draft=draft)
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), 422 if refusal.status < 429 else refusal.status)
    return page(unit, "public/first-run-done.html", draft=draft, handed_out=handed_out)


def _form(
    unit: Unit,
    bound: Bound[FirstRunForm],
    status_code: int = 200,
    *,
    city: str = "",
    city_problems: tuple[Problem, ...] = (),
) -> Response:
    city_bound: Bound[FirstRunForm] = Bound({}, unit.locale, None, city_problems)
    return page(unit, "public/first-run.html", status_code, bound=bound, city=city, city_bound=city_bound)


def _require_open() -> None:
    """The page is there until the installation is set up. Raises NotFound afterwards."""
    with open_session(SYSTEM.scope) as session:
        if not is_open(session):
            raise NotFound


def _require_key(typed: str) -> None:
    spend("first-run", limit=MOST_TRIES, window=HOUR)
    expected = settings().first_run_key.get_secret_value()
    if not expected or not compare_digest(token_digest(bare(typed)), expected):
        raise Invalid([Problem("key", "first-run-key", N_("钥匙不对；它印在运行 gangqiao serve 的窗口里"))])


def _draft_of(form: FirstRunForm) -> FirstRun:
    """The typed lines as a draft. Raises Invalid."""
    managers: list[dict[str, str]] = []
    for number, line in enumerate(form.managers.splitlines(), 1):
        cells = [cell.strip() for cell in line.replace("，", ",").split(",")]
        if not any(cells):
            continue
        if len(cells) != 3:
            message = N_("第 {row} 行看不懂；每行写：登录名,姓名,中心编号")
            raise Invalid([Problem("managers", "manager-line", message, {"row": number})])
        managers.append({"login": cells[0], "name": cells[1], "centre": cells[2]})
    content = {
        "name": form.name,
        "hotline": form.hotline,
        "centres": read_centres(form.centres.replace("，", ",").splitlines()),
        "administrator": {"login": form.login, "name": form.person, "password": form.password},
        "managers": managers,
        "example_rules": form.example_rules,
    }
    try:
        return FirstRun.model_validate(content)
    except ValidationError as error:
        fields = {"administrator.login": "login", "administrator.name": "person", "administrator.password": "password"}
        problems = problems_of(error)
        raise Invalid(
            [
                Problem(fields.get(fault.field, fault.field), fault.code, fault.message, fault.params)
                for fault in problems
            ]
        ) from None
