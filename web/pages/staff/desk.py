"""The desk: every kind of help as a list, a form, a case with its steps, and a sheet of paper, on one pattern."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.desk import KINDS
from api.paging import After, part_of
from centre import clock
from centre.desk.cases import actions, queries
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import unsealed_words
from centre.desk.cases.rules import Nothing
from centre.drafts import BIGGEST_ID, RecordId
from centre.errors import NotFound
from centre.people import Person
from centre.permissions import Permission
from web.desk_forms import Field, facts_of, fields_of
from web.forms import Bound, ButtonForm, attempt, bind, blank, expect_seen, yuan
from web.rendering import page

routes = Pages("/desk")

GROUPS = ("people", "work", "money", "places", "centres")
PER_PAGE = 50
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]


@routes.get("", allow=Permission.READ_DESK)
def board(unit: Unit) -> Response:
    """What is overdue, and the way to every kind."""
    counts = {kind.name: queries.count_by_state(unit.session, kind) for kind in KINDS}
    return page(
        unit,
        "staff/desk/board.html",
        groups=[(group, [kind for kind in KINDS if kind.group == group]) for group in GROUPS],
        counts={name: sum(states.values()) for name, states in counts.items()},
        overdue=queries.briefs(unit.session, KINDS, overdue=True, limit=100),
        serves=_serves(unit),
    )


def _declare(kind: Kind) -> None:
    """The pages of one kind."""
    base = f"/{kind.path}"
    there = f"/desk/{kind.path}"

    @routes.get(base, allow=Permission.READ_DESK)
    def listing(unit: Unit, state: str = "", page_no: PageNumber = 1, after: After = "") -> Response:
        return _list(unit, kind, state, page_no, after)

    @routes.get(f"{base}/new", allow=kind.opens)
    def form(unit: Unit, person: int | None = Query(None, ge=1, le=BIGGEST_ID)) -> Response:
        return _form(unit, kind, person, blank(unit, kind.draft, **_known(unit, kind, person)))

    @routes.post(f"{base}/new", allow=kind.opens)
    def create(unit: Unit, person: int | None = Query(None, ge=1, le=BIGGEST_ID)) -> Response:
        return attempt(
            unit,
            bind(unit, kind.draft),
            lambda draft: actions.open_case(unit.session, unit.actor, kind=kind, draft=draft, person_id=person),
            lambda bound, status: _form(unit, kind, person, bound, status),
            lambda case: f"{there}/{case.id}",
        )

    @routes.get(f"{base}/{{case_id}}", allow=Permission.READ_DESK)
    def read(unit: Unit, case_id: RecordId, person: int | None = Query(None, ge=1, le=BIGGEST_ID)) -> Response:
        return _case(unit, kind, case_id, blank(unit, Nothing, person_id=person))

    for step in kind.steps:
        _declare_step(kind, step, there)
    if kind.lines is not None:
        _declare_lines(kind, kind.lines, there)


def _declare_step(kind: Kind, step: Step, there: str) -> None:
    @routes.post(f"/{kind.path}/{{case_id}}/{step.event}", allow=Permission.WORK_AT_DESK)
    def take(unit: Unit, case_id: RecordId) -> Response:
        def act(draft: Any) -> object:
            expect_seen(unit, queries.case_in_sight(unit.session, kind, case_id))
            return actions.take_step(
                unit.session, unit.actor, kind=kind, case_id=case_id, event=step.event, draft=draft
            )

        return attempt(
            unit,
            bind(unit, step.draft),
            act,
            lambda bound, status: _case(unit, kind, case_id, bound, status, event=step.event),
            f"{there}/{case_id}",
        )


def _declare_lines(kind: Kind, lines: Lines, there: str) -> None:
    @routes.post(f"/{kind.path}/{{case_id}}/{lines.name}", allow=Permission.WORK_AT_DESK)
    def add(unit: Unit, case_id: RecordId) -> Response:
        return attempt(
            unit,
            bind(unit, lines.draft),
            lambda draft: actions.add_line(unit.session, unit.actor, kind=kind, case_id=case_id, draft=draft),
            lambda bound, status: _case(unit, kind, case_id, bound, status, event=lines.name),
            f"{there}/{case_id}#lines",
        )

    if lines.mark:

        @routes.post(f"/{kind.path}/{{case_id}}/{lines.name}/{{line_id}}", allow=Permission.WORK_AT_DESK)
        def mark(unit: Unit, case_id: RecordId, line_id: RecordId) -> Response:
            return attempt(
                unit,
                bind(unit, ButtonForm),
                lambda _: actions.mark_line(unit.session, unit.actor, kind=kind, case_id=case_id, line_id=line_id),
                lambda bound, status: _case(unit, kind, case_id, bound, status),
                f"{there}/{case_id}#lines",
            )


def _list(unit: UnitOfWork, kind: Kind, state: str, page_no: int, after: str) -> Response:
    counts = queries.count_by_state(unit.session, kind)
    states = [(str(value), kind.machine.labels[value]) for value in kind.machine.labels]
    wanted = state if state in dict(states) else ""
    total = counts.get(wanted, 0) if wanted else sum(counts.values())
    query = queries.cases(kind, wanted)
    part = part_of(unit.session, query, limit=PER_PAGE, cursor=after, offset=(page_no - 1) * PER_PAGE)
    cases = part.records
    rows = [(case, facts_of(unit.session, kind, case, unit.locale, kind.columns)) for case in cases]
    return page(
        unit,
        "staff/desk/list.html",
        kind=kind,
        rows=rows,
        names=_names(unit, cases),
        serves=_serves(unit),
        states=states,
        counts=counts,
        chosen=wanted,
        total=total,
        page_no=page_no,
        pages=-(-total // PER_PAGE),
        after=part.next_cursor,
        today=clock.today(),
    )


def _serves(unit: UnitOfWork) -> bool:
    """Whether the reader may open the counter; an auditor reads cases only."""
    return unit.actor.may(Permission.LIST_PEOPLE)


def _names(unit: UnitOfWork, cases: list[Any]) -> dict[int, str]:
    ids = {case.person_id for case in cases if getattr(case, "person_id", None)}
    rows = unit.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.id))
    return {row.id: row.name for row in rows}


def _known(unit: UnitOfWork, kind: Kind, person_id: int | None) -> dict[str, Any]:
    """The values of a new form that the record knows already; money in yuan, as it is typed."""
    known = queries.known_values(unit.session, KINDS, kind, person_id) if person_id else {}
    return {name: _typed(name, value) for name, value in known.items()}


def _form(unit: UnitOfWork, kind: Kind, person_id: int | None, bound: Bound[Any], status_code: int = 200) -> Response:
    person = unit.session.scalar(select(Person).where(Person.id == person_id)) if person_id else None
    if person_id and person is None:
        raise NotFound
    return page(
        unit,
        "staff/desk/form.html",
        status_code,
        kind=kind,
        person=person,
        bound=bound,
        fields=fields_of(unit.session, kind, kind.draft),
    )


def _case(
    unit: UnitOfWork, kind: Kind, case_id: int, bound: Bound[Any], status_code: int = 200, *, event: str = ""
) -> Response:
    session = unit.session
    case = queries.case_in_sight(session, kind, case_id)
    may_work = unit.actor.may(Permission.WORK_AT_DESK)
    possible = kind.machine.events(case.state, unit.actor) if may_work else []
    account = unit.actor.account_id
    steps = [
        (step, fields_of(session, kind, step.draft), account not in {getattr(case, name) for name in step.others})
        for step in kind.steps
        if step.event in possible
    ]
    lines = queries.lines_of(session, kind, case_id)
    person_id = getattr(case, "person_id", None)
    chosen = _chosen(unit, kind, bound)
    return page(
        unit,
        "staff/desk/case.html",
        status_code,
        kind=kind,
        case=case,
        facts=facts_of(session, kind, case, unit.locale),
        words=unsealed_words(session, case),
        person=session.scalar(select(Person).where(Person.id == person_id)) if person_id else None,
        steps=steps,
        lines=[(line, facts_of(session, kind, line, unit.locale, kind.lines.columns)) for line in lines]
        if kind.lines
        else [],
        line_fields=_line_fields(unit, kind, case, lines, chosen),
        chosen=chosen,
        history=queries.history(session, kind, case_id),
        ways=kind.links(case) if kind.links and may_work else [],
        may_work=may_work,
        serves=_serves(unit),
        bound=bound,
        event=event,
        today=clock.today(),
    )


def _chosen(unit: UnitOfWork, kind: Kind, bound: Bound[Any]) -> Person | None:
    """Who was found for the next line of a case."""
    wanted = str(bound.value("person_id"))
    if kind.lines is None or not kind.lines.concerns_people or not (wanted.isascii() and wanted.isdigit()):
        return None
    return unit.session.scalar(select(Person).where(Person.id == min(int(wanted), BIGGEST_ID)))


def _line_fields(unit: UnitOfWork, kind: Kind, case: Any, lines: Sequence[Any], chosen: Person | None) -> list[Field]:
    """The fields of a new line, without those on the person's record; they start with the last line's values."""
    if kind.lines is None or (kind.lines.while_in and case.state not in kind.lines.while_in):
        return []
    known = {"person_id", "trainee_name"} if chosen else {"person_id"}
    fields = [field for field in fields_of(unit.session, kind, kind.lines.draft) if field.name not in known]
    last = {name: getattr(lines[-1], name) for name in kind.lines.carried} if lines else {}
    return [replace(field, value=_typed(field.name, last.get(field.name)) or field.value) for field in fields]


def _typed(name: str, value: Any) -> Any:
    """A stored value as it is typed: money in yuan."""
    return yuan(value) if value and name.endswith("_fen") else value


for _kind in KINDS:
    _declare(_kind)
