"""Actions on the members of a batch before and during the journey; guarded counters hold the places."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.accounts import Account
from centre.audit import note
from centre.counters import give_back, take_one
from centre.errors import Invalid, NotFound, Problem
from centre.messages import Filled, send
from centre.messages.journeys import EXPORT_LISTED
from centre.messages.office import EXPORT_LEFT
from centre.people import Consent, Person
from centre.permissions import Actor, Permission, Role, require
from centre.records.queries import agrees, consent_texts
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, Term, translate
from employers.openings.queries import opening
from matching.export import queries
from matching.export.drafts import ExportMemberDraft, MemberChange, MemberStep
from matching.export.models import ExportBatch, ExportGroup, ExportMember, ExportProject, ExportQuota
from matching.export.rules import (
    BATCH_LABELS,
    EXPORT_MEMBER,
    HOLDING,
    PROJECT_LABELS,
    AlreadyListed,
    BatchNotRecruiting,
    BatchState,
    ExportProjectState,
    Medical,
    NoPlaceLeft,
    NoQuota,
    ProjectNotOpen,
)
from matching.export.seating import PURPOSE
from matching.introductions.admission import lawful_fit, refuse_closed
from matching.profiles.queries import person_in_sight

IN_BATCH, IN_PROJECT, IN_COUNTY = N_("这一批的座位已满"), N_("这个项目的名额已满"), N_("这个县区的名额已满")
OWN_WISH = N_("本人不去了")


def list_member(
    session: Session, actor: Actor, *, batch_id: int, draft: ExportMemberDraft, is_demo: bool = False
) -> ExportMember:
    """Put a person on the roster; a place of the batch, the project and the county's quota is taken in one step.

    An opening that has ended, is reserved or is closed to the person by law is refused. Raises BatchNotRecruiting,
    ProjectNotOpen, AlreadyListed, OpeningNotOpen, KeptForOthers, NotLawful, NoQuota, NoPlaceLeft or NotFound.
    """
    require(actor, Permission.LIST_FOR_EXPORT)
    person = person_in_sight(session, draft.person_id)
    with seeing_everything(session):
        batch = queries.batch(session, batch_id)
        project = session.get_one(ExportProject, batch.project_id)
        if batch.state is not BatchState.RECRUITING:
            raise BatchNotRecruiting(state=Term(BATCH_LABELS[batch.state]))
        if project.state is not ExportProjectState.OPEN:
            raise ProjectNotOpen(state=Term(PROJECT_LABELS[project.state]))
        known = session.scalar(queries.members(batch.id).where(ExportMember.person_id == person.id))
        if known is not None:
            if known.state in HOLDING or (known.state, "list") not in EXPORT_MEMBER.table:
                raise AlreadyListed(field="person_id")
            known.seat_no = None
        county = queries.county_of(session, person)
        posting = opening(session, draft.opening_id)
        refuse_closed(session, person, posting)
        lawful_fit(session, person, posting)
        quota_id = _take_places(session, batch, draft.opening_id, county)
        row = known or ExportMember(batch_id=batch.id, person_id=person.id, is_demo=is_demo)
        _write(session, row, batch, draft, person, quota_id, county)
        if known is not None:
            move(session, actor, row, EXPORT_MEMBER, "list")
        session.add(row)
        if draft.consents:
            _consent(session, person)
        session.flush()
        if draft.joins_union:
            row.joined_union_on = clock.today()
        _tell_listed(session, batch, row)
    note(session, actor, action="export.list", subject=f"export_member:{row.id}")
    return row


def change_member(session: Session, actor: Actor, *, member_id: int, draft: MemberChange) -> ExportMember:
    """Change contacts, pick-up and group of a member before the journey. Raises BatchNotRecruiting or NotFound."""
    require(actor, Permission.LIST_FOR_EXPORT)
    row = queries.own_member(session, actor, member_id)
    with seeing_everything(session):
        batch = _recruiting(session, row.batch_id)
        person = session.get_one(Person, row.person_id)
        row.share(phone=person.phone, emergency_name=draft.emergency_name, emergency_phone=draft.emergency_phone)
        row.pick_up = draft.pick_up
        row.group_id = _group(session, batch, draft.group)
        if draft.consents:
            _consent(session, person)
        batch.edition += 1
        session.flush()
    return row


def step_member(session: Session, actor: Actor, *, member_id: int, draft: MemberStep) -> ExportMember:
    """Accept after the interview, confirm after the medical check, or withdraw with a reason.

    A check that was not passed withdraws the member, without a word about why. Raises Invalid, IllegalMove or NotFound.
    """
    require(actor, Permission.LIST_FOR_EXPORT)
    row = queries.own_member(session, actor, member_id)
    EXPORT_MEMBER.find(row.state, draft.event)
    if draft.event == "withdraw":
        if not draft.reason:
            raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
        return withdraw_member(session, actor, member_id=member_id, reason=draft.reason)
    with seeing_everything(session):
        _recruiting(session, row.batch_id)
        if draft.event == "confirm":
            if draft.medical is Medical.NOT_PASSED:
                row.medical = Medical.NOT_PASSED
                return _withdraw(session, actor, row, N_("体检不合格"))
            row.medical = Medical.PASSED
        move_member(session, row, draft.event, by=actor)
    return row


def withdraw_member(session: Session, actor: Actor, *, member_id: int, reason: str) -> ExportMember:
    """Take a person off the roster before the journey; the place becomes free. Raises IllegalMove or NotFound."""
    require(actor, Permission.LIST_FOR_EXPORT)
    row = queries.own_member(session, actor, member_id)
    EXPORT_MEMBER.find(row.state, "withdraw")
    with seeing_everything(session):
        _withdraw(session, actor, row, reason)
    note(session, actor, action="export.withdraw", subject=f"export_member:{row.id}")
    return row


def leave_roster(session: Session, actor: Actor, *, member_id: int, reason: str = "") -> ExportMember:
    """The person does not travel after all; the place becomes free and the officers hear of it.

    Raises IllegalMove or NotFound.
    """
    require(actor, Permission.KEEP_OWN_RECORDS)
    row = queries.member(session, member_id)
    if row.person_id != actor.person_id:
        raise NotFound
    EXPORT_MEMBER.find(row.state, "withdraw")
    with seeing_everything(session):
        system = replace(Actor.system(), account_id=actor.account_id)
        _withdraw(session, system, row, reason or translate(SOURCE_LOCALE, OWN_WISH))
        batch = session.get_one(ExportBatch, row.batch_id)
        message = EXPORT_LEFT.of(name=row.worker_name, batch=batch.batch_no)
        tell_officers(session, batch, message, dedupe_key=f"export-left:{row.id}:{row.version}")
    return row


def tell_officers(session: Session, batch: ExportBatch, message: Filled, *, dedupe_key: str) -> None:
    """Tell the export officers of the organising centre; called inside wider actions."""
    accounts = select(Account).where(Account.centre_id == batch.centre_id, Account.disabled.is_(False))
    for account in session.scalars(accounts.order_by(Account.id)):
        if Role.EXPORT_OFFICER in account.roles:
            send(
                session,
                message,
                link=f"/export/batches/{batch.id}",
                to_account_id=account.id,
                dedupe_key=f"{dedupe_key}:{account.id}",
            )


def move_member(session: Session, row: ExportMember, event: str, *, by: Actor, reason: str = "") -> None:
    """Apply one event of the member's machine inside a wider action."""
    move(session, by, row, EXPORT_MEMBER, event, reason=reason)
    if event == "board":
        row.boarded_at = clock.now()
    elif event == "miss":
        row.boarded_at = None
    elif event == "arrive":
        row.arrived_on = clock.today()
    session.flush()


def release_member(session: Session, row: ExportMember) -> None:
    """Release the places of a person who does not travel: seat, batch, project and quota."""
    row.seat_no = None
    session.flush()
    give_back(session, ExportBatch, row.batch_id)
    give_back(session, ExportProject, row.project_id)
    give_back(session, ExportQuota, row.quota_id)


def _withdraw(session: Session, actor: Actor, row: ExportMember, reason: str) -> ExportMember:
    batch = session.get_one(ExportBatch, row.batch_id)
    move_member(session, row, "withdraw", by=actor, reason=reason)
    release_member(session, row)
    session.refresh(batch)
    batch.edition += 1
    session.flush()
    return row


def _recruiting(session: Session, batch_id: int) -> ExportBatch:
    batch = session.get_one(ExportBatch, batch_id)
    if batch.state is not BatchState.RECRUITING:
        raise BatchNotRecruiting(state=Term(BATCH_LABELS[batch.state]))
    return batch


def _take_places(session: Session, batch: ExportBatch, opening_id: int, county: str) -> int:
    """Take a place of the batch, the project and a quota; returns the quota. Raises NoQuota or NoPlaceLeft."""
    lines = select(ExportQuota.id).where(
        ExportQuota.project_id == batch.project_id,
        ExportQuota.opening_id == opening_id,
        ExportQuota.region_code.in_([county, ""]),
    )
    quota_ids = session.scalars(lines.order_by(ExportQuota.region_code.desc(), ExportQuota.id)).all()
    if not quota_ids:
        raise NoQuota(field="opening_id", county=regions.name(county) if county else "")
    if not take_one(session, ExportBatch, batch.id):
        raise NoPlaceLeft(what=Term(IN_BATCH))
    if not take_one(session, ExportProject, batch.project_id, limit="quota"):
        raise NoPlaceLeft(what=Term(IN_PROJECT))
    for quota_id in quota_ids:
        if take_one(session, ExportQuota, quota_id, limit="places"):
            return quota_id
    raise NoPlaceLeft(what=Term(IN_COUNTY))


def _write(
    session: Session,
    row: ExportMember,
    batch: ExportBatch,
    draft: ExportMemberDraft,
    person: Person,
    quota_id: int,
    county: str,
) -> None:
    row.project_id, row.quota_id, row.opening_id = batch.project_id, quota_id, draft.opening_id
    row.centre_id, row.home_centre_id, row.employer_id = batch.centre_id, person.centre_id, batch.employer_id
    row.worker_name, row.county_code, row.pick_up = person.name, county, draft.pick_up
    row.medical = Medical.PENDING
    row.share(phone=person.phone, emergency_name=draft.emergency_name, emergency_phone=draft.emergency_phone)
    row.group_id = _group(session, batch, draft.group)


def _group(session: Session, batch: ExportBatch, name: str) -> int | None:
    if not name:
        return None
    group = session.scalar(queries.groups(batch.id).where(ExportGroup.name == name))
    if group is None:
        group = ExportGroup(batch_id=batch.id, centre_id=batch.centre_id, name=name)
        session.add(group)
        session.flush()
    return group.id


def _consent(session: Session, person: Person) -> None:
    if not agrees(session, person.id, PURPOSE):
        version = consent_texts()[PURPOSE].version
        session.add(Consent(person_id=person.id, purpose=PURPOSE, text_version=version))


def _tell_listed(session: Session, batch: ExportBatch, row: ExportMember) -> None:
    send(
        session,
        EXPORT_LISTED.of(batch=batch.batch_no, when=f"{clock.local(batch.depart_at):%Y-%m-%d %H:%M}"),
        to_person_id=row.person_id,
        link="/me/journeys",
        dedupe_key=f"export-listed:{row.id}:{row.version}",
    )
