"""States of labour export: projects, batches and their members, with the refusals of its actions (劳务输出)."""

from enum import StrEnum

from centre.errors import Conflict, Problem
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class ExportProjectState(StrEnum):
    """Whether a project takes people (输出项目状态)."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


PROJECT_LABELS = {
    ExportProjectState.DRAFT: N_("筹备中"),
    ExportProjectState.OPEN: N_("正在组织"),
    ExportProjectState.PAUSED: N_("已暂停"),
    ExportProjectState.CLOSED: N_("已结束"),
}

_RUN, _LIST, _ROLL = Permission.RUN_EXPORT, Permission.LIST_FOR_EXPORT, Permission.CALL_ROLL
_P = ExportProjectState

EXPORT_PROJECT = Machine(
    "export_project",
    [
        Move(_P.DRAFT, "open", _P.OPEN, _RUN),
        Move(_P.OPEN, "pause", _P.PAUSED, _RUN),
        Move(_P.PAUSED, "resume", _P.OPEN, _RUN),
        *(Move(state, "close", _P.CLOSED, _RUN) for state in (_P.DRAFT, _P.OPEN, _P.PAUSED)),
    ],
    PROJECT_LABELS,
)


class BatchState(StrEnum):
    """How far one journey has come (输出批次状态)."""

    PLANNED = "planned"
    RECRUITING = "recruiting"
    LOCKED = "locked"
    TRAVELLING = "travelling"
    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    CANCELLED = "cancelled"


BATCH_LABELS = {
    BatchState.PLANNED: N_("计划中"),
    BatchState.RECRUITING: N_("正在报名"),
    BatchState.LOCKED: N_("名单已锁定"),
    BatchState.TRAVELLING: N_("在途中"),
    BatchState.ARRIVED: N_("已到达"),
    BatchState.HANDED_OVER: N_("已交接"),
    BatchState.CLOSED: N_("跟踪完成"),
    BatchState.CANCELLED: N_("已取消"),
}

_B = BatchState
BEFORE_DEPARTURE = (_B.PLANNED, _B.RECRUITING, _B.LOCKED)
ON_THE_WAY = (_B.LOCKED, _B.TRAVELLING)
"""States in which a batch keeps its members from travelling with another one at the same time."""

EXPORT_BATCH = Machine(
    "export_batch",
    [
        Move(_B.PLANNED, "recruit", _B.RECRUITING, _RUN),
        Move(_B.RECRUITING, "lock", _B.LOCKED, _RUN),
        Move(_B.LOCKED, "unlock", _B.RECRUITING, _RUN),
        Move(_B.LOCKED, "depart", _B.TRAVELLING, _ROLL),
        Move(_B.TRAVELLING, "arrive", _B.ARRIVED, _ROLL),
        Move(_B.ARRIVED, "hand_over", _B.HANDED_OVER, Permission.SIGN_HAND_OVER),
        Move(_B.HANDED_OVER, "close", _B.CLOSED, _RUN),
        *(Move(state, "cancel", _B.CANCELLED, _RUN) for state in BEFORE_DEPARTURE),
    ],
    BATCH_LABELS,
)


class MemberState(StrEnum):
    """How far one member of a batch has come (输出人员状态)."""

    LISTED = "listed"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    BOARDED = "boarded"
    NO_SHOW = "no_show"
    ARRIVED = "arrived"
    LEFT_EN_ROUTE = "left_en_route"
    SIGNED = "signed"
    REJECTED = "rejected"
    DAY_30 = "d30"
    STABLE = "stable"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


MEMBER_LABELS = {
    MemberState.LISTED: N_("已报名"),
    MemberState.ACCEPTED: N_("面试通过"),
    MemberState.CONFIRMED: N_("体检通过，确定出发"),
    MemberState.BOARDED: N_("已上车"),
    MemberState.NO_SHOW: N_("没有上车"),
    MemberState.ARRIVED: N_("已到达"),
    MemberState.LEFT_EN_ROUTE: N_("途中离队"),
    MemberState.SIGNED: N_("已签合同"),
    MemberState.REJECTED: N_("没有签合同"),
    MemberState.DAY_30: N_("稳岗满 30 天"),
    MemberState.STABLE: N_("稳岗满 90 天"),
    MemberState.RETURNED: N_("已返乡"),
    MemberState.WITHDRAWN: N_("已退出"),
}

_M = MemberState
NOT_LEFT = (_M.LISTED, _M.ACCEPTED, _M.CONFIRMED)
"""States before the journey."""

HOLDING = tuple(state for state in _M if state not in (_M.WITHDRAWN, _M.NO_SHOW))
"""States that count towards the places taken of a batch, its project and its quota."""

SIGNED_ON = (_M.SIGNED, _M.DAY_30, _M.STABLE)
"""States of people who work there under a contract."""

EXPORT_MEMBER = Machine(
    "export_member",
    [
        Move(_M.LISTED, "accept", _M.ACCEPTED, _RUN),
        Move(_M.ACCEPTED, "confirm", _M.CONFIRMED, _RUN),
        Move(_M.CONFIRMED, "board", _M.BOARDED, _ROLL),
        Move(_M.NO_SHOW, "board", _M.BOARDED, _ROLL),
        Move(_M.CONFIRMED, "miss", _M.NO_SHOW, _ROLL),
        Move(_M.BOARDED, "miss", _M.NO_SHOW, _ROLL),
        Move(_M.BOARDED, "arrive", _M.ARRIVED, _ROLL),
        Move(_M.BOARDED, "leave", _M.LEFT_EN_ROUTE, _ROLL),
        Move(_M.ARRIVED, "sign", _M.SIGNED, _RUN),
        Move(_M.ARRIVED, "reject", _M.REJECTED, _RUN),
        Move(_M.SIGNED, "day_30", _M.DAY_30, _RUN),
        Move(_M.DAY_30, "day_90", _M.STABLE, _RUN),
        *(
            Move(state, "return", _M.RETURNED, _RUN)
            for state in (_M.BOARDED, _M.ARRIVED, _M.LEFT_EN_ROUTE, _M.REJECTED, *SIGNED_ON)
        ),
        *(Move(state, "withdraw", _M.WITHDRAWN, _LIST) for state in NOT_LEFT),
        Move(_M.WITHDRAWN, "list", _M.LISTED, _LIST),
    ],
    MEMBER_LABELS,
)


class Transport(StrEnum):
    """How a batch travels (交通方式)."""

    COACH = "coach"
    TRAIN = "train"
    AIR = "air"
    SELF = "self"


TRANSPORT_LABELS = {
    Transport.COACH: N_("包车"),
    Transport.TRAIN: N_("火车"),
    Transport.AIR: N_("飞机"),
    Transport.SELF: N_("自行前往"),
}


class Medical(StrEnum):
    """The result of a member's medical check; only the outcome is kept, never a finding (体检结果)."""

    PENDING = "pending"
    PASSED = "passed"
    NOT_PASSED = "not_passed"


MEDICAL_LABELS = {Medical.PENDING: N_("待体检"), Medical.PASSED: N_("合格"), Medical.NOT_PASSED: N_("不合格")}

VISITED = {
    "qualification_ok": N_("证照和用工资质"),
    "operation_ok": N_("生产经营正常"),
    "intensity_ok": N_("劳动强度"),
    "lodging_ok": N_("食宿条件"),
    "pay_ok": N_("工资待遇"),
}
"""What an inspection looks at; a project opens only when every point is in order."""


class OutOfScope(Conflict):
    """Work abroad needs a licence of the commerce ministry and is not labour export in this sense."""

    code = "out-of-scope"
    message = N_("这里只办国内劳务输出；到境外或者港澳台工作要找有对外劳务合作资质的企业")


class DispatchLicenceMissing(Conflict):
    """An employer that lends workers to others needs a licence for agency employment."""

    code = "dispatch-licence-missing"
    message = N_("“{name}”没有登记劳务派遣经营许可证，不能用劳务派遣的方式输出；请改成直接招用，或先补登许可证")


class InspectionMissing(Conflict):
    """A project opens only after a passed inspection and with its agreement."""

    code = "inspection-missing"
    message = N_("还不能开始组织，缺少：{missing}")


class ProjectNotOpen(Conflict):
    """The project does not take people at the moment."""

    code = "export-project-not-open"
    message = N_("这个输出项目现在不收人：{state}")


class BatchNotRecruiting(Conflict):
    """The roster of the batch is not open for changes."""

    code = "batch-not-recruiting"
    message = N_("这一批现在不能改名单：{state}")


class NoPlaceLeft(Conflict):
    """Every place of the batch, the project or the county's quota is taken."""

    code = "no-export-place"
    message = N_("没有名额了：{what}")


class NoQuota(Conflict):
    """The project has no quota for this opening and county."""

    code = "no-export-quota"
    message = N_("这个项目没有给“{county}”分配这个岗位的名额")


class QuotaAboveOpening(Conflict):
    """More places are ordered than the opening still has."""

    code = "quota-above-opening"
    message = N_("岗位“{title}”只剩 {remaining} 个空缺，已分配 {given} 个名额，不能再分这么多")


class QuotaTaken(Conflict):
    """Fewer places than are already taken."""

    code = "quota-taken"
    message = N_("已有 {taken} 人占用名额，不能少于这个数")


class AlreadyListed(Conflict):
    """The person is on the roster of this batch."""

    code = "already-listed"
    message = N_("这个人已经在这一批的名单上")


class LockRefused(Conflict):
    """The roster cannot be locked; every reason is listed with the people concerned."""

    code = "lock-refused"
    message = N_("名单还不能锁定")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self._problems = problems

    @property
    def problems(self) -> list[Problem]:
        """Every reason."""
        return self._problems


class NotEscort(Conflict):
    """Only an account with the role of an escort can lead a batch."""

    code = "not-an-escort"
    message = N_("这个账号不是带队人员")


class StillWithUs(Conflict):
    """A batch is closed when the follow-up of everybody has ended."""

    code = "export-follow-up-open"
    message = N_("还有 {count} 人没有跟踪到 90 天，不能结束这一批")
