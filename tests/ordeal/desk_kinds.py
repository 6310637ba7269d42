"""Every kind of desk case for the ordeals: what its drafts are filled with, whatever kinds there will be."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from annotated_types import Ge

from api.desk import KINDS
from centre import clock
from centre.accounts import create_account
from centre.database import open_session
from centre.desk.cases.imports import plain_type
from centre.desk.cases.kinds import Kind
from centre.drafts import Draft
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.policy import load_examples
from web.demo.town import PASSWORD

SMALL_SUM = 20_000
LATER = frozenset({"expires_on", "to_on", "due_on"})
"""Days that have to be ahead."""


def filled(draft: type[Draft], number: int = 0, **given: Any) -> dict[str, Any]:
    """Values for the fields that a draft asks for; `number` makes texts differ."""
    values = {
        name: _value(name, info.annotation, info.metadata, number)
        for name, info in draft.model_fields.items()
        if info.is_required()
    }
    return values | {name: value for name, value in given.items() if name in draft.model_fields}


def _value(name: str, annotation: Any, metadata: list[Any], number: int) -> Any:
    plain = plain_type(annotation)
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return next(iter(plain)).value
    if plain is date:
        return str(clock.today() + timedelta(days=300 if name in LATER else -1))
    if plain is bool:
        return True
    if name == "year":
        return 2000 + number % 100  # a centre has one budget a year
    if name == "asked_fen":
        return SMALL_SUM
    if plain is int:
        least: list[Any] = [bound.ge for bound in metadata if isinstance(bound, Ge)]
        return max(least or [1])
    return f"事{number}"


def person_of(kind: Kind, person_id: int) -> int | None:
    """Whom a case of the kind is opened for."""
    return person_id if kind.person != "none" else None


def opening_address(kind: Kind, person_id: int) -> str:
    """Where a case of the kind is opened over the API."""
    person = person_of(kind, person_id)
    return f"/api/v1/desk/{kind.path}" + (f"?person_id={person}" if person else "")


LOGIN = "desk"


def staff(people: int) -> tuple[int, ...]:
    """A county centre whose manager signs in as `LOGIN`, and some people, one for each case of theirs."""
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        centre = Centre(code="XY01", name="演示中心", level=CentreLevel.COUNTY, region_code="610402")
        session.add(centre)
        session.flush()
        create_account(
            session, Actor.system(), login=LOGIN, name="演示", password=PASSWORD, roles={Role.COUNTY_MANAGER},
            centre_id=centre.id,
        )  # fmt: skip
        crowd = [new_person(centre_id=centre.id, name=f"演示{number}") for number in range(people)]
        session.add_all(crowd)
        session.flush()
        return tuple(person.id for person in crowd)


__all__ = ["KINDS", "LOGIN", "filled", "opening_address", "person_of", "staff"]
