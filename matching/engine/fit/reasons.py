"""The words for points, answers and changes: Chinese sentences with parameters, translated late (推荐理由)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from centre.translation import N_
from matching.engine.fit.conditions import ConditionCheck, FitVerdict, failures
from matching.engine.fit.reference import Suggestion
from matching.engine.fit.score import Factor

Label = Callable[[str, str], object]

PARTS: Mapping[str, str] = {
    "trade": N_("职业"),
    "experience": N_("经验"),
    "skills": N_("技能"),
    "wage": N_("工资"),
    "place": N_("地点"),
    "terms": N_("吃住和合同"),
}

FACTORS: Mapping[str, str] = {
    "trade-unknown": N_("职业信息不全，不加分也不减分"),
    "wanted-same": N_("正是想找的职业：{occupation}"),
    "wanted-near": N_("{occupation} 与想找的 {mine} 同属一个小类"),
    "wanted-field": N_("{occupation} 与想找的 {mine} 同属一个行当"),
    "held-same": N_("做过这个职业：{occupation}"),
    "held-near": N_("{occupation} 与做过的 {mine} 同属一个小类"),
    "held-field": N_("{occupation} 与做过的 {mine} 同属一个行当"),
    "neighbour": N_("从 {mine} 常有人转做 {occupation}"),
    "skill-only": N_("职业不同，但有用得上的技能"),
    "unrelated": N_("与做过或想找的职业都不相近"),
    "experience-unknown": N_("没有登记从业经历，不加分也不减分"),
    "experience-none": N_("没有 {occupation} 及相近职业的经历"),
    "experience-same": N_("做 {mine} 已有 {years} 年"),
    "experience-same-unstated": N_("做过 {mine}，年限未登记"),
    "experience-related": N_("做相近的 {mine} 已有 {years} 年"),
    "experience-related-unstated": N_("做过相近的 {mine}，年限未登记"),
    "skills-none-asked": N_("岗位没有提出技能要求，不加分也不减分"),
    "skills-unknown": N_("没有登记技能，不加分也不减分"),
    "skills-some": N_("岗位要求的 {of} 项中会 {n} 项：{names}"),
    "skills-none": N_("还不会岗位要求的技能：{missing}"),
    "wage-unknown": N_("工资或期望工资未知，不加分也不减分"),
    "wage-met-month": N_("月工资 {low}–{high} 元，达到期望的 {floor} 元"),
    "wage-met-day": N_("按每月 {days} 天折合 {low}–{high} 元，达到期望的 {floor} 元"),
    "wage-met-hour": N_("按每月 {days} 天、每天 {hours} 小时折合 {low}–{high} 元，达到期望的 {floor} 元"),
    "wage-met-piece": N_("按计件估算每月 {low}–{high} 元，达到期望的 {floor} 元"),
    "wage-partly-month": N_("月工资 {low}–{high} 元，部分达到期望的 {floor} 元"),
    "wage-partly-day": N_("按每月 {days} 天折合 {low}–{high} 元，部分达到期望的 {floor} 元"),
    "wage-partly-hour": N_("按每月 {days} 天、每天 {hours} 小时折合 {low}–{high} 元，部分达到期望的 {floor} 元"),
    "wage-partly-piece": N_("按计件估算每月 {low}–{high} 元，部分达到期望的 {floor} 元"),
    "place-unknown": N_("工作地点未填，不加分也不减分"),
    "place-wished": N_("在想去的地方：{region}"),
    "place-coarse": N_("在 {region} 范围内，具体县区未填"),
    "place-far": N_("不在愿意去的地方：{region}"),
    "place-no-wish": N_("没有登记想去的地方，不加分也不减分"),
    "place-open": N_("{region}，在愿意外出的范围内"),
    "place-home": N_("就在本县区：{region}"),
    "place-city": N_("就在本市：{region}"),
    "place-province": N_("就在本省：{region}"),
    "terms-both": N_("合同和吃住都是您想要的"),
    "terms-engagement": N_("合同是您想要的"),
    "terms-living": N_("吃住是您想要的"),
    "terms-neutral": N_("合同和吃住没有冲突"),
    "terms-against": N_("合同或吃住和您想要的不一样"),
}

CHECKS: Mapping[str, str] = {
    "expired": N_("岗位已于 {on} 到期"),
    "free-too-late": N_("到岗时间 {on} 晚于岗位期限"),
    "no-end": N_("岗位没有写明截止日期"),
    "offered": N_("岗位有效至 {on}"),
    "places-unknown": N_("没有写明招聘人数"),
    "filled": N_("岗位已招满"),
    "places-left": N_("还招 {n} 人"),
    "employer-suspended": N_("用人单位已被暂停招聘"),
    "employer-watched": N_("用人单位在关注名单上，请先向中心了解情况"),
    "employer-sound": N_("用人单位情况正常"),
    "age-unknown": N_("没有登记出生日期"),
    "under-16": N_("{on} 才满16周岁"),
    "minor-hazardous": N_("{on} 才满18周岁，不能从事有毒有害或繁重工作"),
    "minor-night": N_("{on} 才满18周岁，不安排夜班"),
    "under-age": N_("{on} 才满 {age} 周岁"),
    "age-lawful": N_("年龄符合法律规定"),
    "anywhere": N_("去哪里都愿意"),
    "no-region-wish": N_("没有登记想去的地方"),
    "place-unknown": N_("没有写明工作地点"),
    "place-coarse": N_("在 {region} 范围内，具体县区未填"),
    "place-allowed": N_("{region} 在愿意去的范围内"),
    "too-far": N_("{region} 不在愿意去的范围内"),
    "wage-unknown": N_("没有写明工资"),
    "no-wage-wish": N_("没有登记最低期望工资"),
    "wage-below": N_("最高工资 {high} 元，低于期望的 {floor} 元"),
    "wage-met": N_("工资达到最低期望"),
    "wage-partly": N_("工资部分达到最低期望"),
    "no-certificate-needed": N_("不要求证书"),
    "certificates-unknown": N_("没有登记证书，岗位要求 {certificate}"),
    "certificate-expired": N_("{certificate} 已过期或未复审"),
    "certificate-level": N_("{certificate} 等级不够"),
    "certificate-missing": N_("没有岗位必须的 {certificate}"),
    "certificate-held": N_("持有有效的 {certificate}"),
    "no-skill-needed": N_("没有必备技能要求"),
    "skills-unknown": N_("没有登记技能，岗位要求 {skill}"),
    "skill-missing": N_("缺少必备技能：{skill}"),
    "skill-held": N_("具备必备技能：{skill}"),
    "no-education-needed": N_("学历不限"),
    "education-unknown": N_("没有登记学历"),
    "education-enough": N_("学历符合要求"),
    "education-short": N_("学历低于要求"),
    "night-refused": N_("岗位要上夜班"),
    "shift-refused": N_("岗位要倒班"),
    "hours-unknown": N_("没有写明是否倒班或上夜班"),
    "hours-suit": N_("班次可以接受"),
    "engagement-unknown": N_("合同怎么签没写，或者您没有要求"),
    "engagement-suits": N_("合同是您想要的"),
    "engagement-other": N_("合同不是您想要的"),
    "no-lodging": N_("岗位不提供住宿"),
    "no-board": N_("岗位不提供伙食"),
    "living-unknown": N_("没有写明食宿"),
    "living-suits": N_("食宿没有问题"),
    "trade-unknown": N_("职业信息不全"),
    "trade-near": N_("{occupation} 与 {mine} 相同或相近"),
    "trade-by-skill": N_("有用得上的技能"),
    "trade-unrelated": N_("{occupation} 与做过或想找的职业都不相近"),
}

CHANGES: Mapping[str, str] = {
    "free-too-late": N_("提早到岗"),
    "under-16": N_("等到 {on}"),
    "minor-hazardous": N_("等到 {on}"),
    "minor-night": N_("等到 {on}"),
    "under-age": N_("等到 {on}"),
    "too-far": N_("愿意去 {region}"),
    "wage-below": N_("最低期望工资每月降低 {gap} 元"),
    "certificate-expired": N_("换发或复审 {certificate}"),
    "certificate-level": N_("取得更高等级的 {certificate}"),
    "certificate-missing": N_("取得 {certificate}"),
    "skill-missing": N_("学会 {skill}"),
    "education-short": N_("提高学历"),
    "night-refused": N_("接受夜班"),
    "shift-refused": N_("接受倒班"),
    "engagement-other": N_("接受这种用工形式"),
    "no-lodging": N_("自己解决住宿"),
    "no-board": N_("自己解决伙食"),
    "trade-unrelated": N_("转学 {occupation}"),
}


@dataclass(frozen=True, slots=True)
class FitReason:
    """One sentence: `message` is the Chinese source text for `translate(locale, message, **params)` (理由)."""

    code: str
    message: str
    params: Mapping[str, object]
    points: int | None = None


def plain_label(_kind: str, code: str) -> str:
    """The code itself, for callers without names of occupations and regions."""
    return code


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"


def _days(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def shown(params: Mapping[str, object], label: Label) -> dict[str, object]:
    """Parameters as readers see them: yuan instead of fen, names instead of codes."""
    out: dict[str, object] = {}
    for name, value in params.items():
        if name in ("occupation", "mine") and isinstance(value, str):
            out[name] = label("occupation", value)
        elif name == "certificate" and isinstance(value, str):
            out[name] = label("certificate", value)
        elif name == "region":
            out[name] = label("region", value) if isinstance(value, str) else "?"
        elif name in ("low", "high", "floor", "gap") and isinstance(value, int):
            out[name] = _yuan(value)
        elif name == "days" and isinstance(value, int):
            out[name] = _days(value)
        else:
            out[name] = value
    return out


def factor_reason(factor: Factor, label: Label = plain_label) -> FitReason:
    """The sentence for one factor, with its points."""
    code = factor.code
    if code in ("wage-met", "wage-partly"):
        code = f"{code}-{factor.params['unit']}"
    return FitReason(code, FACTORS[code], shown(factor.params, label), factor.points)


def check_reason(check: ConditionCheck, label: Label = plain_label) -> FitReason:
    """The sentence for one hard condition, whether passed, failed or unknown."""
    return FitReason(check.code, CHECKS[check.code], shown(check.params, label))


def reasons(suggestion: Suggestion, label: Label = plain_label) -> tuple[FitReason, ...]:
    """Why this pair: one sentence per factor, most points first; the points add up to the score (MA-15)."""
    ordered = sorted(suggestion.factors, key=lambda factor: -factor.points)
    return tuple(factor_reason(factor, label) for factor in ordered)


def warnings(suggestion: Suggestion, label: Label = plain_label) -> tuple[FitReason, ...]:
    """What to check before introducing the worker: the watch list and everything unknown."""
    checks = [check for check in suggestion.checks if check.code == "employer-watched"]
    checks += [check for check in suggestion.checks if check.verdict is FitVerdict.UNKNOWN]
    return tuple(check_reason(check, label) for check in checks)


def why_not(suggestion: Suggestion, label: Label = plain_label) -> tuple[FitReason, ...]:
    """Why this pair does not fit: the sentence of every failed condition."""
    return tuple(check_reason(check, label) for check in failures(suggestion.checks))


def changes(suggestion: Suggestion, label: Label = plain_label) -> tuple[FitReason, ...] | None:
    """The smallest change on the worker's side that makes every condition pass; None where no change would."""
    gaps = failures(suggestion.checks)
    if any(gap.code not in CHANGES for gap in gaps):
        return None
    return tuple(FitReason(gap.code, CHANGES[gap.code], shown(gap.params, label)) for gap in gaps)
