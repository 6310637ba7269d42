"""What is written to the centre's own people, about accounts, lists and due work, and codes to telephones."""

from centre.messages.wording import Wording
from centre.outbox import SIGN_IN_CODE
from centre.translation import N_

CODES, OFFICE = N_("验证码"), N_("中心内部")
CODE = frozenset({"code"})

SIGN_IN = Wording(
    CODES,
    SIGN_IN_CODE,
    N_("登录验证码"),
    N_("验证码 {code}，5 分钟内有效。工作人员不会向您要验证码。"),
    keep=CODE,
    kind=SIGN_IN_CODE,
)
REGISTER_CODE = Wording(
    CODES,
    "register-code",
    N_("登记验证码"),
    N_("求职登记验证码 {code}，5 分钟内有效。不是您本人登记，不用理会，也不要告诉别人。"),
    keep=CODE,
    kind=SIGN_IN_CODE,
)
EMAIL_CODE = Wording(
    CODES,
    "email-code",
    N_("邮箱验证码"),
    N_("邮箱验证码 {code}，5 分钟内有效。不是您本人填写的邮箱，不用理会。"),
    keep=CODE,
    kind=SIGN_IN_CODE,
)

RESET_ASKED = Wording(OFFICE, "factor-reset", N_("{name}的动态口令等您同意重置"))
RESET_ALONE = Wording(
    OFFICE,
    "factor-reset-alone",
    N_("{name}的动态口令已在服务器上直接重置，请核实是不是本人要求的"),
    kind="factor-reset",
)
OWN_FACTOR_RESET = Wording(
    OFFICE,
    "own-factor-reset",
    N_("您的动态口令被重置了"),
    N_("再登录时要重新绑定。如果不是您要求的，请马上告诉管理员。"),
)
OWN_PASSWORD_RESET = Wording(
    OFFICE, "own-password-reset", N_("您的密码被重置了"), N_("如果不是您要求的，请马上告诉管理员。")
)
APPROVAL_DECIDED = Wording(OFFICE, "approval-decided", "{business}", "{state}")
POLICY_DECIDED = Wording(OFFICE, "policy-decided", N_("规则修订有了结果"), "{state}")
ACCOUNT_ENDS = Wording(
    OFFICE,
    "account-ends",
    N_("您的账号快到期了"),
    N_("{name} 的账号 {day} 到期，请主管核对合作关系后续期。"),
)
PARTNER_ENDS = Wording(
    OFFICE,
    "partner-ends",
    N_("有合作单位的账号快到期了"),
    N_("{name} 的账号 {day} 到期，请主管核对合作关系后续期。"),
    kind="account-ends",
)
JOB_FAILED = Wording(
    OFFICE,
    "job-failed",
    N_("后台任务 {job} 出错了"),
    N_("从 {at} 起没有办成（{error}），系统会自动重试，别的任务不受影响。请查看服务日志。"),
    keep=frozenset({"job"}),
)
EXPORT_ASKED = Wording(OFFICE, "export-asked", N_("有人申请导出 {people} 人的名单，请审批"))
EXPORT_READY = Wording(OFFICE, "export-ready", N_("名单可以下载了"), kind="export-decided")
EXPORT_REFUSED = Wording(OFFICE, "export-refused", N_("名单没有同意导出"), kind="export-decided")
REVEAL_ALERT = Wording(
    OFFICE,
    "reveal-alert",
    N_("{name} 今天已查看 {people} 人的完整信息，请核实是否办公需要"),
    keep=frozenset({"name"}),
)
FAIR_FILING = Wording(OFFICE, "fair-filing", N_("招聘会“{fair}”要在 {day} 前备案"), kind="fair-clock")
FAIR_COMPLAINT = Wording(
    OFFICE, "fair-complaint", N_("招聘会“{fair}”现场有一条新投诉"), N_("请到“现场”页面处理。"), kind="fair-complaint"
)
FAIR_TABLES = Wording(
    OFFICE,
    "fair-tables",
    N_("招聘会“{fair}”：{employer}改了面谈的桌数或时间"),
    N_("面谈已经排过，请重新排一次再公布。"),
    kind="fair-tables",
)
FAIR_STATISTICS = Wording(OFFICE, "fair-statistics", N_("招聘会“{fair}”的统计数字要在 {day} 前上报"), kind="fair-clock")
HALL_CLOSED = Wording(OFFICE, "hall-closed", N_("招聘会“{fair}”的场地停用，要改期或换场地"), N_("{venue}，{when} 停用"))
EXPORT_ESCORT = Wording(OFFICE, "export-escort", N_("请您带队"), N_("{batch}，{when} 出发"))
EXPORT_LEFT = Wording(OFFICE, "export-left", N_("{name} 不去了，{batch} 空出一个名额"))
PLAN_FAILED = Wording(OFFICE, "plan-failed", N_("昨夜统筹推荐没有成功，今天各人按自己的排名推荐"), "{reason}")
PLAN_PINS = Wording(OFFICE, "plan-pins", N_("有人工指定的岗位不能同时满足，统筹时没有采用"), "{reason}")
PLAN_BLIND = Wording(OFFICE, "plan-blind", N_("最近 30 天 {percent}% 的统筹推荐原样照办，请抽查是不是有人看过"))
