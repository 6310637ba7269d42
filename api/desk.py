"""Help at the counter beside work and training: petitions, relief, cards, loans, donations and more, on one pattern."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import inspect

from api.dependencies import Routes, Unit
from api.paging import Cursor, Offset, page_of
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.desk.board import KINDS as DESK_KINDS
from centre.desk.cases import actions, queries
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine
from centre.drafts import RecordId
from centre.permissions import Permission
from employers.cases.arrears import ARREARS
from employers.cases.association import DOCUMENT, MEMBER
from employers.cases.pairings import PAIRING
from employers.cases.visits import VISIT
from training.cases.startups import PRACTICE, STARTUP

KINDS: tuple[Kind, ...] = (*DESK_KINDS, ARREARS, PAIRING, VISIT, MEMBER, DOCUMENT, STARTUP, PRACTICE)
"""Every kind of case, those of employers and schools included."""

routes = Routes(prefix="/desk", tags=["desk"])

Limit = Annotated[int, Query(ge=1, le=100)]
ABSENT = frozenset({"id", "version", "words_sealed", "is_demo", "created_at", "updated_at", "centre_id", "state"})


class LineOut(Wire):
    """One line of a case (明细)."""

    id: int
    values: dict[str, Any]


class CaseOut(Wire):
    """One case: its state, its days and the values of its kind; money in fen (事项)."""

    id: int
    kind: str
    state: str
    opened_at: datetime
    due_on: date | None
    values: dict[str, Any]
    lines: list[LineOut]

    @classmethod
    def of(cls, kind: Kind, case: Case, lines: Sequence[CaseLine] = ()) -> "CaseOut":
        """A case as the staff of its centre see it, without the sealed words."""
        return cls(
            id=case.id, kind=kind.name, state=str(case.state), opened_at=case.created_at,  # type: ignore[attr-defined]
            due_on=case.due_on, values=values_of(case),
            lines=[LineOut(id=line.id, values=values_of(line)) for line in lines],
        )  # fmt: skip


def values_of(row: Any) -> dict[str, Any]:
    """The columns of a case or a line that are facts of its kind."""
    mapper: Any = inspect(type(row))
    names = list(mapper.columns.keys())
    return {name: getattr(row, name) for name in names if name not in ABSENT and name != "case_id"}


def _declare(kind: Kind) -> None:
    """The routes of one kind: list, open, read, take each step, add a line."""
    base = f"/{kind.path}"

    def list_cases(
        unit: Unit, state: Any = None, limit: Limit = 50, offset: Offset = 0, cursor: Cursor = ""
    ) -> list[CaseOut]:
        part = page_of(unit, queries.cases(kind, state or ""), limit=limit, cursor=cursor, offset=offset)
        return [CaseOut.of(kind, case) for case in part.records]

    list_cases.__annotations__["state"] = kind.states | None

    def read_case(unit: Unit, case_id: RecordId) -> CaseOut:
        case = queries.case_in_sight(unit.session, kind, case_id)
        tell_version(unit, case)
        return CaseOut.of(kind, case, queries.lines_of(unit.session, kind, case_id))

    def open_case(unit: Unit, draft: Any, person_id: RecordId | None = None) -> CaseOut:
        case = actions.open_case(unit.session, unit.actor, kind=kind, draft=draft, person_id=person_id)
        return CaseOut.of(kind, case)

    open_case.__annotations__["draft"] = kind.draft
    _name(list_cases, f"list_{kind.name}", f"List cases: {kind.name}, those that are due first.")
    _name(read_case, f"read_{kind.name}", f"Get one case: {kind.name}, with its lines.")
    _name(open_case, f"open_{kind.name}", f"Open a case: {kind.name}, for a person where `person_id` names one.")
    routes.get(base, allow=Permission.READ_DESK)(list_cases)
    routes.post(base, allow=kind.opens, status_code=201)(open_case)
    routes.get(f"{base}/{{case_id}}", allow=Permission.READ_DESK)(read_case)
    for step in kind.steps:
        _declare_step(kind, step)
    if kind.lines is not None:
        _declare_lines(kind, kind.lines)


def _declare_step(kind: Kind, step: Step) -> None:
    def take(unit: Unit, case_id: RecordId, draft: Any) -> CaseOut:
        expect_version(unit, queries.case_in_sight(unit.session, kind, case_id))
        case = actions.take_step(unit.session, unit.actor, kind=kind, case_id=case_id, event=step.event, draft=draft)
        return CaseOut.of(kind, case, queries.lines_of(unit.session, kind, case_id))

    take.__annotations__["draft"] = step.draft
    _name(take, f"{step.event.replace('-', '_')}_{kind.name}", f"Take the step {step.event} of a case: {kind.name}.")
    routes.post(f"/{kind.path}/{{case_id}}/{step.event}", allow=_needed(kind, step))(take)


def _needed(kind: Kind, step: Step) -> Permission:
    """The permission of a step: that of its moves where all ask the same, or else that of the desk."""
    asked = {move.permission for move in kind.machine.moves if move.event == step.event}
    only = asked.pop() if len(asked) == 1 else None
    return only or Permission.WORK_AT_DESK


def _declare_lines(kind: Kind, lines: Lines) -> None:
    def add(unit: Unit, case_id: RecordId, draft: Any) -> LineOut:
        line = actions.add_line(unit.session, unit.actor, kind=kind, case_id=case_id, draft=draft)
        return LineOut(id=line.id, values=values_of(line))

    add.__annotations__["draft"] = lines.draft
    _name(add, f"add_{kind.name}_{lines.name}", f"Add to the {lines.name} of a case: {kind.name}.")
    routes.post(f"/{kind.path}/{{case_id}}/{lines.name}", allow=Permission.WORK_AT_DESK, status_code=201)(add)
    if lines.mark:

        def mark(unit: Unit, case_id: RecordId, line_id: RecordId) -> LineOut:
            line = actions.mark_line(unit.session, unit.actor, kind=kind, case_id=case_id, line_id=line_id)
            return LineOut(id=line.id, values=values_of(line))

        _name(mark, f"mark_{kind.name}_{lines.name}", f"Tick off one of the {lines.name} of a case: {kind.name}.")
        path = f"/{kind.path}/{{case_id}}/{lines.name}/{{line_id}}"
        routes.post(path, allow=Permission.WORK_AT_DESK)(mark)


def _name(endpoint: Any, name: str, summary: str) -> None:
    endpoint.__name__ = endpoint.__qualname__ = name
    endpoint.__doc__ = summary


for _kind in KINDS:
    _declare(_kind)

__all__ = ["KINDS", "CaseOut", "routes"]
