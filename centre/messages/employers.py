"""What is written to the accounts of an employer."""

from centre.messages.wording import Wording
from centre.translation import N_

EMPLOYERS = N_("用人单位")

EMPLOYER_JUDGED = Wording(
    EMPLOYERS, "employer-judged", N_("中心把您单位的状态改为：{state}"), "{reason}", keep=frozenset({"state"})
)
LICENCE_ENDS = Wording(
    EMPLOYERS,
    "licence-ends",
    N_("贵单位的营业执照将在 {day} 到期（还有 {days} 天），请及时上传新的执照，以免岗位被冻结"),
    keep=frozenset({"day"}),
    kind="licence",
)
LICENCE_ENDED = Wording(
    EMPLOYERS,
    "licence-ended",
    N_("贵单位的营业执照已于 {day} 到期，岗位已暂时冻结，上传新执照并核验后恢复"),
    keep=frozenset({"day"}),
    kind="licence",
)
OPENING_VERIFIED = Wording(EMPLOYERS, "opening-verified", N_("岗位“{title}”已核实，可以公开了"), "{reason}")
OPENING_RETURNED = Wording(EMPLOYERS, "opening-returned", N_("岗位“{title}”退回修改"), "{reason}")
OPENING_PAUSED = Wording(EMPLOYERS, "opening-paused", N_("岗位“{title}”已暂停展示"), "{reason}")
OPENING_UNLAWFUL = Wording(
    EMPLOYERS,
    "opening-unlawful",
    N_("岗位“{title}”有违规的说法，已暂停展示，请修改"),
    "{reason}",
    keep=frozenset({"reason"}),
)
APPLICANT = Wording(
    EMPLOYERS,
    "applicant",
    N_("有人应聘：{title}"),
    N_("推荐信 {letter}，{expires} 前有效。请安排面试并告诉我们结果。"),
    keep=frozenset({"letter"}),
)
CHASE = Wording(
    EMPLOYERS,
    "chase",
    N_("请告诉我们结果：{title}"),
    N_("推荐信 {letter} 已开出 {days} 天，请登记面试结果。没有回音按“没有回音”统计，不算录用。"),
    keep=frozenset({"letter"}),
)
INTERVIEW_ACCEPTED = Wording(
    EMPLOYERS,
    "interview-accepted",
    N_("{name} 答应来面试"),
    N_("岗位：{title}，时间：{when}。"),
    kind="interview-answer",
)
INTERVIEW_DECLINED = Wording(
    EMPLOYERS,
    "interview-declined",
    N_("{name} 这个时间来不了"),
    N_("岗位：{title}，时间：{when}。"),
    kind="interview-answer",
)
TERMS_COUNTED = Wording(
    EMPLOYERS,
    "term-counted",
    N_("有求职者的条件比招聘时差：{terms}"),
    N_("岗位：{title}，{stage}。已记入兑现记录，后来的求职者会看到提示。请改正；有不同意见的，带原件到中心。"),
    keep=frozenset({"terms"}),
)
BOOTH_APPROVED = Wording(EMPLOYERS, "booth-approved", N_("招聘会“{fair}”的展位申请已通过"), kind="booth")
BOOTH_NUMBERED = Wording(
    EMPLOYERS,
    "booth-numbered",
    N_("招聘会“{fair}”的展位号是 {booth_no}，请在开场前 30 分钟到场"),
    keep=frozenset({"booth_no"}),
    kind="booth",
)
BOOTH_PAY = Wording(
    EMPLOYERS,
    "booth-pay",
    N_("招聘会“{fair}”：“{title}”的工资低于求职者想要的"),
    N_("合适的人多半想要每月 {asked} 元，岗位最高 {offered} 元。看看改哪一处能多合适多少人。"),
    keep=frozenset({"asked", "offered"}),
    kind="booth",
)
BOOTH_MOVED = Wording(
    EMPLOYERS,
    "booth-moved",
    N_("招聘会“{fair}”：您的 {booth_no} 号展位换了位置"),
    N_("新的位置请看展位图。"),
    keep=frozenset({"booth_no"}),
    kind="booth",
)
BOOTH_WAY_IN = Wording(
    EMPLOYERS,
    "booth-way-in",
    N_("招聘会“{fair}”：参展单位入场的地方有变动"),
    N_("现在从这里进：{place}"),
    keep=frozenset({"place"}),
    kind="booth",
)
BOOTH_WITHDRAWN = Wording(EMPLOYERS, "booth-withdrawn", N_("主办方已为贵单位办理退出招聘会“{fair}”"), kind="booth")
BOOTH_PROMOTED = Wording(
    EMPLOYERS, "booth-promoted", N_("招聘会“{fair}”有空出的展位，您的候补申请已转为正式申请"), kind="booth"
)
BOOTH_OFFERED = Wording(
    EMPLOYERS,
    "booth-offered",
    N_("招聘会“{fair}”有空出的展位，请在 {until} 前确认参加"),
    N_("您的候补申请已转为正式申请。过时没有确认，展位给后面候补的单位。"),
    keep=frozenset({"until"}),
    kind="booth",
)
BOOTH_OFFER_GONE = Wording(
    EMPLOYERS,
    "booth-offer-gone",
    N_("招聘会“{fair}”的展位没有按时确认，已给后面候补的单位"),
    N_("不算未到场；还想参加的，可以重新申请。"),
    kind="booth",
)
BOOTH_TAKEN_BACK = Wording(EMPLOYERS, "booth-taken-back", N_("招聘会“{fair}”的展位已被收回：{reason}"), kind="booth")
BOOTH_REFUSED = Wording(EMPLOYERS, "booth-refused", N_("招聘会“{fair}”的展位申请未通过：{reason}"), kind="booth")
BOOTH_INVITATION = Wording(
    EMPLOYERS,
    "booth-invitation",
    N_("请贵单位来设展位：{fair}"),
    N_("{when}，附近有合适的求职者。展位不收费。"),
    kind="fair-invitation",
)
BOOTH_INTERVIEWS = Wording(
    EMPLOYERS, "booth-interviews", N_("招聘会“{fair}”的面谈排期有变动：{count} 场"), kind="fair-interviews"
)
