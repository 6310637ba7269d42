"""Everyday names of trades with their icons, and the choices of the step-by-step forms."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from centre.distances import kilometres
from centre.network import home
from centre.people import EDUCATION_LABELS
from centre.regions import ancestors, counties, every, exists, full_name, is_city, name
from centre.skills.vocabulary import vocabulary
from centre.translation import N_, translate
from employers.openings.models import Opening
from employers.openings.rules import EMPLOYMENT_LABELS, PAYER_LABELS, PLAIN_CERTIFICATE_LABELS, Payer
from employers.openings.screening import without_phones
from matching.live.listing import Listed
from web.charts import pictogram


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade under its everyday name (工种)."""

    code: str
    label: str

    @property
    def icon(self) -> str:
        """Its icon."""
        return pictogram(self.code)


TRADES = (
    Trade("6-04-02-01", N_("细纱挡车")),
    Trade("6-04-03-03", N_("织布挡车")),
    Trade("6-05-01-03", N_("缝纫")),
    Trade("6-25-04-07", N_("电子装接")),
    Trade("6-31-05-00", N_("打包装")),
    Trade("6-31-03-05", N_("查质量")),
    Trade("4-10-04-02", N_("足疗按摩")),
    Trade("4-10-01-06", N_("家政")),
    Trade("4-10-01-05", N_("照顾老人")),
    Trade("4-10-01-01", N_("带孩子")),
    Trade("4-14-01-02", N_("医院护工")),
    Trade("4-03-02-01", N_("炒菜做饭")),
    Trade("4-03-02-05", N_("端菜服务")),
    Trade("4-03-01-02", N_("客房打扫")),
    Trade("4-09-08-01", N_("保洁")),
    Trade("4-07-05-01", N_("保安")),
    Trade("4-01-02-03", N_("卖货")),
    Trade("4-02-06-01", N_("仓库")),
    Trade("4-02-07-08", N_("送快递")),
    Trade("4-10-08-01", N_("送外卖")),
    Trade("6-18-02-04", N_("电焊")),
    Trade("6-31-01-03", N_("电工")),
    Trade("6-29-01-01", N_("砌墙")),
    Trade("4-02-02-02", N_("开货车")),
)
"""The trades of the city and of the places its people move to, most common first."""

YEARS = ((0, N_("刚学会")), (2, N_("一两年")), (4, N_("三五年")), (8, N_("五到十年")), (15, N_("十年以上")))

PAY = (2_500, 3_000, 3_500, 4_000, 5_000, 6_000, 7_000)
"""Options for the minimum pay, in yuan a month."""

OFFERS = {
    "board": N_("包吃"),
    "lodging": N_("包住"),
    "day": N_("写明不上夜班"),
    "night": N_("要上夜班"),
    "training": N_("不会可以学"),
    "insurance": N_("交社保"),
}

ORDERS = {
    "": N_("对得上的在前"),
    "near": N_("离我近的在前"),
    "pay": N_("工资高的在前"),
    "new": N_("新发布的在前"),
}
"""Orders of a list of openings."""

EMPLOYMENT = {kind.value: label for kind, label in EMPLOYMENT_LABELS.items()}


def stated(opening: Opening, locale: str) -> list[tuple[str, str, str]]:
    """What an opening states beside the facts that every opening shows: label, words, icon; telephones are masked."""

    def said(message: str, **params: object) -> str:
        return translate(locale, message, **params)

    papers = [
        said(PLAIN_CERTIFICATE_LABELS[need["kind"]]) for need in opening.certificate_requirements if need.get("must")
    ]
    skills = [
        need.get("term") or vocabulary().name(need.get("occupation_code") or "") for need in opening.skill_requirements
    ]
    ages = "–".join(str(age or "") for age in (opening.age_min, opening.age_max))
    payers = {name: getattr(opening, name) for name in ("travel_paid_by", "medical_paid_by")}
    words = {payer: "" if who is Payer.UNSTATED else said(PAYER_LABELS[who]) for payer, who in payers.items()}
    facts = [
        (N_("学历"), said(EDUCATION_LABELS[opening.min_education]) if opening.min_education else "", "school"),
        (N_("要什么证"), "、".join(papers), "certificate"),
        (N_("要会的手艺"), "、".join(filter(None, skills)), "work"),
        (N_("年龄"), f"{ages} {opening.age_reason}".strip() if opening.age_reason else "", "user"),
        (N_("加班怎么算"), opening.overtime_rule, "clock"),
        (N_("哪天发工资"), said(N_("每月 {day} 号"), day=opening.pay_day) if opening.pay_day else "", "wage"),
        (N_("路费谁出"), words["travel_paid_by"], "bus"),
        (N_("体检费谁出"), words["medical_paid_by"], "certificate"),
    ]
    return [(said(label), without_phones(text), sign) for label, text, sign in facts if text]


def home_counties() -> list[tuple[str, str]]:
    """The counties of the network's own city; a city without counties, such as 东莞, is its own; none before set-up."""
    city = home()
    if not city:
        return []
    return [(county.code, county.name) for county in counties(city)] or [(city, name(city))]


def places_near(code: str = "") -> list[tuple[str, str]]:
    """Places in the whole country: one first, the others of its city, the counties of home, then every city."""
    near: list[tuple[str, str]] = []
    if exists(code):
        city = next((around for around in (code, *ancestors(code)) if is_city(around)), "")
        near = [(code, full_name(code)), *((county.code, county.name) for county in (counties(city) if city else []))]
    seen: dict[str, str] = {}
    for option, label in (*near, *home_counties(), *_cities()):
        seen.setdefault(option, label)
    return list(seen.items())


@lru_cache(maxsize=1)
def _cities() -> tuple[tuple[str, str], ...]:
    return tuple((region.code, full_name(region.code)) for region in every() if is_city(region.code))


def place(code: str) -> str:
    """The name of a region, with its city if that is a different one; the code if it is unknown."""
    return name(code) if code and exists(code) else code


@lru_cache(maxsize=200)
def place_from(near: str) -> Callable[[str], str]:
    """The name of a region with its distance from another; without one, the name alone. One function for each place."""
    if not near or not exists(near):
        return place

    def with_distance(code: str) -> str:
        away = distance(near, code)
        return f"{place(code)} {away}" if away else place(code)

    return with_distance


def distance(near: str, code: str) -> str:
    """How far a place is, such as ≈12 km; empty when that is not known or the place is the same county."""
    away = kilometres(near, code) if near and code else None
    return f"≈{away:,} km" if away else ""


TWO_OF_THREE = "两运转"
"""What an advertisement calls three shifts of which two work at a time; few jobseekers know the word."""


def chips_of(listed: Listed) -> list[tuple[str, str]]:
    """The chips of an opening's card besides board and lodging."""
    words = re.split(r"[，,。；;、 ]", listed.shift, maxsplit=1)[0]
    if TWO_OF_THREE in words:
        words = N_("两班干活，一班休息")
    return [(words, "shift" if listed.profile.night else "clock")] if 0 < len(words) <= 10 else []
