"""Whether an opening may be saved and published. Pure; all faults are reported at once (EM-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from centre import regions
from centre.errors import Problem
from centre.grammars.pay import WIDEST
from centre.translation import N_, Term
from employers.openings.adverts.pay import below_minimum
from employers.openings.rules import WAGE_UNIT_LABELS, EmploymentType, OpeningDraft, OpeningSource, WageUnit
from employers.openings.screening import Reaction, ScreeningFinding, certificates_in, is_wide, screen_fields

SCREENED = ("title", "content", "conditions", "shift", "overtime_rule", "age_reason")

ELEMENTS = {
    "employer": N_("用人单位基本情况"),
    "headcount": N_("招聘人数"),
    "conditions": N_("招聘条件"),
    "content": N_("工作内容"),
    "region_code": N_("工作地点"),
    "base_pay_fen": N_("基本工资"),
    "valid_until": N_("有效期"),
}
"""The six mandatory elements of a vacancy and its validity, by field."""


PAY_IN_TEXT = "pay-in-text"
_SHORT = {WageUnit.MONTH: "月", WageUnit.DAY: "天", WageUnit.HOUR: "小时"}
BELOW_MINIMUM = {
    WageUnit.MONTH: N_("低于当地月最低工资 {least} 元"),
    WageUnit.DAY: N_("低于当地最低工资，按天算每天不少于 {least} 元"),
    WageUnit.HOUR: N_("低于当地最低工资，按小时算每小时不少于 {least} 元"),
}


@dataclass(frozen=True, slots=True)
class PublicationLimits:
    """The dated policy values that publication depends on.

    Least pay (fen by unit), longest validity (days), the bounds of plausible pay (fen by unit) and most people.
    """

    minimum_wages: Mapping[WageUnit, int]
    longest_days: int
    plausible_pay: Mapping[str, Sequence[int]]
    plausible_headcount: int


def draft_faults(draft: OpeningDraft) -> list[Problem]:
    """What cannot be saved even as a draft: contradictions, unknown places, reposts without a source."""
    faults = [*_wage_faults(draft), *_date_faults(draft)]
    if draft.region_code and not regions.exists(draft.region_code):
        faults.append(Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选")))
    if draft.source is OpeningSource.REPOST and not draft.source_name:
        faults.append(Problem("source_name", "source-missing", N_("转载的岗位要写明来源名称")))
    if draft.age_min and draft.age_max and draft.age_min > draft.age_max:
        faults.append(Problem("age_max", "age-order", N_("最大年龄不能小于最小年龄")))
    if draft.employment_type is EmploymentType.AGENCY:
        if not draft.client_name:
            faults.append(Problem("client_name", "client-missing", N_("代招或派遣要写明实际用工单位")))
        if draft.contract_party is None:
            faults.append(Problem("contract_party", "contract-missing", N_("代招或派遣要写明由谁签劳动合同")))
    return faults


def missing_elements(opening: Any, *, has_employer: bool = True) -> list[str]:
    """Names of the mandatory elements that an opening or draft lacks, in the order of the law."""
    pay = opening.base_pay_fen or (opening.wage_min_fen if opening.wage_unit is not WageUnit.PIECE else None)
    there = {
        "employer": has_employer,
        "headcount": bool(opening.headcount),
        "conditions": bool(opening.conditions),
        "content": bool(opening.content),
        "region_code": bool(opening.region_code),
        "base_pay_fen": bool(pay),
        "valid_until": bool(opening.valid_from and opening.valid_until),
    }
    return [name for name in ELEMENTS if not there[name]]


def missing_faults(names: Sequence[str]) -> list[Problem]:
    """The missing elements as problems, each at its field."""
    return [
        Problem(name, "element-missing", N_("发布前必须写明：{element}"), {"element": Term(ELEMENTS[name])})
        for name in names
    ]


def legal_faults(opening: Any, limits: PublicationLimits, *, service_licence: str) -> list[Problem]:
    """Violations: pay below the minimum, validity too long, a limit by sex without proof, an agency that is
    unlicensed or passes for the employer."""
    faults = []
    faults += pay_faults(opening, limits.minimum_wages)
    faults += _implausible(opening, limits)
    longest = timedelta(days=limits.longest_days)
    if opening.valid_from and opening.valid_until and opening.valid_until > opening.valid_from + longest:
        params = {"days": limits.longest_days}
        faults.append(Problem("valid_until", "too-long", N_("有效期最长 {days} 天"), params))
    if opening.sex_limit_ground and not opening.sex_limit_evidence:
        message = N_("按性别限制招用，要写明依据，如劳动强度分级检测报告的编号")
        faults.append(Problem("sex_limit_evidence", "evidence-missing", message))
    if opening.employment_type is EmploymentType.AGENCY and not service_licence:
        message = N_("代招或派遣需要人力资源服务许可证，请先补交")
        faults.append(Problem("employment_type", "licence-missing", message))
    if opening.client_name and opening.employment_type is not EmploymentType.AGENCY:
        message = N_("写了实际用工单位，就是替别人招人，用工形式请选“劳务派遣或代招”；不是的话请把实际用工单位清空")
        faults.append(Problem("employment_type", "client-without-agency", message))
    return faults


def pay_faults(opening: Any, least: Mapping[WageUnit, int]) -> list[Problem]:
    """Pay below the minimum wage. Base pay next to a wage by the piece is the floor of a month (VR14)."""
    if opening.wage_unit is WageUnit.PIECE:
        paid = [("base_pay_fen", opening.base_pay_fen, WageUnit.MONTH)]
    else:
        paid = [
            ("base_pay_fen", opening.base_pay_fen, base_unit(opening)),
            ("wage_min_fen", opening.wage_min_fen, opening.wage_unit),
        ]
    return [
        Problem(field, "below-minimum-wage", BELOW_MINIMUM[unit], {"least": f"{least[unit] / 100:g}"})
        for field, pay, unit in paid
        if pay and pay < least[unit]
    ]


def _implausible(opening: Any, limits: PublicationLimits) -> list[Problem]:
    """Implausible values: pay outside all experience for its unit, ranges over 20 times, thousands of people."""
    faults = []
    pays = (
        [("base_pay_fen", opening.base_pay_fen, base_unit(opening))] if opening.wage_unit is not WageUnit.PIECE else []
    )
    pays += [(name, getattr(opening, name), opening.wage_unit) for name in ("wage_min_fen", "wage_max_fen")]
    for field, pay, unit in pays:
        low, high = limits.plausible_pay[unit]
        if pay and not low <= pay <= high:
            params = {"pay": f"{pay / 100:,g}", "unit": Term(WAGE_UNIT_LABELS[unit])}
            message = N_("{pay} {unit}不像真的，请核对数目和单位")
            faults.append(Problem(field, "pay-implausible", message, params))
    if opening.wage_min_fen and (opening.wage_max_fen or 0) > WIDEST * opening.wage_min_fen:
        message = N_("最高工资是最低工资的 {times} 倍以上，请核对")
        faults.append(Problem("wage_max_fen", "pay-range-implausible", message, {"times": WIDEST}))
    if opening.headcount > limits.plausible_headcount:
        message = N_("一个岗位招 {people} 人不像真的，请核对；真招这么多人，请分成几个岗位")
        faults.append(Problem("headcount", "headcount-implausible", message, {"people": opening.headcount}))
    return faults


def base_unit(opening: Any) -> WageUnit:
    """What base pay is paid for: as the wage, unless it exceeds the whole wage and so can only be a month's."""
    most = opening.wage_max_fen or opening.wage_min_fen
    above = opening.base_pay_fen and most and opening.base_pay_fen > most
    return WageUnit.MONTH if above or opening.wage_unit is WageUnit.MONTH or not most else opening.wage_unit


def findings_of(opening: Any) -> list[ScreeningFinding]:
    """Screen all texts of an opening, and its pay range."""
    facts = {"pay": opening.base_pay_fen or opening.wage_min_fen, "sex_ground": opening.sex_limit_ground}
    known = [name for name, value in facts.items() if value]
    findings = screen_fields({name: getattr(opening, name) for name in SCREENED}, known=known)
    if is_wide(opening.wage_min_fen, opening.wage_max_fen):
        words = f"{opening.wage_min_fen // 100}-{opening.wage_max_fen // 100}"
        findings.append(ScreeningFinding("wage-range", Reaction.WARN, words, "wage_max_fen"))
    return findings


def pay_findings(opening: Any, least: Mapping[WageUnit, int]) -> list[ScreeningFinding]:
    """Questions about pay in the texts of an opening that is below the minimum wage of its place and day.

    The words name the minimum, so that a decision on them does not apply to another place or a later year.
    """
    return [
        ScreeningFinding(
            PAY_IN_TEXT, Reaction.ASK, f"{pay.clause}（<{least[pay.unit] / 100:g}元/{_SHORT[pay.unit]}）", name
        )
        for name in SCREENED
        for pay in below_minimum(getattr(opening, name), least)
    ]


def finding_faults(findings: Sequence[ScreeningFinding]) -> list[Problem]:
    """The blocking findings as problems: the words, what is wrong, the law, and a lawful wording."""
    return [
        Problem(
            finding.field,
            f"ad-{finding.key}",
            N_("“{words}”：{message}。{rewrite}（{basis}）"),
            {"words": finding.words, **{part: AdText(finding, part) for part in ("message", "rewrite", "basis")}},
        )
        for finding in findings
        if finding.reaction is Reaction.BLOCK
    ]


@dataclass(frozen=True, slots=True)
class AdText:
    """A text of the screening rules, resolved when the reader's language is known."""

    finding: ScreeningFinding
    part: str

    def in_locale(self, locale: str) -> str:
        """The text in a language."""
        return self.finding.text(self.part, locale)

    def __str__(self) -> str:
        return self.in_locale("zh-Hans")


def ended(valid_until: date | None, on: date) -> bool:
    """Whether a validity has ended before a day."""
    return valid_until is not None and valid_until < on


def _wage_faults(draft: OpeningDraft) -> list[Problem]:
    faults = [
        Problem(field, "wage-zero", N_("工资要大于 0"))
        for field in ("wage_min_fen", "base_pay_fen")
        if getattr(draft, field) == 0
    ]
    if draft.wage_max_fen is not None and draft.wage_min_fen is None:
        faults.append(Problem("wage_min_fen", "wage-order", N_("请同时填写最低工资")))
    if draft.wage_min_fen and draft.wage_max_fen is not None and draft.wage_max_fen < draft.wage_min_fen:
        faults.append(Problem("wage_max_fen", "wage-order", N_("最高工资不能低于最低工资")))
    return faults


def _date_faults(draft: OpeningDraft) -> list[Problem]:
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        return [Problem("valid_until", "date-order", N_("有效期结束日不能早于开始日"))]
    return []


def columns_of(draft: OpeningDraft) -> dict[str, Any]:
    """The values that a draft gives the columns of its opening; the employer is not among them."""
    columns = draft.model_dump(exclude={"employer_id"})
    columns["region_code"] = draft.region_code or ""
    for name in ("skill_requirements", "certificate_requirements"):
        columns[name] = [requirement.model_dump(mode="json") for requirement in getattr(draft, name)]
    kinds = {requirement["kind"] for requirement in columns["certificate_requirements"]}
    # Certificates named in the conditions become requirements, so that matching uses them (EM-01).
    columns["certificate_requirements"] += [
        certificate.model_dump(mode="json")
        for certificate in certificates_in(draft.conditions)
        if certificate.kind.value not in kinds
    ]
    columns["social_insurance"] = list(draft.social_insurance)
    columns["reserved_for"] = [group.value for group in draft.reserved_for]
    return columns
