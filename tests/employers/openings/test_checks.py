"""Whether an opening may be saved and published, at every boundary (EM-01, EM-03, EM-10, VR14)."""

from datetime import date
from typing import Any

import pytest

from employers.openings.checks import (
    PublicationLimits,
    base_unit,
    columns_of,
    draft_faults,
    ended,
    finding_faults,
    findings_of,
    legal_faults,
    missing_elements,
    missing_faults,
)
from employers.openings.rules import (
    CertificateKind,
    CertificateRequirement,
    ContractParty,
    EmploymentType,
    OpeningDraft,
    OpeningSource,
    ReservedFor,
    SexGround,
    SkillRequirement,
    WageUnit,
)

MONTH, DAY, HOUR, PIECE = WageUnit.MONTH, WageUnit.DAY, WageUnit.HOUR, WageUnit.PIECE
FIRST = date(2026, 3, 1)
WHOLE: dict[str, Any] = {
    "title": "缝纫工", "content": "缝制工作服", "conditions": "会用平缝机", "region_code": "610404",
    "base_pay_fen": 300_000, "wage_min_fen": 450_000, "wage_max_fen": 600_000, "valid_from": FIRST,
    "valid_until": date(2026, 3, 31),
}  # fmt: skip
PAYLESS: dict[str, Any] = {"base_pay_fen": None, "wage_min_fen": None, "wage_max_fen": None}
LIMITS = PublicationLimits(
    minimum_wages={MONTH: 230_000, DAY: 10_575, HOUR: 2_200},
    longest_days=30,
    plausible_pay={"month": (50_000, 5_000_000), "day": (3_000, 200_000), "hour": (500, 50_000), "piece": (1, 100_000)},
    plausible_headcount=500,
)


def opening(**changes: Any) -> OpeningDraft:
    return OpeningDraft.model_validate(WHOLE | changes)


def drafted(**changes: Any) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in draft_faults(opening(**changes))]


def illegal(*licence: str, **changes: Any) -> list[tuple[str, str]]:
    return [
        (fault.field, fault.code)
        for fault in legal_faults(opening(**changes), LIMITS, service_licence="".join(licence))
    ]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"region_code": None}, []),
        ({"region_code": "999999"}, [("region_code", "region-unknown")]),
        ({"source": OpeningSource.REPOST}, [("source_name", "source-missing")]),
        ({"source": OpeningSource.REPOST, "source_name": "市就业网"}, []),
        ({"age_min": 18, "age_max": 18}, []),
        ({"age_min": 18}, []),
        ({"age_max": 45}, []),
        ({"age_min": 19, "age_max": 18}, [("age_max", "age-order")]),
        ({"client_name": "长城纺织"}, []),
        ({"valid_from": FIRST, "valid_until": FIRST}, []),
        ({"valid_from": None}, []),
        ({"valid_until": None}, []),
        ({"valid_from": date(2026, 4, 1)}, [("valid_until", "date-order")]),
    ],
)
def test_a_draft_is_refused_for_contradictions_only(changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert drafted(**changes) == faults


def test_an_agency_names_its_client_and_who_signs() -> None:
    agency = {"employment_type": EmploymentType.AGENCY}
    assert drafted(**agency) == [("client_name", "client-missing"), ("contract_party", "contract-missing")]
    signed = agency | {"contract_party": ContractParty.AGENCY}
    assert drafted(**signed) == [("client_name", "client-missing")]
    assert drafted(**signed, client_name="长城纺织") == []
    assert drafted(**agency, client_name="长城纺织") == [("contract_party", "contract-missing")]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"wage_max_fen": 450_000}, []),
        ({"wage_max_fen": None}, []),
        ({"wage_max_fen": 449_999}, [("wage_max_fen", "wage-order")]),
        ({"wage_min_fen": None, "wage_max_fen": None}, []),
        ({"wage_min_fen": None}, [("wage_min_fen", "wage-order")]),
        ({"wage_min_fen": 0}, [("wage_min_fen", "wage-zero")]),
        ({"base_pay_fen": 0}, [("base_pay_fen", "wage-zero")]),
        ({"base_pay_fen": 1}, []),
        ({"wage_max_fen": 0}, [("wage_max_fen", "wage-order")]),
    ],
)
def test_wages_are_more_than_nothing_and_in_their_order(changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert drafted(**changes) == faults


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"conditions": "", "content": ""}, ["conditions", "content"]),
        ({"region_code": None}, ["region_code"]),
        ({"valid_from": None}, ["valid_until"]),
        ({"valid_until": None}, ["valid_until"]),
        ({"base_pay_fen": None}, []),
        ({"wage_min_fen": None, "wage_max_fen": None}, []),
        (PAYLESS, ["base_pay_fen"]),
        ({"base_pay_fen": None, "wage_unit": PIECE, "wage_min_fen": 100, "wage_max_fen": None}, ["base_pay_fen"]),
        ({"wage_unit": PIECE, "wage_min_fen": 100, "wage_max_fen": None}, []),
    ],
)
def test_the_elements_that_the_law_wants_are_listed_together(changes: dict[str, Any], missing: list[str]) -> None:
    assert missing_elements(opening(**changes)) == missing


def test_without_its_employer_an_opening_lacks_the_first_element() -> None:
    assert missing_elements(opening(), has_employer=False) == ["employer"]
    (fault,) = missing_faults(["employer"])
    assert (fault.field, fault.code, str(fault.params["element"])) == (
        "employer", "element-missing", "用人单位基本情况"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"valid_until": date(2026, 4, 1)}, [("valid_until", "too-long")]),
        ({"valid_from": None}, []),
        ({"valid_until": None}, []),
        ({"sex_limit_ground": SexGround.HEAVY_LIFTING}, [("sex_limit_evidence", "evidence-missing")]),
        ({"sex_limit_ground": SexGround.HEAVY_LIFTING, "sex_limit_evidence": "检字12号"}, []),
        ({"employment_type": EmploymentType.AGENCY}, [("employment_type", "licence-missing")]),
        ({"headcount": 500}, []),
        ({"headcount": 501}, [("headcount", "headcount-implausible")]),
    ],
)
def test_what_the_law_forbids_is_not_published(changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert illegal(**changes) == faults


@pytest.mark.rule("agency-names", "action")
@pytest.mark.parametrize("kind", [kind for kind in EmploymentType if kind is not EmploymentType.AGENCY])
def test_an_employer_that_recruits_for_a_client_is_an_agency(kind: EmploymentType) -> None:
    assert illegal(employment_type=kind, client_name="某厂") == [("employment_type", "client-without-agency")]
    licensed = "陕人服证字2024第12号"
    assert illegal(licensed, employment_type=EmploymentType.AGENCY, client_name="某厂") == []


def test_an_agency_with_its_licence_may_publish() -> None:
    assert illegal("陕人服证字2024第12号", employment_type=EmploymentType.AGENCY) == []


@pytest.mark.parametrize(
    ("unit", "base", "wage", "below"),
    [
        (MONTH, 230_000, 230_000, []), (MONTH, 229_999, 230_000, ["base_pay_fen"]),
        (MONTH, None, 229_999, ["wage_min_fen"]), (MONTH, 200_000, 220_000, ["base_pay_fen", "wage_min_fen"]),
        (MONTH, None, None, []), (DAY, None, 10_575, []), (DAY, None, 10_574, ["wage_min_fen"]),
        (HOUR, None, 2_200, []), (HOUR, None, 2_199, ["wage_min_fen"]), (HOUR, 2_199, 2_200, ["base_pay_fen"]),
        (PIECE, None, 5, []), (PIECE, 229_999, 5, ["base_pay_fen"]), (PIECE, 230_000, 5, []),
    ],
)  # fmt: skip
def test_nobody_is_paid_less_than_the_minimum_of_the_unit(
    unit: WageUnit, base: int | None, wage: int | None, below: list[str]
) -> None:
    changes = {"wage_unit": unit, "base_pay_fen": base, "wage_min_fen": wage, "wage_max_fen": None}
    assert illegal(**changes) == [(field, "below-minimum-wage") for field in below]


def test_the_minimum_is_named_in_yuan() -> None:
    draft = opening(wage_unit=DAY, base_pay_fen=None, wage_min_fen=10_000, wage_max_fen=None)
    (fault,) = legal_faults(draft, LIMITS, service_licence="")
    assert fault.params == {"least": "105.75"}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"base_pay_fen": None, "wage_min_fen": 5_000_000, "wage_max_fen": None}, []),
        ({"base_pay_fen": None, "wage_min_fen": 5_000_001, "wage_max_fen": None}, ["wage_min_fen"]),
        ({"base_pay_fen": None, "wage_max_fen": 5_000_001}, ["wage_max_fen"]),
        ({"base_pay_fen": 5_000_001, "wage_min_fen": None, "wage_max_fen": None}, ["base_pay_fen"]),
        (PAYLESS, []),
        ({"wage_unit": PIECE, "base_pay_fen": None, "wage_min_fen": 1, "wage_max_fen": None}, []),
        ({"wage_unit": PIECE, "base_pay_fen": 9_000_000, "wage_min_fen": 1, "wage_max_fen": None}, []),
        (
            {"wage_unit": PIECE, "base_pay_fen": None, "wage_min_fen": 100_001, "wage_max_fen": None},
            ["wage_min_fen"],
        ),
    ],
)
def test_pay_outside_all_experience_is_queried(changes: dict[str, Any], faults: list[str]) -> None:
    assert illegal(**changes) == [(field, "pay-implausible") for field in faults]


def test_the_least_plausible_pay_is_still_plausible() -> None:
    low = {"base_pay_fen": None, "wage_max_fen": None, "wage_unit": DAY}
    assert illegal(**low, wage_min_fen=3_000) == [("wage_min_fen", "below-minimum-wage")]
    assert illegal(**low, wage_min_fen=2_999) == [
        ("wage_min_fen", "below-minimum-wage"), ("wage_min_fen", "pay-implausible")
    ]  # fmt: skip


def test_an_implausible_pay_is_named_in_yuan_with_its_unit() -> None:
    draft = opening(base_pay_fen=None, wage_min_fen=6_000_050, wage_max_fen=None)
    (fault,) = legal_faults(draft, LIMITS, service_licence="")
    assert (fault.params["pay"], str(fault.params["unit"])) == ("60,000.5", "元/月")


def test_a_range_of_more_than_twenty_times_is_queried() -> None:
    wide = {"base_pay_fen": None, "wage_unit": DAY, "wage_min_fen": 10_575}
    assert illegal(**wide, wage_max_fen=200_000) == []
    narrow = PublicationLimits(LIMITS.minimum_wages, 30, {"day": (1, 10_000_000)}, 500)
    for most, codes in ((211_500, []), (211_501, ["pay-range-implausible"])):
        faults = legal_faults(opening(**wide, wage_max_fen=most), narrow, service_licence="")
        assert [fault.code for fault in faults] == codes


@pytest.mark.parametrize(
    ("unit", "base", "low", "high", "paid_for"),
    [
        (MONTH, 300_000, 450_000, 600_000, MONTH), (DAY, 12_000, 15_000, 20_000, DAY),
        (DAY, 20_000, 15_000, 20_000, DAY), (DAY, 20_001, 15_000, 20_000, MONTH), (DAY, 15_000, 15_000, None, DAY),
        (DAY, 15_001, 15_000, None, MONTH), (DAY, 300_000, None, None, MONTH), (HOUR, 2_500, 2_000, 3_000, HOUR),
        (DAY, None, 15_000, None, DAY),
    ],
)  # fmt: skip
def test_base_pay_above_the_whole_wage_can_only_be_a_months(
    unit: WageUnit, base: int | None, low: int | None, high: int | None, paid_for: WageUnit
) -> None:
    draft = opening(wage_unit=unit, base_pay_fen=base, wage_min_fen=low, wage_max_fen=high)
    assert base_unit(draft) is paid_for


def keys(**changes: Any) -> list[tuple[str, str, str]]:
    return [(finding.key, finding.reaction.value, finding.field) for finding in findings_of(opening(**changes))]


def test_texts_are_screened_and_what_is_recorded_softens_its_rule() -> None:
    assert keys() == []
    ((key, reaction, field),) = keys(content="工资面议", **PAYLESS)
    assert (reaction, field) == ("block", "content")
    for pay in ({"base_pay_fen": 300_000}, {"wage_min_fen": 300_000}):
        assert keys(content="工资面议", **(PAYLESS | pay)) == [(key, "warn", "content")]
    both = keys(conditions="限男性", sex_limit_ground=SexGround.HEAVY_LIFTING)
    assert [reaction for _, reaction, _ in both] == ["warn"]


def test_a_wide_range_of_pay_is_a_warning_with_its_figures_in_yuan() -> None:
    (finding,) = findings_of(opening(wage_min_fen=300_000, wage_max_fen=2_000_000))
    assert (finding.key, finding.words, finding.field) == ("wage-range", "3000-20000", "wage_max_fen")
    assert finding.reaction.value == "warn"


def test_only_findings_that_block_are_faults_and_they_speak_the_readers_language() -> None:
    findings = findings_of(opening(content="限男性", conditions="年龄18-45", wage_min_fen=300_000))
    faults = finding_faults(findings)
    assert {finding.reaction.value for finding in findings} == {"block", "warn"}
    assert [fault.field for fault in faults] == ["content"]
    assert faults[0].code.startswith("ad-")
    law = faults[0].params["basis"]
    assert str(law) == law.in_locale("zh-Hans") != law.in_locale("en")
    assert law.in_locale("en").isascii()


@pytest.mark.parametrize(
    ("until", "is_over"), [(None, False), (date(2026, 3, 1), False), (date(2026, 2, 28), True), (FIRST, False)]
)
def test_an_opening_holds_through_its_last_day(until: date | None, is_over: bool) -> None:
    assert ended(until, FIRST) is is_over


def test_a_draft_gives_its_columns_and_the_certificates_of_its_text() -> None:
    draft = opening(
        conditions="需持低压电工证，有健康证者优先", employer_id=5, reserved_for=[ReservedFor.PAIRED],
        social_insurance=["养老"], skill_requirements=[SkillRequirement(term="缝纫")],
        certificate_requirements=[CertificateRequirement(kind=CertificateKind.HEALTH, must=True)],
    )  # fmt: skip
    columns = columns_of(draft)
    assert "employer_id" not in columns
    assert (columns["region_code"], columns["title"]) == ("610404", "缝纫工")
    assert (columns["social_insurance"], columns["reserved_for"]) == (["养老"], ["paired"])
    assert [skill["term"] for skill in columns["skill_requirements"]] == ["缝纫"]
    held = [(each["kind"], each["must"]) for each in columns["certificate_requirements"]]
    assert held == [("health", True), ("special_operation", True)]
    assert columns_of(opening(region_code=None))["region_code"] == ""
