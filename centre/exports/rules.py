"""Rules for exports. Pure."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from centre.drafts import Draft, RecordId, Words
from centre.errors import Conflict, Forbidden
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class ExportState(StrEnum):
    """The state of an export request (导出申请状态)."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


STATE_LABELS = {
    ExportState.WAITING: N_("等待审批"),
    ExportState.READY: N_("可以下载"),
    ExportState.REFUSED: N_("不同意"),
}

EXPORT = Machine(
    "export",
    [
        Move(ExportState.WAITING, "approve", ExportState.READY, Permission.APPROVE_EXPORT),
        Move(ExportState.WAITING, "refuse", ExportState.REFUSED, Permission.APPROVE_EXPORT),
    ],
    STATE_LABELS,
)


class ExportDraft(Draft):
    """An export request: the list, its subject and the reason (导出申请)."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,20}$")]
    subject_id: RecordId | None = None
    reason: Words


class OwnExport(Forbidden):
    """The requester cannot approve their own request."""

    code = "own-export"
    message = N_("自己申请的导出要由另一位主任审批")


class ExportClosed(Conflict):
    """The list cannot be downloaded: it is not approved, was refused, or has expired."""

    code = "export-closed"
    message = N_("这份名单现在不能下载：还没审批、没有同意，或者已过期，请重新申请")


class ListGrew(Conflict):
    """The list has grown beyond the request, and now needs approval."""

    code = "export-grew"
    message = N_("名单比申请时长了，人数超过 {limit}，请重新申请")


class NoSuchList(Conflict):
    """There is no list of this kind, or it is empty."""

    code = "export-empty"
    message = N_("没有这种名单，或者名单上没有人")


class ListTooLong(Conflict):
    """The list has more people than one file may contain."""

    code = "export-too-long"
    message = N_("一次最多导出 {limit} 人")
