"""Actions on exports: request, approve, refuse, download."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from centre import audit, clock
from centre.errors import Forbidden
from centre.exports import queries
from centre.exports.models import Export
from centre.exports.rules import (
    EXPORT,
    ExportClosed,
    ExportDraft,
    ExportState,
    ListGrew,
    ListTooLong,
    NoSuchList,
    OwnExport,
)
from centre.messages import send
from centre.messages.office import EXPORT_ASKED, EXPORT_READY, EXPORT_REFUSED
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.records.queries import require_fresh
from centre.sheets.writing import Column, export
from centre.states import move
from centre.translation import N_, translate

MOST = 20_000
"""The maximum number of rows that one request can write without delaying others."""
MARK = N_("岗桥导出第 {number} 号，{name}，{at}。用途：{reason}。只限这一用途，不得转给他人")


def ask_for_list(session: Session, actor: Actor, *, draft: ExportDraft) -> Export:
    """Request a list of people as a file (申请导出). Above a daily number of people a manager has to approve it.

    Raises NoSuchList and ListTooLong.
    """
    require(actor, Permission.EXPORT_LISTS)
    kind = queries.kind_of(actor, draft.kind)
    if actor.account_id is None:
        raise Forbidden(permission=Permission.EXPORT_LISTS.value)
    people = queries.count_of(session, kind, draft.subject_id)
    if not people:
        raise NoSuchList(field="kind")
    if people > MOST:
        raise ListTooLong(limit=MOST)
    alone = int(policy(session, "export-approval-people", on=clock.today()))
    many = queries.asked_today(session, actor.account_id) + people > alone
    hours = int(policy(session, "export-keep-hours", on=clock.today()))
    request = Export(
        account_id=actor.account_id,
        centre_id=actor.scope.centre_id or kind.centre(session, draft.subject_id),
        provider_id=actor.scope.provider_id,
        kind=kind.name,
        subject_id=draft.subject_id,
        reason=draft.reason,
        people=people,
        state=ExportState.WAITING if many else ExportState.READY,
        ends_at=clock.now() + timedelta(hours=hours),
    )
    session.add(request)
    session.flush()
    _noted(session, actor, "export.ask", request, {"reason": request.reason})
    if many:
        _tell_deciders(session, request)
    return request


def decide_export(session: Session, actor: Actor, *, export_id: int, agreed: bool) -> Export:
    """Approve or refuse somebody else's request. Raises NotFound, OwnExport, IllegalMove."""
    require(actor, Permission.APPROVE_EXPORT)
    request = queries.export_in_sight(session, export_id)
    if request.account_id == actor.account_id:
        raise OwnExport
    move(session, actor, request, EXPORT, "approve" if agreed else "refuse")
    request.decided_by = actor.account_id
    hours = int(policy(session, "export-keep-hours", on=clock.today()))
    request.ends_at = clock.now() + timedelta(hours=hours)
    _noted(session, actor, "export.approve" if agreed else "export.refuse", request, {})
    wording = EXPORT_READY if agreed else EXPORT_REFUSED
    send(
        session,
        wording.of(),
        to_account_id=request.account_id,
        link="/exports",
        dedupe_key=f"export-decided:{request.id}",
    )
    return request


def fetch_list(
    session: Session, actor: Actor, *, export_id: int, proved_at: datetime | None, locale: str
) -> tuple[str, bytes]:
    """The file, made now from what the actor sees now, marked with who fetched it and why: its name and its bytes.

    Only who asked fetches it, after proving who they are. Raises NotFound, NotFresh, ExportClosed, ListGrew.
    """
    require(actor, Permission.EXPORT_LISTS)
    require_fresh(session, proved_at)
    request = queries.export_in_sight(session, export_id)
    if (
        request.account_id != actor.account_id
        or request.state is not ExportState.READY
        or request.ends_at < clock.now()
    ):
        raise ExportClosed
    kind = queries.kind_of(actor, request.kind)
    people = queries.count_of(session, kind, request.subject_id)
    alone = int(policy(session, "export-approval-people", on=clock.today()))
    if people > request.people and people > alone:
        raise ListGrew(limit=alone)
    request.fetched += 1
    _noted(session, actor, "export.fetch", request, {"people": people})
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    mark = translate(locale, MARK, number=request.id, name=actor.name, at=at, reason=request.reason)
    columns = [Column(translate(locale, title), width=20) for title in kind.columns]
    rows = kind.rows(kind.query(request.subject_id), session, locale)
    return f"{kind.name}-{request.id}.xlsx", export(translate(locale, kind.label), columns, rows, mark=mark)


def _tell_deciders(session: Session, request: Export) -> None:
    for account_id in queries.deciders(session, request):
        send(
            session,
            EXPORT_ASKED.of(people=request.people),
            to_account_id=account_id,
            link="/exports",
            dedupe_key=f"export-asked:{request.id}:{account_id}",
        )


def _noted(session: Session, actor: Actor, action: str, request: Export, detail: dict[str, object]) -> None:
    about = {"kind": request.kind, "people": request.people} | detail
    audit.note(session, actor, action=action, subject=f"export:{request.id}", detail=about)
