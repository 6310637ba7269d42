"""What is written to jobseekers: registration, suggestions, letters, interviews, promises, fairs."""

from centre.messages.wording import Wording
from centre.translation import N_

RECORD, WORK, FAIRS = N_("求职登记和业务"), N_("岗位和推荐"), N_("招聘会")

RETENTION = Wording(
    RECORD,
    "retention",
    N_("您很久没有办理业务，个人信息将被注销"),
    N_("想继续使用，请登录办理任何一项业务，或到中心窗口说一声。"),
)
DESK_CASE = Wording(RECORD, "desk-case", N_("您的“{business}”有了结果：{state}"))
RENEW = Wording(
    RECORD,
    "renew",
    N_("求职登记快到期了"),
    N_("登记到期后就收不到推荐了，点一下就能续期，再定下这一周做什么。"),
)

WEEK_PLAN = Wording(WORK, "week-plan", N_("我这一周的打算"), "{steps}")
DAY_PLAN = Wording(WORK, "day-plan", N_("您今天打算做的事"), N_("{steps}\n今天做不了，点开可以改一天。"))
DIGEST = Wording(WORK, "digest", N_("您关注的工作有 {n} 个新岗位"), "{openings}")
MATCHES = Wording(WORK, "matches", N_("有 {n} 个新岗位适合您"), "{openings}")
RECOMMENDATION = Wording(WORK, "recommendation", N_("中心给您推荐了一个岗位"), "{title}")
SET_ASIDE = Wording(WORK, "set-aside", N_("这次没有开推荐信"), "{reason}")
LETTER = Wording(
    WORK,
    "letter",
    N_("推荐信已开：{title}"),
    N_("推荐信 {letter}，{expires} 前有效。请带身份证和这封信去面试，不用交任何费用。点开可以定下哪天去。"),
    keep=frozenset({"letter", "expires"}),
)
OPENING_STOPPED = Wording(
    WORK,
    "opening-stopped",
    N_("先不要去面试：{title}"),
    N_("这个岗位已停止招聘，请打中心电话问清情况，我们帮您找别的岗位。"),
)
OPENING_RESUMED = Wording(
    WORK, "opening-resumed", N_("可以继续了：{title}"), N_("这个岗位又开始招聘，推荐信照常有效。")
)
INTERVIEW_PROPOSED = Wording(
    WORK,
    "interview",
    N_("约您面试：{title}"),
    N_("{employer} 约您 {when} 面试，地点 {place}。请点开答复去不去，不用交任何费用。"),
    keep=frozenset({"when", "place"}),
)
INTERVIEW_WITHDRAWN = Wording(
    WORK,
    "interview-withdrawn",
    N_("面试取消了：{title}"),
    N_("原定 {when} 的面试取消了，先不要去。推荐信照常有效，有新时间再告诉您。"),
    keep=frozenset({"when"}),
)
INTERVIEW_REMINDER = Wording(
    WORK,
    "interview-reminder",
    N_("明天面试：{title}"),
    N_("{when}，{place}。带上身份证和推荐信。去不了，请点开告诉单位。{plan}"),
    keep=frozenset({"when", "place"}),
)
TERMS_DUE = Wording(
    WORK,
    "term-due",
    N_("{stage}：和说好的一样吗？"),
    N_("{title}：点开和报名时说好的对一对。变差了中心帮您去问，不收钱。"),
    keep=frozenset({"title"}),
)
TERMS_WORSE = Wording(
    WORK,
    "term-worse",
    N_("和说好的不一样：{terms}"),
    N_("{title}：{stage}里的{terms}比您报名时说好的差。先别急着签字或离开，打电话问中心，不收钱。"),
    keep=frozenset({"terms"}),
)
TERMS_DISMISSED = Wording(WORK, "term-dismissed", N_("中心核实过了：{title}"), "{reason}")

FAIR_INVITATION = Wording(
    FAIRS,
    "fair-invitation",
    N_("请您来招聘会：{fair}"),
    N_("{when}，{employer}招“{title}”。{reason}"),
    keep=frozenset({"when"}),
)
FAIR_TICKET = Wording(
    FAIRS,
    "fair-ticket",
    N_("招聘会“{fair}”的入场券"),
    N_("{when}。入场时出示二维码，或者报号码 {code}。"),
    keep=frozenset({"when", "code"}),
)
FAIR_INTERVIEWS = Wording(
    FAIRS,
    "fair-interviews",
    N_("招聘会“{fair}”的面谈时间定了"),
    N_("您的面谈：{times}。请提前几分钟到展位。"),
    keep=frozenset({"times"}),
)
FAIR_NO_INTERVIEW = Wording(
    FAIRS,
    "fair-no-interview",
    N_("招聘会“{fair}”的面谈时间定了"),
    N_("这次没有排上面谈，可以当天直接到展位去谈。"),
    kind="fair-interviews",
)
FAIR_INTERVIEW_OFF = Wording(
    FAIRS,
    "fair-interview-off",
    N_("招聘会“{fair}”：一场面谈取消了"),
    N_("{employer}不来了，您和这家单位的面谈取消。别的展位当天都可以直接去谈。"),
    keep=frozenset({"employer"}),
    kind="fair-interviews",
)
FAIR_INTERVIEW_LATE = Wording(
    FAIRS,
    "fair-interview-late",
    N_("招聘会“{fair}”：一场面谈取消了"),
    N_("招聘会提前结束，您和{employer}的面谈排不上了。当天可以早些直接去展位谈。"),
    keep=frozenset({"employer"}),
    kind="fair-interviews",
)
FAIR_BOOTH_MOVED = Wording(
    FAIRS,
    "fair-booth-moved",
    N_("招聘会“{fair}”：您面谈的展位换了位置"),
    N_("{employer}现在在 {booth_no} 号展位，面谈时间不变，位置请看展位图。"),
    keep=frozenset({"employer", "booth_no"}),
    kind="fair-interviews",
)
FAIR_WAY_IN = Wording(
    FAIRS,
    "fair-way-in",
    N_("招聘会“{fair}”：入场的地方有变动"),
    N_("现在从这里进：{place}"),
    keep=frozenset({"place"}),
)
FAIR_CHANGED = Wording(
    FAIRS,
    "fair-changed",
    N_("招聘会“{fair}”：请您去看的岗位有变动"),
    N_("{employer}的“{title}”这次不在招聘会上了。招聘会照常举行，别的展位一样可以去看。"),
    keep=frozenset({"title"}),
)
FAIR_MOVED = Wording(
    FAIRS, "fair-moved", N_("招聘会“{fair}”改到 {when}，请留意"), "{notice}", keep=frozenset({"fair", "when"})
)
FAIR_CANCELLED = Wording(
    FAIRS, "fair-cancel", N_("招聘会“{fair}”（{when}）已取消"), "{notice}", keep=frozenset({"fair"})
)
FAIR_POSTPONED = Wording(
    FAIRS, "fair-postpone", N_("招聘会“{fair}”（{when}）延期，新的时间另行通知"), "{notice}", keep=frozenset({"fair"})
)
