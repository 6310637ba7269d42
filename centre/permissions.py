"""Who may do what: roles, permissions, the acting account and the scope of rows it sees."""

from dataclasses import dataclass, field
from enum import StrEnum

from centre.errors import Forbidden, NotSignedIn
from centre.translation import N_


class Role(StrEnum):
    """What an account is at the network (角色)."""

    JOBSEEKER = "jobseeker"
    CLERK = "clerk"
    PLACEMENT_OFFICER = "placement_officer"
    TRAINING_OFFICER = "training_officer"
    EXPORT_OFFICER = "export_officer"
    ORGANISER = "organiser"
    COUNTY_MANAGER = "county_manager"
    CITY_MANAGER = "city_manager"
    REGISTRAR = "registrar"
    EMPLOYER = "employer"
    ESCORT = "escort"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role's name in the source language."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.JOBSEEKER: N_("求职者"),
    Role.CLERK: N_("窗口工作人员"),
    Role.PLACEMENT_OFFICER: N_("职介专员"),
    Role.TRAINING_OFFICER: N_("培训专员"),
    Role.EXPORT_OFFICER: N_("劳务输出专员"),
    Role.ORGANISER: N_("招聘会组织者"),
    Role.COUNTY_MANAGER: N_("县区中心主任"),
    Role.CITY_MANAGER: N_("市中心主任"),
    Role.REGISTRAR: N_("学校教务"),
    Role.EMPLOYER: N_("企业招聘负责人"),
    Role.ESCORT: N_("带队人员"),
    Role.AUDITOR: N_("审计员"),
    Role.ADMINISTRATOR: N_("系统管理员"),
}

MANAGERS = frozenset({Role.COUNTY_MANAGER, Role.CITY_MANAGER})
COUNTER = frozenset({Role.CLERK, Role.PLACEMENT_OFFICER, Role.TRAINING_OFFICER, Role.EXPORT_OFFICER}) | MANAGERS
STAFF = COUNTER | {Role.ORGANISER, Role.AUDITOR}
PARTNERS = frozenset({Role.REGISTRAR, Role.EMPLOYER, Role.ESCORT})


class Permission(StrEnum):
    """One thing that an account may be allowed to do."""

    APPLY_FOR_BOOTH = "fair:apply"
    APPLY_FOR_CLASS = "class:apply"
    APPROVE_RESETS = "account:approve-reset"
    APPROVE_CLASS = "class:approve"
    APPROVE_EXPORT = "export:approve"
    APPROVE_RULES = "rule:approve"
    ASSIGN_BOOTH = "fair:assign"
    CALL_ROLL = "labour-export:roll"
    CERTIFY = "certificate:issue"
    CHECK_IN = "fair:check-in"
    CLAIM_SUBSIDY = "claim:enter"
    CLEAR_FLAG = "integrity:clear"
    CLOSE_FALSE_ACCOUNTS = "account:close-false"
    CLOSE_MONTH = "month:close"
    CURATE_WORDS = "word:curate"
    DECIDE_AT_DESK = "desk:decide"
    EDIT_PROFILE = "profile:edit"
    ENROL = "enrolment:create"
    ENTER_RULES = "rule:enter"
    ERASE_PEOPLE = "person:erase"
    EXPORT_LISTS = "export:ask"
    IMPORT_OPENINGS = "opening:import"
    IMPORT_ROSTER = "roster:import"
    INTRODUCE = "introduction:create"
    ISSUE_CARDS = "card:issue"
    KEEP_BRANDS = "brand:keep"
    KEEP_OWN_ACCOUNT = "account:own"
    KEEP_OWN_RECORDS = "record:own"
    KEEP_PLANS = "plan:keep"
    LIST_FOR_EXPORT = "labour-export:list"
    LIST_PEOPLE = "person:list"
    MANAGE_ACCOUNTS = "account:manage"
    MANAGE_CENTRES = "centre:manage"
    MANAGE_FAIRS = "fair:manage"
    MANAGE_FUNDS = "fund:manage"
    MANAGE_OUTBOX = "outbox:manage"
    MANAGE_POLICY = "policy:manage"
    MANAGE_PROVIDERS = "provider:manage"
    MANAGE_RISK = "employer:risk"
    MANAGE_TOKENS = "token:manage"
    PAY_CLAIM = "claim:pay"
    PAY_TRAVEL = "labour-export:pay"
    POST_OPENING = "opening:post"
    PUBLISH_OPENING = "opening:publish"
    PUBLISH_FIGURES = "figure:publish"
    READ_ACCESS = "access:read"
    READ_EXPORT = "labour-export:read"
    READ_AUDIT = "audit:read"
    READ_DESK = "desk:read"
    READ_OPERATION = "operation:read"
    READ_LEDGER = "ledger:read"
    READ_OUTCOMES = "outcome:read"
    READ_REPORTS = "report:read"
    RECORD_RESULT = "introduction:result"
    RECORD_SERVICE = "service:record"
    REGISTER_EMPLOYER = "employer:register"
    REGISTER_PERSON = "person:register"
    RENEW_ACCOUNTS = "account:renew"
    REPLAY_RULES = "rule:replay"
    REPORT_TRAINING = "training:report"
    RETRY_JOBS = "operation:retry"
    REVEAL = "person:reveal"
    REVIEW_CLAIM = "claim:review"
    RUN_EXPORT = "labour-export:run"
    SIGN_HAND_OVER = "labour-export:sign"
    STATE_TERMS = "promise:state"
    VERIFY_EMPLOYER = "employer:verify"
    VERIFY_OPENING = "opening:verify"
    WORK_AT_DESK = "desk:work"

    @property
    def label(self) -> str:
        """What it allows, in the source language."""
        return GRANTS[self][0]

    @property
    def roles(self) -> frozenset[Role]:
        """Which roles hold it."""
        return GRANTS[self][1]


_PLACEMENT = frozenset({Role.PLACEMENT_OFFICER, Role.EXPORT_OFFICER}) | MANAGERS
_TRAINING = frozenset({Role.TRAINING_OFFICER}) | MANAGERS
_FAIRS = frozenset({Role.ORGANISER}) | MANAGERS
_EXPORT = frozenset({Role.EXPORT_OFFICER}) | MANAGERS

GRANTS: dict[Permission, tuple[str, frozenset[Role]]] = {
    Permission.APPLY_FOR_BOOTH: (N_("申请招聘会展位"), frozenset({Role.EMPLOYER}) | _FAIRS),
    Permission.APPLY_FOR_CLASS: (N_("提交开班申请"), frozenset({Role.REGISTRAR}) | _TRAINING),
    Permission.APPROVE_CLASS: (N_("批准开班"), _TRAINING),
    Permission.APPROVE_EXPORT: (N_("审批名单导出"), MANAGERS),
    Permission.APPROVE_RULES: (N_("同意法规和金额规则的修订"), frozenset({Role.CITY_MANAGER, Role.ADMINISTRATOR})),
    Permission.APPROVE_RESETS: (N_("同意重置动态口令"), frozenset({Role.ADMINISTRATOR, Role.CITY_MANAGER})),
    Permission.ASSIGN_BOOTH: (N_("审核并分配展位"), _FAIRS),
    Permission.CALL_ROLL: (N_("给外出务工的批次点名"), frozenset({Role.ESCORT, Role.JOBSEEKER}) | _EXPORT),
    Permission.CERTIFY: (N_("登记考核成绩、发放和撤销培训证书"), _TRAINING),
    Permission.CHECK_IN: (N_("招聘会签到"), _FAIRS | {Role.CLERK}),
    Permission.CLAIM_SUBSIDY: (N_("申请培训补贴"), frozenset({Role.REGISTRAR}) | _TRAINING),
    Permission.CLEAR_FLAG: (N_("核查和解除培训疑点"), _TRAINING),
    Permission.CLOSE_FALSE_ACCOUNTS: (N_("同意关闭冒用的账号"), MANAGERS),
    Permission.CLOSE_MONTH: (N_("月结"), MANAGERS),
    Permission.CURATE_WORDS: (N_("审定搜索用的同义词"), _PLACEMENT),
    Permission.DECIDE_AT_DESK: (N_("审批窗口帮扶事项"), MANAGERS),
    Permission.EDIT_PROFILE: (N_("填写技能档案和求职意向"), frozenset({Role.JOBSEEKER}) | COUNTER),
    Permission.ENROL: (N_("报名参加培训"), frozenset({Role.JOBSEEKER, Role.REGISTRAR}) | COUNTER),
    Permission.ENTER_RULES: (N_("录入法规和金额规则"), frozenset({Role.ADMINISTRATOR})),
    Permission.ERASE_PEOPLE: (N_("按本人申请注销个人信息"), MANAGERS),
    Permission.EXPORT_LISTS: (N_("申请导出名单"), COUNTER | {Role.REGISTRAR}),
    Permission.IMPORT_OPENINGS: (N_("批量导入岗位"), _PLACEMENT),
    Permission.IMPORT_ROSTER: (N_("上传学员花名册"), frozenset({Role.REGISTRAR}) | _TRAINING),
    Permission.INTRODUCE: (N_("推荐求职者、打印推荐信"), frozenset({Role.JOBSEEKER}) | COUNTER),
    Permission.ISSUE_CARDS: (N_("发放和注销服务卡"), COUNTER),
    Permission.KEEP_BRANDS: (N_("维护和公布劳务品牌"), _EXPORT),
    Permission.KEEP_OWN_ACCOUNT: (N_("管理自己的账号"), frozenset(Role)),
    Permission.KEEP_OWN_RECORDS: (N_("查看、导出和注销自己的信息"), frozenset({Role.JOBSEEKER})),
    Permission.KEEP_PLANS: (N_("查看和调整每夜统筹的推荐"), COUNTER),
    Permission.LIST_FOR_EXPORT: (N_("为求职者报名劳务输出"), COUNTER),
    Permission.LIST_PEOPLE: (N_("查找服务对象"), COUNTER),
    Permission.MANAGE_ACCOUNTS: (N_("管理账号"), frozenset({Role.ADMINISTRATOR})),
    Permission.MANAGE_CENTRES: (N_("维护各中心的名称和地址"), frozenset({Role.ADMINISTRATOR})),
    Permission.MANAGE_FAIRS: (N_("组织招聘会"), _FAIRS),
    Permission.MANAGE_FUNDS: (N_("管理资金"), MANAGERS),
    Permission.MANAGE_OUTBOX: (N_("管理消息发送"), frozenset({Role.CITY_MANAGER, Role.ADMINISTRATOR})),
    Permission.MANAGE_POLICY: (N_("维护政策参数"), frozenset({Role.CITY_MANAGER, Role.ADMINISTRATOR})),
    Permission.MANAGE_PROVIDERS: (N_("管理培训机构和协议"), _TRAINING),
    Permission.MANAGE_RISK: (N_("处置用人单位风险"), MANAGERS),
    Permission.MANAGE_TOKENS: (N_("发放和吊销接口令牌"), frozenset({Role.CITY_MANAGER, Role.ADMINISTRATOR})),
    Permission.PAY_CLAIM: (N_("拨付培训补贴"), MANAGERS),
    Permission.PAY_TRAVEL: (N_("审批和拨付外出交通补贴"), MANAGERS),
    Permission.POST_OPENING: (N_("发布招聘岗位"), frozenset({Role.EMPLOYER}) | _PLACEMENT),
    Permission.PUBLISH_OPENING: (N_("上架、暂停或关闭岗位"), frozenset({Role.EMPLOYER}) | _PLACEMENT),
    Permission.PUBLISH_FIGURES: (N_("公布统计数字"), frozenset({Role.CITY_MANAGER})),
    Permission.READ_ACCESS: (N_("查看谁能办什么"), STAFF | {Role.ADMINISTRATOR}),
    Permission.READ_AUDIT: (N_("查看操作记录"), frozenset({Role.AUDITOR})),
    Permission.READ_EXPORT: (N_("查看劳务输出项目和统计"), COUNTER | {Role.AUDITOR}),
    Permission.READ_DESK: (N_("查看窗口帮扶事项"), COUNTER | {Role.AUDITOR}),
    Permission.READ_LEDGER: (N_("查看服务台账"), frozenset({Role.AUDITOR}) | MANAGERS),
    Permission.READ_OPERATION: (N_("查看系统任务和发件箱"), frozenset({Role.ADMINISTRATOR})),
    Permission.READ_OUTCOMES: (N_("查看培训成效和预测"), COUNTER | {Role.AUDITOR}),
    Permission.READ_REPORTS: (N_("查看和下载报表"), frozenset({Role.AUDITOR}) | MANAGERS),
    Permission.RECORD_RESULT: (N_("登记推荐结果"), frozenset({Role.EMPLOYER}) | COUNTER),
    Permission.RECORD_SERVICE: (N_("登记窗口服务"), COUNTER),
    Permission.REGISTER_EMPLOYER: (N_("登记用人单位"), frozenset({Role.EMPLOYER}) | _PLACEMENT | _FAIRS),
    Permission.REGISTER_PERSON: (N_("登记服务对象"), COUNTER),
    Permission.RENEW_ACCOUNTS: (N_("给合作单位的账号续期"), MANAGERS),
    Permission.REPLAY_RULES: (N_("用改过的规则试算以前的决定"), MANAGERS),
    Permission.REPORT_TRAINING: (N_("上报考勤和结业"), frozenset({Role.REGISTRAR}) | _TRAINING),
    Permission.RETRY_JOBS: (N_("让出错的系统任务马上再试"), frozenset({Role.ADMINISTRATOR})),
    Permission.REVIEW_CLAIM: (N_("审核培训补贴"), _TRAINING),
    Permission.REVEAL: (N_("查看完整的证件号和电话"), COUNTER),
    Permission.RUN_EXPORT: (N_("组织劳务输出"), _EXPORT),
    Permission.SIGN_HAND_OVER: (N_("签收到达人员名单"), frozenset({Role.EMPLOYER}) | _EXPORT),
    Permission.STATE_TERMS: (
        N_("登记合同和工资条上的条件"),
        frozenset({Role.JOBSEEKER, Role.EMPLOYER}) | COUNTER,
    ),
    Permission.VERIFY_EMPLOYER: (N_("核验用人单位"), _PLACEMENT),
    Permission.VERIFY_OPENING: (N_("核实招聘岗位"), _PLACEMENT),
    Permission.WORK_AT_DESK: (N_("办理窗口帮扶事项"), COUNTER),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows a session may see. Every scope comes from an actor; a session without one does not open."""

    everything: bool = False
    staff: bool = False
    all_centres: bool = False
    centre_id: int | None = None
    provider_id: int | None = None
    employer_id: int | None = None
    person_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its roles and the organisation that it represents."""

    account_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    centre_id: int | None = None
    provider_id: int | None = None
    employer_id: int | None = None
    person_id: int | None = None
    is_system: bool = False
    only: frozenset[Permission] | None = None
    """What an API token is narrowed to; None for people, who may all that their roles hold."""

    @classmethod
    def system(cls) -> "Actor":
        """The service itself: due jobs, seeds and the command line."""
        return cls(is_system=True, name="system")

    @classmethod
    def public(cls) -> "Actor":
        """A reader who has not signed in."""
        return cls()

    @property
    def signed_in(self) -> bool:
        """Whether an account stands behind the request."""
        return self.account_id is not None

    @property
    def scope(self) -> Scope:
        """The rows that this actor may see."""
        if self.is_system:
            return Scope(everything=True)
        staff = bool(self.roles & STAFF)
        return Scope(
            staff=staff,
            all_centres=bool(self.roles & {Role.CITY_MANAGER, Role.AUDITOR}),
            centre_id=self.centre_id if staff else None,
            provider_id=self.provider_id if Role.REGISTRAR in self.roles else None,
            employer_id=self.employer_id if Role.EMPLOYER in self.roles else None,
            person_id=self.person_id,
            account_id=self.account_id,
        )

    def may(self, permission: Permission) -> bool:
        """Whether one of the actor's roles holds the permission."""
        if self.only is not None and permission not in self.only:
            return False
        return self.is_system or bool(self.roles & permission.roles)


def require(actor: Actor, permission: Permission) -> None:
    """Let the action go on only for an actor that holds the permission. Raises NotSignedIn or Forbidden."""
    if not actor.may(permission):
        raise Forbidden(permission=permission.value) if actor.signed_in else NotSignedIn()
