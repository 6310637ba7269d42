"""What a row of an uploaded list means: every cell is read completely by its grammar, or queried. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import chain
from typing import Any

from centre import network, regions
from centre.errors import Problem
from centre.grammars.ages import read_ages
from centre.grammars.answers import AnswerUnreadable, read_answer
from centre.grammars.dates import read_date, read_span
from centre.grammars.headcount import read_headcount
from centre.grammars.hours import read_hours
from centre.grammars.pay import Pay, PayUnit, read_pay
from centre.grammars.reading import Unreadable
from centre.grammars.schooling import read_schooling
from centre.people import EDUCATION_LABELS, Education
from centre.skills.vocabulary import vocabulary
from centre.text import normalise
from centre.translation import N_, Term
from employers.openings.columns import (
    ANSWERS,
    CODED,
    COLUMNS,
    FIELDS,
    LINES,
    groups_of,
    papers_of,
    plain_parts,
    skills_of,
    value_of,
)
from employers.openings.rules import WAGE_UNIT_LABELS, Provision, WageUnit

LONGEST_ID = 80
_DROPPED = N_("“{text}”没有登记，需要的话请写进招聘条件")
_PAY_DAY = re.compile(r"(?:每月|次月|下月)?([0-9]{1,2})[日号]?(?:发工资|发薪|发放)?")
_CODE = re.compile(r"[0-9]-[0-9]{2}(-[0-9]{2}){0,2}")
_UNIT_SIGNS = (
    (re.compile("年薪|/年|每年"), "年"),
    (re.compile("时薪|小时|/时"), "/小时"),
    (re.compile("日薪|/天|/日|每天"), "/天"),
    (re.compile("/件|每件|单价"), "/件"),
    (re.compile("月"), "/月"),
)
_TIMES_SIGNS = ("万", "千", "k")


@dataclass(frozen=True, slots=True)
class CellReading:
    """A cell beside what was read from it, in words for the reader."""

    field: str
    written: str
    message: str
    params: Mapping[str, Any]


@dataclass(slots=True)
class Offer:
    """One row understood: the fields of a draft, who offers it, what was read, and what could not be read or kept."""

    today: date
    fields: dict[str, Any] = field(default_factory=dict)
    external_id: str = ""
    employer: str = ""
    uscc: str = ""
    employer_area: str = ""
    service_licence: str = ""
    posted_on: date | None = None
    problems: list[Problem] = field(default_factory=list)
    stated: frozenset[str] = frozenset()
    """The fields of the draft that the row has a cell for, empty or not."""
    notes: list[Problem] = field(default_factory=list)
    readings: list[CellReading] = field(default_factory=list)

    def ask(self, name: str, refusal: Unreadable) -> None:
        """Refuse the row for one cell, with the cell's own words."""
        self.problems.append(Problem(name, refusal.code, refusal.message, refusal.params))

    def note(self, name: str, code: str, message: str, **params: Any) -> None:
        """Tell of something that the cell says and the opening does not keep."""
        self.notes.append(Problem(name, code, message, params))

    def show(self, name: str, written: str, message: str, **params: Any) -> None:
        """Say what was read."""
        self.readings.append(CellReading(name, written, message, params))


def offer_of(row: Mapping[str, str], *, today: date, headings: Mapping[str, str] | None = None) -> Offer:
    """Understand a row whose keys are names of `COLUMNS`; `headings` are the titles of its columns, for their units."""
    offer = Offer(today, employer=row.get("employer", ""), uscc=row.get("uscc", ""))
    offer.external_id = external_key(row.get("id", "")) or _fingerprint(row)
    offer.service_licence = row.get("service_licence", "")
    offer.fields = {name: row.get(name, "") for name in LINES}
    content, conditions = offer.fields["content"], offer.fields["conditions"]
    # Lists with a single text for both describe in it the work and the requirements.
    offer.fields |= {"content": content or conditions, "conditions": conditions or content}
    for name, read in READERS.items():
        if cell := row.get(name, ""):
            try:
                read(offer, cell)
            except Unreadable as refusal:
                offer.ask(name, refusal)
    _read_pay(offer, row, headings or {})
    filled = (name for name, value in offer.fields.items() if value not in (None, ""))
    offer.stated = frozenset([*filled, *chain.from_iterable(FIELDS.get(name, (name,)) for name in row)])
    return offer


def external_key(text: str) -> str:
    """An id as it is kept and compared: itself, or its beginning with a hash of the whole where it is long."""
    if len(text) <= LONGEST_ID:
        return text
    return f"{text[:39]}~{sha256(text.encode()).hexdigest()[:40]}"


def _read_headcount(offer: Offer, cell: str) -> None:
    headcount = read_headcount(cell)
    if headcount.people is None:
        offer.note("headcount", "headcount-open", N_("人数写“{text}”，先按 1 人登记"), text=cell)
        return
    offer.fields["headcount"] = headcount.people
    offer.show("headcount", cell, N_("{people} 人"), people=headcount.people)
    if headcount.men is not None:
        offer.note(
            "headcount", "headcount-by-sex", N_("男女人数不分开登记，按总数 {people} 人"), people=headcount.people
        )
    if headcount.remark:
        offer.note("headcount", "remark-dropped", _DROPPED, text=headcount.remark)


def _read_area(offer: Offer, cell: str) -> None:
    place = network.place_of(cell)
    offer.fields["region_code"] = place.code
    offer.show("area", cell, "{place}", place=regions.full_name(place.code))
    if place.rest and not offer.fields["address"]:
        offer.fields["address"] = place.rest
    elif place.rest and place.rest not in normalise(offer.fields["address"]).replace(" ", ""):
        offer.note("area", "remark-dropped", _DROPPED, text=place.rest)


def _read_employer_area(offer: Offer, cell: str) -> None:
    offer.employer_area = network.place_of(cell).code


def _read_education(offer: Offer, cell: str) -> None:
    schooling = read_schooling(cell)
    if schooling.least is not None:
        least = Education[schooling.least.name]
        offer.fields["min_education"] = least
        offer.show("education", cell, N_("{least}及以上"), least=Term(EDUCATION_LABELS[least]))
    else:
        offer.show("education", cell, N_("不限"))
    if schooling.most is not None:
        most = Term(EDUCATION_LABELS[Education[schooling.most.name]])
        offer.note("education", "education-most", N_("最高学历“{most}”没有登记，岗位只登记最低学历"), most=most)
    if "优先" in cell:
        offer.note("education", "remark-dropped", _DROPPED, text=cell)


def _read_posted(offer: Offer, cell: str) -> None:
    offer.posted_on = read_date(cell, today=offer.today)
    offer.show("posted", cell, "{day}", day=offer.posted_on.isoformat())


def _read_first_day(offer: Offer, cell: str) -> None:
    offer.fields["valid_from"] = read_date(cell, today=offer.today)


def _read_validity(offer: Offer, cell: str) -> None:
    span = read_span(cell, today=offer.today)
    if span.is_open:
        offer.note("valid_until", "validity-open", N_("“{text}”没有写截止日，按默认天数展示"), text=cell)
        return
    if span.first:
        if offer.fields.get("valid_from") not in (None, span.first):
            message = N_("开始日期有两个：{first} 和 {second}，请只留一个")
            days = {"first": offer.fields["valid_from"].isoformat(), "second": span.first.isoformat()}
            offer.problems.append(Problem("valid_from", "first-day-twice", message, days))
        offer.fields["valid_from"] = span.first
    offer.fields["valid_until"] = span.last
    first, last = (day.isoformat() if day else "" for day in (span.first, span.last))
    offer.show("valid_until", cell, N_("{first} 至 {last}") if first else N_("至 {last}"), first=first, last=last)


def _read_age(offer: Offer, cell: str) -> None:
    ages = read_ages(cell)
    offer.fields |= {"age_min": ages.youngest, "age_max": ages.oldest}


def _read_hours(offer: Offer, cell: str) -> None:
    hours = read_hours(cell)
    if hours.a_week is None:
        offer.note("hours_per_week", "remark-dropped", _DROPPED, text=cell)
    offer.fields["hours_per_week"] = hours.a_week


def _read_pay_day(offer: Offer, cell: str) -> None:
    match = re.fullmatch(
        r"(?:每月|次月|下月)?([0-9]{1,2})[日号]?(?:发工资|发薪|发放)?", normalise(cell).replace(" ", "")
    )
    if match is None or not 1 <= int(match[1]) <= 31:
        raise _Unlisted(cell)
    offer.fields["pay_day"] = int(match[1])


def _read_occupation(offer: Offer, cell: str) -> None:
    codes = (cell,) if _CODE.fullmatch(cell) else vocabulary().codes_for(normalise(cell))
    if len(codes) != 1:
        raise _Unlisted(cell)
    offer.fields["occupation_code"] = codes[0]


class _Unlisted(Unreadable):
    """A word that the column's list does not have."""

    code = "word-unknown"
    message = N_("“{text}”不在可以填的词里，请改成列表里的词，或留空")


def _coded(name: str) -> Callable[[Offer, str], None]:
    def read(offer: Offer, cell: str) -> None:
        value = value_of(name, cell)
        if value is None and name in ("board", "lodging"):
            try:
                value = {True: Provision.FREE, False: Provision.NONE, None: Provision.UNSTATED}[read_answer(cell)]
            except AnswerUnreadable:
                value = None
        if value is None:
            raise _Unlisted(cell)
        offer.fields[name] = value

    return read


def _answered(name: str) -> Callable[[Offer, str], None]:
    def read(offer: Offer, cell: str) -> None:
        offer.fields[name] = read_answer(cell)

    return read


def _listed(target: str, parse: Callable[[str], Any]) -> Callable[[Offer, str], None]:
    def read(offer: Offer, cell: str) -> None:
        values = parse(cell)
        if values is None:
            raise _Unlisted(cell)
        offer.fields[target] = values

    return read


READERS: dict[str, Callable[[Offer, str], None]] = {
    "headcount": _read_headcount,
    "area": _read_area,
    "employer_area": _read_employer_area,
    "education": _read_education,
    "occupation": _read_occupation,
    "posted": _read_posted,
    "valid_from": _read_first_day,
    "valid_until": _read_validity,
    "age": _read_age,
    "hours_per_week": _read_hours,
    "pay_day": _read_pay_day,
    **{name: _coded(name) for name in CODED},
    **{name: _answered(name) for name in ANSWERS},
    "skills": _listed("skill_requirements", skills_of),
    "certificates": _listed("certificate_requirements", papers_of),
    "reserved_for": _listed("reserved_for", groups_of),
    "social_insurance": _listed("social_insurance", plain_parts),
}
"""How each column but pay and free text is read; a reader raises Unreadable."""


def _read_pay(offer: Offer, row: Mapping[str, str], headings: Mapping[str, str]) -> None:
    """The two cells of pay together: both are for one unit, except that piecework has its fixed part by the month."""
    pays: dict[str, Pay] = {}
    for name in ("wage", "base_pay"):
        if cell := row.get(name, ""):
            try:
                pays[name] = pay_under(headings.get(name, ""), cell)
            except Unreadable as refusal:
                offer.ask(name, refusal)
    wage, base = pays.get("wage", Pay()), pays.get("base_pay")
    unit = wage.unit if wage.is_stated or wage.by_piece or base is None else base.unit
    if pays:
        offer.fields["wage_unit"] = WageUnit(unit)
    offer.fields |= {"wage_min_fen": wage.least_fen, "wage_max_fen": wage.most_fen}
    base_fen = wage.base_fen if base is None else base.least_fen
    if base and base.is_stated and base.unit is not unit and not _is_monthly_floor(base, wage):
        message = N_("基本工资“{base}”和工资“{wage}”不是按同一种单位算的，请改成一样")
        texts = {"base": row["base_pay"], "wage": row.get("wage", "")}
        offer.problems.append(Problem("base_pay", "base-pay-unit", message, texts))
    if base and wage.base_fen and base.is_stated and wage.base_fen != base.least_fen:
        message = N_("基本工资写了两个数：“{base}”和“{wage}”，请核对")
        texts = {"base": row["base_pay"], "wage": row.get("wage", "")}
        offer.problems.append(Problem("base_pay", "base-pay-twice", message, texts))
    offer.fields["base_pay_fen"] = base_fen
    if wage.by_piece:
        offer.fields.setdefault("employment_type", "piecework")
    for name, pay in pays.items():
        _show_pay(offer, name, row[name], pay)
    if wage.months != 12:
        offer.note("wage", "remark-dropped", N_("一年 {months} 薪没有登记，需要的话请写进招聘条件"), months=wage.months)


def _is_monthly_floor(base: Pay, wage: Pay) -> bool:
    """Whether base pay by the month stands next to pay by the piece, or above pay by the hour or day."""
    most = wage.most_fen or wage.least_fen or 0
    return base.unit is PayUnit.MONTH and (wage.unit is PayUnit.PIECE or (base.least_fen or 0) > most)


def _show_pay(offer: Offer, name: str, cell: str, pay: Pay) -> None:
    unit = Term(WAGE_UNIT_LABELS[WageUnit(pay.unit)])
    low, high = (f"{fen / 100:,.2f}".removesuffix(".00") if fen else "" for fen in (pay.least_fen, pay.most_fen))
    if low and high:
        offer.show(name, cell, "{low}-{high} {unit}", low=low, high=high, unit=unit)
    elif low:
        offer.show(name, cell, "{low} {unit}", low=low, unit=unit)
    elif not high:
        offer.show(name, cell, N_("没有写数"))


def pay_under(heading: str, cell: str) -> Pay:
    """Read a cell of pay under its heading: 4-5 under 月薪（千元） is 4,000-5,000. Raises Unreadable."""
    level = normalise(heading)
    times = next((sign for sign in _TIMES_SIGNS if sign in level), "")
    unit = next((word for sign, word in _UNIT_SIGNS if sign.search(level)), "")
    if re.fullmatch(r"[0-9０-９.,，~～—－\- ]+", cell):
        return read_pay(f"年薪{cell}{times}" if unit == "年" else f"{cell}{times}{unit}")
    return read_pay(cell)


def _fingerprint(row: Mapping[str, str]) -> str:
    text = "\x1f".join(f"{name}={normalise(row[name])}" for name in sorted(COLUMNS) if row.get(name))
    return f"auto-{sha256(text.encode()).hexdigest()[:32]}"
