"""Lists of openings in the browser: states, and what stands in the way."""

from enum import StrEnum

from centre.errors import Conflict, Refusal
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_

AT_ONCE = 1_000
"""The most rows that are checked within a request; longer lists are imported by the command."""


class UploadState(StrEnum):
    """Where a list of openings stands (岗位清单状态)."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    UNDONE = "undone"
    DISCARDED = "discarded"


UPLOAD_LABELS = {
    UploadState.UPLOADED: N_("待核对各列"),
    UploadState.CHECKED: N_("已检查，待确认"),
    UploadState.CONFIRMED: N_("已导入"),
    UploadState.UNDONE: N_("已撤回"),
    UploadState.DISCARDED: N_("已作废"),
}

_SEND = Permission.POST_OPENING
OPENING_UPLOADS = Machine(
    "opening_upload",
    [
        Move(UploadState.UPLOADED, "check", UploadState.CHECKED, _SEND),
        Move(UploadState.CHECKED, "check", UploadState.CHECKED, _SEND),
        Move(UploadState.CHECKED, "confirm", UploadState.CONFIRMED, _SEND),
        Move(UploadState.CONFIRMED, "undo", UploadState.UNDONE, _SEND),
        Move(UploadState.UPLOADED, "discard", UploadState.DISCARDED, _SEND),
        Move(UploadState.CHECKED, "discard", UploadState.DISCARDED, _SEND),
    ],
    UPLOAD_LABELS,
)


class TooManyOpenings(Refusal):
    """More rows than a request can check."""

    code = "openings-too-many"
    status = 422
    message = N_("一次最多 {most} 行，这个文件有 {rows} 行；请分成几个文件，或者请中心用命令导入")


class NothingToTake(Conflict):
    """No row can be imported."""

    code = "openings-nothing"
    message = N_("没有可以导入的行，请先改正")


class ListHasErrors(Conflict):
    """Rows with errors are left out only if the sender says so."""

    code = "openings-have-errors"
    message = N_("有 {errors} 行有错误。请先改正，或者明确选择“只导入正确的行”")


class UndoOver(Conflict):
    """The period for undoing is over."""

    code = "openings-undo-late"
    message = N_("导入后 {days} 天内可以撤回，现在已经过了")
