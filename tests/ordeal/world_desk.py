"""The desk's rows of one side of the world: one case of every kind about its people, with its lines."""

from typing import Any

from sqlalchemy import inspect

from api.desk import KINDS
from centre.desk.cases.models import seal_words
from centre.people import Person
from tests.ordeal.canaries import Canaries

GIVEN: dict[str, dict[str, Any]] = {
    "petition": {"handler": "李工", "answer": "", "reopened": 0},
    "relief": {"asked_fen": 10_000, "granted_fen": 0, "repeats": 0, "household": 2},
    "donation": {"amount_fen": 5_000},
    "budget": {"year": 2026},
    "loan": {"asked_fen": 100_000, "granted_fen": 0, "repaid_fen": 0},
    "arrears": {"claimed_fen": 50_000, "verified_fen": 0, "recovered_fen": 0, "recovered_now_fen": 0},
    "member": {"staff": 5, "laid_off_staff": 1, "certified_staff": 1},
}
LINES: dict[str, dict[str, Any]] = {
    "card": {"gross_fen": 100, "reduced_fen": 80, "net_fen": 20},
    "standard": {"score": 80},
}


def add_desk(canaries: Canaries, centre: Any, person: Person) -> None:
    """Insert one case of every kind, and one line where the kind has lines."""
    for kind in KINDS:
        columns = set(inspect(kind.model).columns.keys())
        own: dict[str, Any] = {"centre_id": centre.id, "is_demo": False}
        if "person_id" in columns:
            own["person_id"] = person.id
        optional: dict[str, Any] = {name: None for name in ("approved_by", "reviewed_by", "paid_by") if name in columns}
        first = kind.machine.moves[0].source
        case = canaries.make(kind.model, state=first, **own, **optional, **GIVEN.get(kind.name, {}))
        said = canaries.mark()
        seal_words(canaries.session, case, said)
        canaries.hide(case, {"words": said}, owners={})
        if kind.lines is not None:
            line = {"case_id": case.id, "centre_id": centre.id, "is_demo": False} | LINES.get(kind.name, {})
            canaries.make(kind.lines.model, **line)


def desk_model(path: str, hole: str) -> Any:
    """The model behind `case_id` or `line_id` of an address of the desk; None for other holes."""
    if hole not in ("case_id", "line_id"):
        return None
    for kind in KINDS:
        if f"/desk/{kind.path}/" in path:
            return kind.model if hole == "case_id" or kind.lines is None else kind.lines.model
    return None


def desk_tables() -> list[str]:
    """The tables of all kinds of cases and of their lines."""
    models = [kind.model for kind in KINDS] + [kind.lines.model for kind in KINDS if kind.lines is not None]
    return [str(model.__tablename__) for model in models]
