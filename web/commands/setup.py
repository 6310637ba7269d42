"""The first run from the command line: `gangqiao init` makes a city out of an empty database."""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from centre.settings import settings

if TYPE_CHECKING:
    from centre.first_run import CentreEntry, FirstRun

EXAMPLE = """\
An answers file is TOML; what it leaves out is asked:

name = "绍兴市就业援助中心"        # in pages and letters
hotline = "0575-12345"            # may be left out
city = "绍兴"                      # name or six-digit code
counties = "all"                  # all, none, a list of codes, or a CSV file: code,name,region
example_rules = true              # the shipped examples of legal and money rules
[administrator]
login = "admin"
name = "张三"
[[managers]]
login = "shaoxing"
name = "李四"
centre = "330600"                 # code of a centre; the city's makes a city manager
"""

Answers = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file with the answers; --example prints one.")
]


def init(
    answers: Answers = None,
    city: Annotated[str, typer.Option(help="City: name or six-digit code.")] = "",
    name: Annotated[str, typer.Option(help="Name of the network in pages and letters.")] = "",
    hotline: Annotated[str | None, typer.Option(help="Telephone number on every page; may be empty.")] = None,
    counties: Annotated[str, typer.Option(help="County centres: all, none, or a CSV file code,name,region.")] = "",
    administrator: Annotated[str, typer.Option(help="Sign-in name of the first administrator.")] = "",
    example_rules: Annotated[
        bool | None, typer.Option(help="Take the shipped examples of legal and money rules.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; what is missing gets its default.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print an example of an answers file and stop.")] = False,
) -> None:
    """Set up a city: schema, key, centres, first administrator and managers. Asks for whatever is not given.

    The administrator's password is asked for, or taken from GANGQIAO_NEW_PASSWORD; managers, and an administrator
    without one, get a first password that is printed once.
    """
    if example:
        typer.echo(EXAMPLE)
        return
    given: dict[str, Any] = tomllib.loads(answers.read_text("utf-8")) if answers else {}
    options = {"city": city, "name": name, "hotline": hotline, "counties": counties, "example_rules": example_rules}
    given |= {key: value for key, value in options.items() if value not in ("", None)}
    if administrator:
        given["administrator"] = {**given.get("administrator", {}), "login": administrator}
    _prepare()
    draft = _draft(given, ask=not (yes or answers))
    _set_up(draft)


def _prepare() -> None:
    """Bring the schema and the key in order, where that is still to do."""
    from centre import schema
    from web.commands.running import database_exists, migrate, stop_on_wrong_keys

    if not database_exists() or schema.current() != schema.newest():
        migrate(role="")
    stop_on_wrong_keys()


def _draft(given: dict[str, Any], *, ask: bool) -> "FirstRun":
    from pydantic import ValidationError

    from centre.drafts import problems_of
    from centre.errors import Invalid, Refusal
    from centre.first_run import FirstRun, city_named

    city_typed = str(given.pop("city", "")) or (typer.prompt("City (name or six-digit code)") if ask else "")
    try:
        city = city_named(city_typed)
        entries = _entries(city, given.pop("counties", None), ask=ask)
        suggested = entries[0].name
        name = given.pop("name", "") or (typer.prompt("Name in pages and letters", suggested) if ask else suggested)
        hotline = given.pop("hotline", None)
        if hotline is None:
            hotline = typer.prompt("Hotline (may be empty)", "") if ask else ""
        rules = given.pop("example_rules", None)
        if rules is None:
            rules = ask and typer.confirm("Take the example rules (minimum pay, fees, deadlines) as a start?")
        chief = _administrator(dict(given.pop("administrator", {})), ask=ask)
        draft = {"name": name, "hotline": hotline, "centres": entries, "administrator": chief, "example_rules": rules}
        return FirstRun.model_validate({**given, **draft})
    except ValidationError as error:
        _stop(Invalid(problems_of(error)))
    except Refusal as refusal:
        _stop(refusal)
    raise AssertionError("unreachable")


def _entries(city: str, wanted: Any, *, ask: bool) -> list["CentreEntry"]:
    from centre.first_run import read_centres, suggested_centres

    suggested = suggested_centres(city)
    if wanted is None and ask:
        for entry in suggested[1:]:
            typer.echo(f"  {entry.code}  {entry.name}")
        wanted = typer.prompt("County centres: all, none, codes separated by commas, or a CSV file", "all")
    if isinstance(wanted, str) and wanted not in ("all", "none", "") and Path(wanted).is_file():
        entries = read_centres(_text_of(Path(wanted)).splitlines())
        return entries if any(entry.region == city for entry in entries) else [suggested[0], *entries]
    if wanted in (None, "", "all"):
        return suggested
    codes = [] if wanted == "none" else wanted.split(",") if isinstance(wanted, str) else wanted
    codes = [str(code).strip() for code in codes]
    unknown = set(codes) - {entry.code for entry in suggested}
    if unknown:
        raise typer.BadParameter(f"no county of this city, and no file: {', '.join(sorted(unknown))}")
    return [suggested[0], *(entry for entry in suggested[1:] if entry.code in codes)]


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _administrator(account: dict[str, Any], *, ask: bool) -> dict[str, Any]:
    account.setdefault("login", typer.prompt("Sign-in name of the administrator", "admin") if ask else "admin")
    account.setdefault("name", typer.prompt("The administrator's name") if ask else account["login"])
    given = os.environ.get("GANGQIAO_NEW_PASSWORD", "")
    if not given and ask:
        given = typer.prompt("Password of the administrator", hide_input=True, confirmation_prompt=True)
    return account | {"password": given}


def _set_up(draft: "FirstRun") -> None:
    from centre.database import open_session
    from centre.errors import Refusal
    from centre.first_run import set_up
    from centre.permissions import Actor

    try:
        with open_session(Actor.system().scope, write=True) as session:
            handed_out = set_up(session, Actor.system(), draft=draft)
    except Refusal as refusal:
        _stop(refusal)
    typer.echo(f"{draft.name}: {len(draft.centres)} centres, administrator {draft.administrator.login}")
    for login, password in handed_out:
        typer.echo(f"First password of {login}: {password}")
    if handed_out:
        typer.echo("Passwords are shown once; each person changes theirs after the first sign-in")
    port = settings().port
    typer.echo(f"Next: `gangqiao serve` and `gangqiao work`, then sign in on http://{settings().host}:{port}/sign-in")


def _stop(refusal: Exception) -> None:
    from centre.errors import Invalid, Refusal
    from centre.translation import translate

    assert isinstance(refusal, Refusal)  # noqa: S101 - for the type checker
    for problem in refusal.problems if isinstance(refusal, Invalid) else refusal.problems[:1]:
        where = f"{problem.field}: " if problem.field else ""
        typer.echo(where + translate("en", problem.message, **problem.params), err=True)
    raise typer.Exit(1)
