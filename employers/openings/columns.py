"""The columns of a list of openings: one table for the reader and the writer. Pure."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from centre.text import normalise
from employers.openings.rules import (
    CERTIFICATE_LABELS,
    CONTRACT_LABELS,
    EMPLOYMENT_LABELS,
    KIND_LABELS,
    PAYER_LABELS,
    PROVISION_LABELS,
    RESERVED_LABELS,
    SEX_GROUND_LABELS,
    CertificateKind,
    CertificateRequirement,
    ReservedFor,
    SkillRequirement,
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "岗位编号", "did", "external_id"),
    "title": ("岗位", "岗位名称", "招聘岗位", "职位", "职位名称", "工种", "工种名称", "招聘职位", "需求岗位", "text"),
    "occupation": ("职业代码", "职业编码", "occupation_code"),
    "employer": ("单位", "单位名称", "用人单位", "用人单位名称", "企业", "企业名称", "公司", "公司名称", "招聘单位"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "employer_area": ("单位所在地", "单位地区"),
    "service_licence": ("人力资源服务许可证", "人力资源服务许可证编号"),
    "headcount": ("人数", "招聘人数", "需求人数", "招工人数", "用工人数", "num"),
    "wage": (
        "工资", "薪资", "月薪", "待遇", "薪资待遇", "薪酬", "薪酬待遇", "工资待遇", "月工资", "日薪", "时薪", "年薪",
        "薪资范围", "薪水",
    ),
    "base_pay": ("底薪", "基本工资", "基本薪酬", "保底工资"),
    "area": ("地区", "工作地点", "工作地区", "工作地", "地点", "工作区域", "region"),
    "address": ("地址", "工作地址", "详细地址"),
    "education": ("学历", "学历要求", "文化程度", "文化程度要求", "edu"),
    "content": ("工作内容", "岗位职责", "岗位描述", "职位描述", "描述", "desc"),
    "conditions": ("招聘条件", "任职要求", "岗位要求", "招聘要求", "任职条件", "要求", "技能要求"),
    "age": ("年龄", "年龄要求"),
    "age_reason": ("年龄要求的理由",),
    "sex_limit_ground": ("限性别的依据",),
    "sex_limit_evidence": ("限性别的证明",),
    "kind": ("岗位类别",),
    "employment_type": ("用工形式", "用工类型"),
    "contract_party": ("合同签订方",),
    "client_name": ("实际用工单位",),
    "hours_per_week": ("每周工时", "周工时", "工作时间", "工时"),
    "shift": ("班次", "班制", "倒班"),
    "night_shift": ("夜班", "上夜班", "是否夜班"),
    "hazardous": ("有毒有害", "职业危害"),
    "board": ("包吃", "伙食", "用餐"),
    "lodging": ("包住", "住宿"),
    "travel_paid_by": ("路费承担", "路费"),
    "medical_paid_by": ("体检费承担", "体检费"),
    "social_insurance": ("社会保险", "社保", "保险"),
    "overtime_rule": ("加班规定", "加班"),
    "pay_day": ("发薪日", "发工资日"),
    "skills": ("技能",),
    "certificates": ("证书", "证书要求", "持证要求"),
    "accepts_training": ("接受培训后上岗", "培训后上岗"),
    "reserved_for": ("定向招用", "定向招用对象"),
    "posted": ("发布日期", "日期", "发布时间", "date", "posted_on"),
    "valid_from": ("开始日期", "有效期自", "起始日期"),
    "valid_until": ("截止日期", "有效期", "有效期至", "招聘截止", "招聘截止日期"),
}  # fmt: skip
"""The headings that exports write, in their order, and every other heading by which each column is known."""

NEEDED = ("title", "area")

NEVER_DITTO = frozenset({"id", "headcount"})
"""Columns where 同上 (ditto) is not accepted: two openings never share a number."""

DAYS = frozenset({"posted", "valid_from", "valid_until"})
"""Columns of days: in any other a date is what a spreadsheet program has made of 3-5."""

CODED: Mapping[str, Mapping[Any, str]] = {
    "kind": KIND_LABELS,
    "employment_type": EMPLOYMENT_LABELS,
    "contract_party": CONTRACT_LABELS,
    "board": PROVISION_LABELS,
    "lodging": PROVISION_LABELS,
    "travel_paid_by": PAYER_LABELS,
    "medical_paid_by": PAYER_LABELS,
    "sex_limit_ground": SEX_GROUND_LABELS,
}
"""Columns whose cells hold one value of a list: each value and its word."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "wage": ("wage_unit", "wage_min_fen", "wage_max_fen"),
    "base_pay": ("base_pay_fen",),
    "occupation": ("occupation_code",),
    "area": ("region_code",),
    "education": ("min_education",),
    "age": ("age_min", "age_max"),
    "skills": ("skill_requirements",),
    "certificates": ("certificate_requirements",),
    "valid_until": (),
}
"""The fields of an opening that a column of another name decides; an empty closing day leaves the known one."""

ANSWERS = ("night_shift", "hazardous", "accepts_training")
LINES = (
    "title", "address", "content", "conditions", "overtime_rule", "client_name", "shift", "age_reason",
    "sex_limit_evidence",
)  # fmt: skip
"""Columns whose text is imported unchanged."""

_ESCAPED = re.compile(r"[\\;；、()\[\]*]")
_PIECE = re.compile(r"((?:\\.|[^\\;；、])*)[;；、]?")
_SKILL = re.compile(r"((?:\\.|[^\\\[\](*])*)(?:\[([0-9-]*)\])?(?:\(([1-5])\))?(\*?)")
_PAPER = re.compile(r"(?:\[((?:\\.|[^\\\]])*)\])?((?:\\.|[^\\\[\](*])*)(?:\(([1-5])\))?(\*?)")


def value_of(name: str, text: str) -> Any:
    """The value that a cell of a coded column names by its word or code; None where it names none."""
    wanted = normalise(text).replace(" ", "")
    for value, word in CODED[name].items():
        if wanted in (normalise(word).replace(" ", ""), str(value)):
            return value
    return None


def word_of(name: str, value: StrEnum | None) -> str:
    """The label of a value; empty for no value and for an unstated one."""
    return "" if value is None or str(value) == "unstated" else CODED[name][value]


def parts_of(cell: str) -> list[str]:
    """The parts of a cell between ; or 、, the escapes left in."""
    return [part for part in (match[1].strip() for match in _PIECE.finditer(cell)) if part]


def plain_parts(cell: str) -> list[str]:
    """The parts of a cell, the escapes undone."""
    return [_unescaped(part) for part in parts_of(cell)]


def joined(parts: Sequence[str]) -> str:
    """Texts as one cell that `plain_parts` reads back."""
    return ";".join(map(_escape, parts))


def skills_cell(rows: Sequence[Mapping[str, Any]]) -> str:
    """Skills as a cell: 焊接[6-18-02-04](3)*;看图, where * marks a must."""
    return ";".join(
        _escape(row.get("term") or "")
        + (f"[{row['occupation_code']}]" if row.get("occupation_code") else "")
        + _level_and_must(row)
        for row in rows
    )


def skills_of(cell: str) -> list[SkillRequirement] | None:
    """The skills of a cell; None where a part cannot be read."""
    matches = [_SKILL.fullmatch(part) for part in parts_of(cell)]
    if not all(matches):
        return None
    return [
        SkillRequirement(
            term=_unescaped(match[1].strip()),
            occupation_code=match[2] or "",
            level=int(match[3]) if match[3] else None,
            must=bool(match[4]),
        )
        for match in matches
        if match
    ]


def papers_cell(rows: Sequence[Mapping[str, Any]]) -> str:
    """Certificates as a cell: [特种作业操作证]焊工证(3)*, the kind in brackets."""
    return ";".join(
        f"[{CERTIFICATE_LABELS[CertificateKind(row['kind'])]}]{_escape(row.get('name') or '')}{_level_and_must(row)}"
        for row in rows
    )


def papers_of(cell: str) -> list[CertificateRequirement] | None:
    """The certificates of a cell; None where a part has no kind that is known."""
    papers = []
    for part in parts_of(cell):
        match = _PAPER.fullmatch(part)
        if match is None:
            return None
        name = _unescaped(match[2].strip())
        kind = _kind(match[1] or name)
        if kind is None:
            return None
        papers.append(
            CertificateRequirement(kind=kind, name=name, level=int(match[3]) if match[3] else None, must=bool(match[4]))
        )
    return papers


def groups_of(cell: str) -> list[ReservedFor] | None:
    """The groups for whom an opening is kept; None where a part names none."""
    known = {normalise(word): group for group, word in RESERVED_LABELS.items()} | {str(g): g for g in ReservedFor}
    groups = [known.get(normalise(part)) for part in plain_parts(cell)]
    return None if None in groups else [group for group in groups if group]


def groups_cell(values: Sequence[str]) -> str:
    """The groups for whom an opening is kept, as a cell."""
    return joined([RESERVED_LABELS[ReservedFor(value)] for value in values])


def _kind(word: str) -> CertificateKind | None:
    level = normalise(_unescaped(word))
    for kind, label in CERTIFICATE_LABELS.items():
        if level in (normalise(label), str(kind)):
            return kind
    return None


def _level_and_must(row: Mapping[str, Any]) -> str:
    return (f"({row['level']})" if row.get("level") else "") + ("*" if row.get("must") else "")


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\\" + match[0], text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
