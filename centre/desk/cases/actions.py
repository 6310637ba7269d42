"""The three things done with any case: open it, take a step, add a line. What is particular is in the kind."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import Case, CaseLine, seal_words
from centre.desk.cases.queries import case_in_sight
from centre.desk.cases.rules import PersonNeeded, SamePerson, missing
from centre.drafts import Draft
from centre.errors import Conflict, Forbidden, NotFound
from centre.ledger import Channel, ServiceEvent, record_service, reverse_services
from centre.messages import send
from centre.messages.jobseekers import DESK_CASE
from centre.network import allow_staff
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import IllegalMove, move
from centre.translation import N_

VOID = "void"
"""The event by which a case that was entered by mistake is taken back, with its line of the ledger."""


class LinesClosed(Conflict):
    """The case is in a state in which nothing is added to its list any more."""

    code = "lines-closed"
    message = N_("现在的状态下不能再添加")


def open_case(
    session: Session,
    actor: Actor,
    *,
    kind: Kind,
    draft: Draft,
    person_id: int | None = None,
    is_demo: bool = False,
) -> Any:
    """Open a case of the actor's centre. Raises PersonNeeded, NotFound, Forbidden or what the kind refuses."""
    require(actor, kind.opens)
    if actor.centre_id is None:
        raise Forbidden(permission=kind.opens.value)
    if person_id is None and kind.person == "must":
        raise PersonNeeded(field="person_id")
    person = session.scalar(select(Person).where(Person.id == person_id)) if person_id is not None else None
    if person_id is not None and person is None:
        raise NotFound
    columns = draft.model_dump(exclude={"words", "reason"})
    if kind.person != "none":
        columns["person_id"] = person_id
    case: Any = kind.model(
        centre_id=actor.centre_id,
        opened_by=actor.account_id,
        is_demo=is_demo,
        **{name: _kept(value) for name, value in columns.items()},
    )
    seal_words(session, case, str(getattr(draft, "words", "") or ""))
    if kind.opening is not None:
        kind.opening(session, actor, case, draft)
    session.add(case)
    session.flush()
    if kind.counts_opening:
        _record(session, actor, kind, case)
    audit.note(session, actor, action=f"{kind.name}.open", subject=f"{kind.name}:{case.id}")
    if person is not None and kind.first_line is not None:
        add_line(session, actor, kind=kind, case_id=case.id, draft=kind.first_line(draft, person), is_demo=is_demo)
    return case


def take_step(session: Session, actor: Actor, *, kind: Kind, case_id: int, event: str, draft: Draft) -> Any:
    """Move a case by one event, with its signature and its effects.

    Raises NotFound, IllegalMove, OtherCentre, SamePerson, Forbidden or what the step refuses.
    """
    require(actor, Permission.WORK_AT_DESK)
    case = case_in_sight(session, kind, case_id)
    step = kind.step(event)
    if step is None:
        raise NotFound
    transition = kind.machine.find(case.state, event)
    if transition.permission is not None:
        require(actor, transition.permission)
    allow_staff(session, case, case.centre_id, actor=actor)
    _check_signatures(actor, step, case)
    for name, value in draft.model_dump(exclude={"reason", "words"}).items():
        if hasattr(case, name) and not (value is None and name.endswith("_id")):  # a reference once set stays
            setattr(case, name, _kept(value))
    if step.act is not None:
        step.act(session, actor, case, draft)
    if step.signs:
        setattr(case, step.signs, actor.account_id)
    move(session, actor, case, kind.machine, event, reason=str(getattr(draft, "reason", "") or ""))
    if all(further.source != case.state for further in kind.machine.moves):
        case.due_on = None  # nothing is left to be done, so nothing can be late
    if step.records:
        _record(session, actor, kind, case)
    if event == VOID:
        _reverse(session, actor, kind, case)
    if step.tells:
        _tell(session, kind, case)
    audit.note(session, actor, action=f"{kind.name}.{event}", subject=f"{kind.name}:{case.id}")
    session.flush()
    return case


def add_line(
    session: Session, actor: Actor, *, kind: Kind, case_id: int, draft: Draft, is_demo: bool = False
) -> CaseLine:
    """Add a line to a case. Raises NotFound, LinesClosed, PersonNeeded, Invalid or what the kind refuses."""
    require(actor, Permission.WORK_AT_DESK)
    case = case_in_sight(session, kind, case_id)
    if kind.lines is None:
        raise NotFound
    if kind.lines.while_in and case.state not in kind.lines.while_in:
        raise LinesClosed
    allow_staff(session, case, case.centre_id, actor=actor)
    model: Any = kind.lines.model
    line: CaseLine = model(
        case_id=case.id,
        centre_id=case.centre_id,
        opened_by=actor.account_id,
        is_demo=is_demo,
        **{name: _kept(value) for name, value in _named(session, draft.model_dump()).items()},
    )
    if kind.lines.add is not None:
        kind.lines.add(session, actor, case, line)
    session.add(line)
    allow_staff(session, line, case.centre_id, actor=actor)
    session.flush()
    audit.note(session, actor, action=f"{kind.name}.add-line", subject=f"{kind.name}:{case.id}")
    return line


def _named(session: Session, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a line; references by id are shown with the name of the record."""
    if "person_id" not in values:
        return values
    if values["person_id"] is not None:
        name = session.scalar(select(Person.name).where(Person.id == values["person_id"]))
        if name is None:
            raise PersonNeeded(field="person_id")
        values["trainee_name"] = values["trainee_name"] or name
    if not values["trainee_name"]:
        raise missing("trainee_name", N_("请先找到这个人，没有登记的也要写姓名"))
    return values


def mark_line(session: Session, actor: Actor, *, kind: Kind, case_id: int, line_id: int) -> CaseLine:
    """Tick a line off, for example when the guest has signed; a second time changes nothing. Raises NotFound."""
    require(actor, Permission.WORK_AT_DESK)
    case = case_in_sight(session, kind, case_id)
    if kind.lines is None or not kind.lines.mark:
        raise NotFound
    model: Any = kind.lines.model
    line: CaseLine | None = session.scalar(select(model).where(model.id == line_id, model.case_id == case_id))
    if line is None:
        raise NotFound
    allow_staff(session, line, case.centre_id, actor=actor)
    if getattr(line, kind.lines.mark) is None:
        setattr(line, kind.lines.mark, clock.now())
        audit.note(session, actor, action=f"{kind.name}.mark-line", subject=f"{kind.name}:{case.id}")
    session.flush()
    return line


def _check_signatures(actor: Actor, step: Step, case: Case) -> None:
    signed = {getattr(case, column) for column in step.others}
    if actor.account_id is not None and actor.account_id in signed:
        raise SamePerson


def _kept(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _record(session: Session, actor: Actor, kind: Kind, case: Any) -> None:
    if kind.category is None:
        return
    topic = getattr(case, "topic", None)
    record_service(
        session,
        actor,
        centre_id=case.centre_id,
        category=kind.category,
        channel=getattr(case, "channel", None) or Channel.COUNTER,
        person_id=getattr(case, "person_id", None),
        topic=str(getattr(topic, "value", None) or topic or kind.topic or kind.name)[:60],
        amount_fen=getattr(case, kind.amount) if kind.amount else None,
        subject=f"{kind.name}:{case.id}",
    )


def _tell(session: Session, kind: Kind, case: Any) -> None:
    """Tell the person once what became of the case; the details are for the counter to say."""
    person_id = getattr(case, "person_id", None)
    if person_id is None:
        return
    send(
        session,
        DESK_CASE.of(business=kind.label, state=str(kind.machine.labels[case.state])),
        to_person_id=person_id,
        link="/me",
        dedupe_key=f"{kind.name}:{case.id}:{case.state.value}:{case.version}",
    )


def _reverse(session: Session, actor: Actor, kind: Kind, case: Any) -> None:
    with seeing_everything(session):
        undone = select(ServiceEvent.reverses_id).where(ServiceEvent.reverses_id.is_not(None))
        standing = select(ServiceEvent.id).where(
            ServiceEvent.subject == f"{kind.name}:{case.id}",
            ServiceEvent.reverses_id.is_(None),
            ServiceEvent.id.not_in(undone),
        )
        ids = list(session.scalars(standing.order_by(ServiceEvent.id)))
    if ids:
        reverse_services(session, actor, ids, note=kind.name)


__all__ = ["IllegalMove", "add_line", "mark_line", "open_case", "take_step"]
