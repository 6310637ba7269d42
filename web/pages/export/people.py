"""Members: adding a person to a roster, the steps of one member, work found without the centre."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import BIGGEST_ID, RecordId
from centre.permissions import Permission
from employers.openings.models import Opening
from matching.export import members, queries
from matching.export.drafts import ExportMemberDraft, MemberChange, MemberStep, SelfFoundDraft
from matching.export.models import ExportBatch, ExportMember, ExportProject, ExportQuota
from matching.export.roll import actions as rolls
from matching.export.roll.queries import callers, roll
from matching.export.roll.rules import SOURCE_LABELS, WORD_LABELS, DecisionDraft
from matching.export.rules import EXPORT_MEMBER, MEDICAL_LABELS, MEMBER_LABELS, BatchState, ExportProjectState
from matching.export.stay import actions as staying
from matching.export.stay.rules import ContractDraft, RefusalDraft, ReturnDraft
from matching.introductions.rules import LEAVE_REASON_LABELS
from matching.profiles.queries import people_found, person_in_sight
from web import choices
from web.forms import Bound, attempt, bind, bind_edit, blank, editing
from web.pages.export.projects import destinations
from web.rendering import page

routes = Pages("/export")

Batch = Annotated[int, Query(ge=0, le=BIGGEST_ID)]
"""The batch of the form that adds a person to a roster."""

LIST, RUN = Permission.LIST_FOR_EXPORT, Permission.RUN_EXPORT


@routes.get("/batches/{batch_id}/list", allow=LIST)
def find(unit: Unit, batch_id: RecordId) -> Response:
    """Find the people of the user's own centre to put on a roster."""
    words = unit.request.query_params.get("q", "")[:80]
    batch = queries.batch(unit.session, batch_id)
    return page(
        unit,
        "export/find.html",
        batch=batch,
        q=words,
        people=people_found(unit.session, words),
        place=choices.place,
    )


@routes.get("/people/{person_id}", allow=LIST)
def ask_journey(unit: Unit, person_id: RecordId) -> Response:
    """Which batches a person may join, what they joined before, and work that they found themselves."""
    return _person(unit, person_id, blank(unit, SelfFoundDraft, started_on=clock.today().isoformat()))


@routes.post("/people/{person_id}/self-found", allow=LIST)
def self_found(unit: Unit, person_id: RecordId) -> Response:
    """Record work elsewhere that a person found without the centre."""
    return attempt(
        unit,
        bind(unit, SelfFoundDraft, person_id=person_id),
        lambda draft: staying.record_self_found(unit.session, unit.actor, draft=draft),
        partial(_person, unit, person_id),
        f"/export/people/{person_id}",
    )


@routes.get("/people/{person_id}/list", allow=LIST)
def ask_listing(unit: Unit, person_id: RecordId, batch: Batch = 0) -> Response:
    """The form that adds a person to a roster."""
    return _listing(unit, batch, person_id, blank(unit, ExportMemberDraft))


@routes.post("/people/{person_id}/list", allow=LIST)
def enlist(unit: Unit, person_id: RecordId, batch: Batch = 0) -> Response:
    """Add a person to a roster."""
    return attempt(
        unit,
        bind(unit, ExportMemberDraft, person_id=person_id),
        lambda draft: members.list_member(unit.session, unit.actor, batch_id=batch, draft=draft),
        partial(_listing, unit, batch, person_id),
        lambda row: f"/export/members/{row.id}",
    )


@routes.get("/members/{member_id}", allow=LIST)
def member(unit: Unit, member_id: RecordId) -> Response:
    """One member with the next steps."""
    return _member(unit, member_id, blank(unit, MemberStep))


@routes.post("/members/{member_id}/change", allow=LIST)
def change(unit: Unit, member_id: RecordId) -> Response:
    """Change contacts, pick-up and group."""

    def again(bound: Bound[MemberChange], status_code: int) -> Response:
        return _member(unit, member_id, bound, status_code, changing=bound)

    return attempt(
        unit,
        bind_edit(unit, MemberChange, _stored(unit, queries.member(unit.session, member_id))),
        lambda draft: members.change_member(unit.session, unit.actor, member_id=member_id, draft=draft),
        again,
        f"/export/members/{member_id}",
    )


def _stored(unit: UnitOfWork, member: ExportMember) -> dict[str, Any]:
    """What the form shows of a member's contacts, pick-up and group."""
    name, telephone = member.emergency
    group = queries.group_names(unit.session, member.batch_id).get(member.group_id or 0, "")
    return {"emergency_name": name, "emergency_phone": telephone, "pick_up": member.pick_up, "group": group}


@routes.post("/members/{member_id}/step", allow=LIST)
def step(unit: Unit, member_id: RecordId) -> Response:
    """Accept, confirm or withdraw."""
    return _try(unit, member_id, MemberStep, members.step_member)


@routes.post("/members/{member_id}/decide", allow=RUN)
def decide(unit: Unit, member_id: RecordId) -> Response:
    """Decide between sources of the roll that differ."""
    return _try(unit, member_id, DecisionDraft, rolls.decide_roll)


@routes.post("/members/{member_id}/check", allow=RUN)
def check(unit: Unit, member_id: RecordId) -> Response:
    """Compare a contract with the promise."""
    return _try(unit, member_id, ContractDraft, staying.check_contract)


@routes.post("/members/{member_id}/sign", allow=RUN)
def sign(unit: Unit, member_id: RecordId) -> Response:
    """Record a signed contract."""
    return _try(unit, member_id, ContractDraft, staying.sign_contract)


@routes.post("/members/{member_id}/reject", allow=RUN)
def reject(unit: Unit, member_id: RecordId) -> Response:
    """Record that no contract is signed."""
    return _try(unit, member_id, RefusalDraft, staying.reject_contract)


@routes.post("/members/{member_id}/return", allow=RUN)
def bring_back(unit: Unit, member_id: RecordId) -> Response:
    """Record that a worker has returned."""
    return _try(unit, member_id, ReturnDraft, staying.record_return)


def _try(unit: UnitOfWork, member_id: int, draft: Any, action: Callable[..., object]) -> Response:
    return attempt(
        unit,
        bind(unit, draft),
        lambda given: action(unit.session, unit.actor, member_id=member_id, draft=given),
        partial(_member, unit, member_id),
        f"/export/members/{member_id}",
    )


def _person(unit: UnitOfWork, person_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    person = person_in_sight(unit.session, person_id)
    open_now = (
        select(ExportBatch, ExportProject)
        .join(ExportProject, ExportProject.id == ExportBatch.project_id)
        .where(ExportBatch.state == BatchState.RECRUITING, ExportProject.state == ExportProjectState.OPEN)
        .order_by(ExportBatch.depart_at, ExportBatch.id)
    )
    return page(
        unit,
        "export/person.html",
        status_code,
        person=person,
        journeys=queries.journeys_of(unit.session, person_id),
        batches=unit.session.execute(open_now).all(),
        destinations=destinations(),
        states=MEMBER_LABELS,
        place=choices.place,
        bound=bound,
    )


def _listing(unit: UnitOfWork, batch_id: int, person_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    batch = queries.batch(unit.session, batch_id)
    person = person_in_sight(unit.session, person_id)
    county = queries.county_of(unit.session, person)
    lines = unit.session.execute(queries.quotas(batch.project_id).where(ExportQuota.region_code.in_(["", county])))
    return page(
        unit,
        "export/listing.html",
        status_code,
        batch=batch,
        project=queries.project(unit.session, batch.project_id),
        person=person,
        county=choices.place(county),
        openings=_offered([(row[0], row[1]) for row in lines]),
        pick_ups=[part for part in batch.pick_ups.replace("，", "、").split("、") if part],
        bound=bound,
    )


def _offered(lines: list[tuple[ExportQuota, Opening]]) -> list[tuple[int, str, int]]:
    """Openings with a quota for the person's county, and how many places are left."""
    left: dict[int, tuple[str, int]] = {}
    for quota, posting in lines:
        title, places = left.get(posting.id, (posting.title, 0))
        left[posting.id] = (title, places + quota.places - quota.taken)
    return [(opening_id, title, places) for opening_id, (title, places) in left.items()]


def _member(
    unit: UnitOfWork,
    member_id: int,
    bound: Bound[Any],
    status_code: int = 200,
    *,
    changing: Bound[MemberChange] | None = None,
) -> Response:
    row = queries.member(unit.session, member_id)
    batch = queries.batch(unit.session, row.batch_id)
    return page(
        unit,
        "export/member.html",
        status_code,
        row=row,
        batch=batch,
        project=queries.project(unit.session, row.project_id),
        truth=roll(unit.session, batch.id).members.get(row.id),
        callers=callers(unit.session, batch.id),
        seat=queries.place_of(batch, row.seat_no),
        group=queries.group_names(unit.session, batch.id).get(row.group_id or 0, ""),
        changing=changing or editing(unit, MemberChange, _stored(unit, row)),
        events=EXPORT_MEMBER.events(row.state, unit.actor),
        runs=unit.actor.may(RUN),
        states=MEMBER_LABELS,
        medicals=MEDICAL_LABELS,
        reasons=LEAVE_REASON_LABELS,
        words=WORD_LABELS,
        sources=SOURCE_LABELS,
        place=choices.place,
        today=clock.today(),
        bound=bound,
    )
