"""What is written to people who leave for work elsewhere together, from their group to their return (劳务输出)."""

from centre.messages.wording import Wording
from centre.translation import N_

EXPORT = N_("外出务工")

COMPANIONS_CHANGED = Wording(
    EXPORT,
    "companions-changed",
    N_("和您一起走的人有变动"),
    N_("您的结伴组现在一共 {people} 人。请在“和谁一起走”里核对；有不认识的人，请退出，再告诉窗口。"),
    keep=frozenset({"people"}),
)
COMPANION_SETTLED = Wording(
    EXPORT,
    "companion-settled",
    N_("和您一起走的人现在不找工作了"),
    N_(
        "您的结伴组里有人已经上岗，或者不找工作了，所以夜里不再给您推荐岗位。"
        "想自己找，请在“和谁一起走”里退出，或者改成可以分开。"
    ),
)
EXPORT_LISTED = Wording(
    EXPORT,
    "export-listed",
    N_("已为您报名外出务工：{batch}"),
    N_("{when} 出发。面试和体检的安排另行通知，全程不收费。"),
)
EXPORT_LOCKED = Wording(
    EXPORT,
    "export-locked",
    N_("出发安排：{batch}"),
    N_("{when} 在 {place} 集合，{vehicle} 号车 {seat} 号座。请带身份证，不用交任何费用。"),
    keep=frozenset({"when", "place", "vehicle", "seat"}),
)
EXPORT_MOVED = Wording(
    EXPORT,
    "export-moved",
    N_("出发时间或地点有变：{batch}"),
    N_("新的安排：{when} 在 {place} 集合。原来打印的单子作废，请以第 {edition} 版为准。"),
    keep=frozenset({"when", "place"}),
)
EXPORT_CANCELLED = Wording(
    EXPORT,
    "export-cancelled",
    N_("这一批不走了：{batch}"),
    N_("原定 {when} 出发的这一批取消了。原因：{reason}。中心会继续帮您找岗位。"),
    keep=frozenset({"batch", "when"}),
)
EXPORT_OPENING_CLOSED = Wording(
    EXPORT,
    "export-opening-closed",
    N_("先不要动身：{title} 不招人了"),
    N_("您报名的 {batch} 里这个岗位已关闭，您已从名单上撤下。请打中心电话，我们帮您找别的岗位。"),
    keep=frozenset({"title"}),
)
EXPORT_WARNED = Wording(
    EXPORT,
    "export-warned",
    N_("签合同前请看清楚：{project}"),
    N_("这家单位给别人的合同工资比招工时说的低。签之前看清工资，不合适可以不签，中心帮您另找。"),
    keep=frozenset({"project"}),
)
EXPORT_BACK = Wording(EXPORT, "export-back", N_("欢迎回来，看看这些岗位"), N_("按您的技能，现在合适的有：{titles}。"))
EXPORT_BACK_EMPTY = Wording(
    EXPORT,
    "export-back-empty",
    N_("欢迎回来，看看这些岗位"),
    N_("中心已经恢复您的求职登记，有合适的岗位就告诉您。"),
    kind="export-back",
)
TRAVEL_SUBSIDY_PAID = Wording(
    EXPORT, "travel-subsidy", N_("交通补贴已拨付"), N_("外出务工的一次性交通补贴已经拨付，请留意到账。")
)
