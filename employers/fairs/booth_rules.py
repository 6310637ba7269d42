"""Rules for booths: states, drafts, and why a request is refused."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, RecordId, Words
from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from employers.companies.rules import EmployerCode, Phone


class BoothState(StrEnum):
    """The stage of a booth application (展位申请状态)."""

    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    APPROVED = "approved"
    ASSIGNED = "assigned"
    PRESENT = "present"
    SERVED = "served"
    NO_SHOW = "no_show"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


BOOTH_LABELS = {
    BoothState.APPLIED: N_("已申请，待审核"),
    BoothState.WAITLISTED: N_("候补中"),
    BoothState.APPROVED: N_("已通过"),
    BoothState.ASSIGNED: N_("已分配展位"),
    BoothState.PRESENT: N_("已到场"),
    BoothState.SERVED: N_("已参会"),
    BoothState.NO_SHOW: N_("未到场"),
    BoothState.REFUSED: N_("未通过"),
    BoothState.WITHDRAWN: N_("已退出"),
    BoothState.LAPSED: N_("招聘会已结束或取消"),
}

HOLDING_BOOTH = (
    BoothState.APPLIED,
    BoothState.APPROVED,
    BoothState.ASSIGNED,
    BoothState.PRESENT,
    BoothState.SERVED,
)
"""States that count towards the booths taken at a fair."""

WAITING_OR_HOLDING = (*HOLDING_BOOTH, BoothState.WAITLISTED)
"""States of booths whose employers are notified of changes to the fair."""

ASKED_BEFORE = (BoothState.WITHDRAWN, BoothState.REFUSED)
"""States of former requests after which an employer may ask again."""

OFFERED = (BoothState.APPLIED, BoothState.APPROVED, BoothState.ASSIGNED)
"""States in which a booth may await confirmation by an employer that moved up from the waiting list."""

_BEFORE_CHECK_IN = (BoothState.APPLIED, BoothState.WAITLISTED, BoothState.APPROVED, BoothState.ASSIGNED)

_ASSIGN, _APPLY, _CHECK = Permission.ASSIGN_BOOTH, Permission.APPLY_FOR_BOOTH, Permission.CHECK_IN

BOOTH = Machine(
    "booth",
    [
        *(Move(state, "approve", BoothState.APPROVED, _ASSIGN) for state in (BoothState.APPLIED, BoothState.REFUSED)),
        Move(BoothState.WAITLISTED, "promote", BoothState.APPLIED),
        *(Move(state, "expire", BoothState.WITHDRAWN) for state in OFFERED),
        Move(BoothState.APPROVED, "assign", BoothState.ASSIGNED, _ASSIGN),
        Move(BoothState.ASSIGNED, "assign", BoothState.ASSIGNED, _ASSIGN),
        Move(BoothState.ASSIGNED, "check_in", BoothState.PRESENT, _CHECK),
        Move(BoothState.PRESENT, "leave", BoothState.SERVED, _CHECK),
        Move(BoothState.ASSIGNED, "miss", BoothState.NO_SHOW, _ASSIGN),
        Move(BoothState.APPROVED, "miss", BoothState.NO_SHOW, _ASSIGN),
        *(Move(state, "refuse", BoothState.REFUSED, _ASSIGN) for state in (*_BEFORE_CHECK_IN, BoothState.PRESENT)),
        *(Move(state, "withdraw", BoothState.WITHDRAWN, _APPLY) for state in (*_BEFORE_CHECK_IN, BoothState.REFUSED)),
        *(
            Move(state, event, target, _APPLY)
            for state in ASKED_BEFORE
            for event, target in (("apply", BoothState.APPLIED), ("wait", BoothState.WAITLISTED))
        ),
        *(Move(state, "lapse", BoothState.LAPSED) for state in (*_BEFORE_CHECK_IN, BoothState.PRESENT)),
    ],
    BOOTH_LABELS,
)


class BoothDraft(Draft):
    """An employer's application for a booth (参会申请)."""

    employer_id: RecordId | None = None
    contact_name: Words
    contact_phone: Phone = ""
    opening_ids: Annotated[tuple[RecordId, ...], Field(max_length=30)] = ()
    note: Line = ""


class ShownLicence(Draft):
    """The code on the licence that an exhibitor shows at its booth; empty if not checked (现场核对执照)."""

    licence: EmployerCode = ""


class ProxyBooth(Conflict):
    """The licence at the booth is another company's: one booth serves one employer."""

    code = "proxy-booth"
    message = N_("执照上的代码 {shown} 不是“{name}”的。一个展位只给一家单位，不能代别家招人")


class NotBoothTime(Conflict):
    """Employers may apply only while applications are open."""

    code = "booths-closed"
    message = N_("这场招聘会现在不接受展位申请")


class NoOffer(Conflict):
    """No booth waits for the employer's word: it said so already, or the time has passed."""

    code = "no-booth-offer"
    message = N_("现在没有等贵单位确认的展位：已经确认过，或者过了时间")


class NoBoothFree(Conflict):
    """Every booth is taken, so a request that was turned down cannot be approved after all."""

    code = "no-booth-free"
    message = N_("展位已满，请先增加展位数或等有单位退出")


class BoothTaken(Conflict):
    """The booth number belongs to another employer."""

    code = "booth-taken"
    message = N_("{booth_no} 号展位已分配给别的单位")


class AlreadyApplied(Conflict):
    """An employer may have one booth at a fair."""

    code = "already-applied"
    message = N_("本单位已申请过这场招聘会，一家单位一个展位")


class TooManyNoShows(Conflict):
    """The employer had too many no-shows this year."""

    code = "too-many-no-shows"
    message = N_("本单位今年已有 {count} 次未到场，按规定年内不能再申请展位")


class TooLateToWithdraw(Conflict):
    """The deadline for withdrawing from the fair has passed."""

    code = "too-late-to-withdraw"
    message = N_("最迟要在开场前 {days} 天退出，请直接联系主办方")


class OpeningNotVerified(Conflict):
    """Only openings that an officer verified may be shown at a booth."""

    code = "opening-not-verified"
    message = N_("岗位“{title}”还没有核实，核实后才能在展位展示")
