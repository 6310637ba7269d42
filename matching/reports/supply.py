"""R1 to R4: places against seekers, demand by kind, occupations in shortage and surplus, who the seekers are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.network import Centre
from centre.people import CATEGORY_LABELS, Person, PersonCategory
from centre.skills.vocabulary import vocabulary
from centre.translation import N_
from employers.companies.models import Employer
from employers.companies.rules import NATURE_LABELS, EmployerNature
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.profiles.models import JobWish, Registration
from matching.profiles.rules import ENDED, RegistrationState
from matching.reports.reading import ReportScope
from matching.reports.rules import ReportColumn, ReportRow, ReportTable, Unit, add_up, ratio, share

UNPUBLISHED = (OpeningState.DRAFT, OpeningState.LINT, OpeningState.TO_VERIFY, OpeningState.VERIFIED)
GROUP = len("6-05-01")
TOP = 10
WORKING_GROUPS = ("1", "2", "3", "4", "5", "6", "7")
"""The first seven of the eight major groups; the last one, soldiers, is not for placement."""

SUPPLY = (
    ReportColumn("carried_places", N_("上期结转岗位"), Unit.PLACES, part_of="places"),
    ReportColumn("new_places", N_("本期新增岗位"), Unit.PLACES, part_of="places"),
    ReportColumn("places", N_("岗位合计"), Unit.PLACES),
    ReportColumn("carried_seekers", N_("上期结转求职"), Unit.PERSONS, part_of="seekers"),
    ReportColumn("new_seekers", N_("本期新登记求职"), Unit.PERSONS, part_of="seekers"),
    ReportColumn("seekers", N_("求职合计"), Unit.PERSONS),
    ReportColumn("ratio", N_("求人倍率"), Unit.RATIO, adds=False),
)
KINDS = (
    ReportColumn("places", N_("岗位数"), Unit.PLACES),
    ReportColumn("share", N_("占比"), Unit.SHARE, adds=False),
)
GAPS = (
    ReportColumn("places", N_("岗位数"), Unit.PLACES),
    ReportColumn("seekers", N_("求职人数"), Unit.PERSONS),
    ReportColumn("gap", N_("缺口"), Unit.PERSONS),
    ReportColumn("ratio", N_("求人倍率"), Unit.RATIO, adds=False),
)
WHO = (
    ReportColumn("persons", N_("人数"), Unit.PERSONS, adds=False),
    ReportColumn("share", N_("占比"), Unit.SHARE, adds=False),
)

SECTIONS = {
    "A": N_("农林牧渔业"), "B": N_("采矿业"), "C": N_("制造业"), "D": N_("电力热力燃气水"), "E": N_("建筑业"),
    "F": N_("批发和零售业"), "G": N_("交通运输仓储邮政"), "H": N_("住宿和餐饮业"), "I": N_("信息技术服务业"),
    "J": N_("金融业"), "K": N_("房地产业"), "L": N_("租赁和商务服务业"), "M": N_("科研和技术服务业"),
    "N": N_("水利环境公共设施"), "O": N_("居民服务和修理业"), "P": N_("教育"), "Q": N_("卫生和社会工作"),
    "R": N_("文化体育娱乐业"), "S": N_("公共管理和社会组织"), "T": N_("国际组织"), "": N_("没有写明"),
}  # fmt: skip
"""The sections of the classification of industries (GB/T 4754)."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The places of one opening in the period; `carried` ones were open before it and still valid (RE-10)."""

    centre_id: int | None
    occupation: str
    industry: str
    nature: EmployerNature
    places: int
    carried: bool


@dataclass(frozen=True, slots=True)
class Seeker:
    """A person who looks for work in the period; `carried` ones had registered before it."""

    centre_id: int
    person_id: int
    wish: str
    categories: tuple[str, ...]
    carried: bool


def demand(session: Session, scope: ReportScope) -> list[Demand]:
    """The openings of the period: published in it, or before it and valid on its first day at least."""
    home = session.scalar(select(Centre.id).order_by(Centre.code).limit(1))
    rows = session.execute(
        select(
            Opening.centre_id,
            Opening.occupation_code,
            Employer.industry_code,
            Employer.nature,
            Opening.headcount,
            Opening.posted_at,
        )
        .join(Employer, Employer.id == Opening.employer_id)
        .where(
            Opening.state.not_in(UNPUBLISHED),
            Opening.posted_at < scope.end,
            (Opening.posted_at >= scope.start) | (Opening.valid_until >= scope.since),
        )
        .order_by(Opening.id)
    )
    known = set(scope.ids)
    return [
        Demand(centre_id or home, occupation, industry, nature, places, posted < scope.start)
        for centre_id, occupation, industry, nature, places, posted in rows
        if posted is not None and (centre_id or home) in known
    ]


def seekers(session: Session, scope: ReportScope) -> list[Seeker]:
    """The people registered in the period, or before it with a registration that still held on its first day."""
    rows = session.execute(
        select(
            Registration.centre_id,
            Registration.person_id,
            Registration.submitted_at,
            Registration.state,
            Registration.updated_at,
            Person.categories,
            JobWish.occupations,
        )
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(JobWish, JobWish.person_id == Registration.person_id)
        .where(
            Registration.centre_id.in_(scope.ids),
            Registration.state != RegistrationState.DRAFT,
            Registration.submitted_at < scope.end,
            (Registration.submitted_at >= scope.start) | (Registration.valid_until_on >= scope.since),
        )
        .order_by(Registration.id)
    )
    return [
        Seeker(centre_id, person_id, (wish or [""])[0], tuple(categories), at < scope.start)
        for centre_id, person_id, at, state, changed, categories, wish in rows
        if at is not None and (at >= scope.start or state not in ENDED or changed >= scope.start)
    ]


def supply_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R1 by centre."""
    return [supply(demand(session, scope), seekers(session, scope), scope)]


def supply(wanted: Iterable[Demand], looking: Iterable[Seeker], scope: ReportScope) -> ReportTable:
    """Places and seekers, carried over and new, and the ratio of both (供求总体, 求人倍率)."""
    lines: dict[int, Counter[str]] = defaultdict(Counter)
    for opening in wanted:
        line = lines[opening.centre_id or 0]
        line["carried_places" if opening.carried else "new_places"] += opening.places
        line["places"] += opening.places
    for seeker in looking:
        line = lines[seeker.centre_id]
        line["carried_seekers" if seeker.carried else "new_seekers"] += 1
        line["seekers"] += 1
    rows = [
        ReportRow(str(number), name, _supply(lines[number]))
        for number, name in scope.centres
    ]  # fmt: skip
    total = add_up(SUPPLY, rows)
    both = ratio(total.figures["places"] or 0, total.figures["seekers"] or 0)
    note = N_("求人倍率等于岗位数除以求职人数。有效期在期初之前已满的岗位和登记不结转。")
    return ReportTable("supply", N_("供求总体情况"), N_("中心"), SUPPLY, rows, add_up(SUPPLY, rows, ratio=both), note)


def _supply(line: Counter[str]) -> dict[str, int | None]:
    figures: dict[str, int | None] = {column.key: line[column.key] for column in SUPPLY if column.adds}
    return figures | {"ratio": ratio(line["places"], line["seekers"])}


def demand_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R2: the new places by industry, nature of the employer and occupation."""
    new = [opening for opening in demand(session, scope) if not opening.carried]
    majors = {code: vocabulary().name(code) for code in WORKING_GROUPS}
    return [
        _kinds("industry", N_("按行业"), N_("行业"), new_by(new, "industry"), SECTIONS),
        _kinds(
            "nature",
            N_("按单位性质"),
            N_("单位性质"),
            new_by(new, "nature"),
            {nature.value: label for nature, label in NATURE_LABELS.items()},
        ),
        _kinds("occupation", N_("按职业大类"), N_("职业大类"), new_by(new, "occupation"), majors),
    ]


def new_by(openings: Iterable[Demand], kind: str) -> Counter[str]:
    """New places by the first sign of their industry or occupation, or by the nature of their employer."""
    counted: Counter[str] = Counter()
    for opening in openings:
        value = str(getattr(opening, kind))
        counted[value if kind == "nature" else value[:1]] += opening.places
    return counted


def _kinds(key: str, title: str, head: str, counted: Counter[str], labels: Mapping[str, str]) -> ReportTable:
    whole = counted.total()
    rows = [
        ReportRow(code or "none", labels.get(code) or SECTIONS[""], {"places": places, "share": share(places, whole)})
        for code, places in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return ReportTable(key, title, head, KINDS, rows, add_up(KINDS, rows, share=share(whole, whole)))


def shortage_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R3: the ten widest gaps each way by small group of occupations, and the ratio of the major groups."""
    wanted, looking = demand(session, scope), seekers(session, scope)
    places: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for opening in wanted:
        places[opening.occupation[:GROUP]] += opening.places
    for seeker in looking:
        heads[seeker.wish[:GROUP]] += 1
    groups = [_gap(code, places[code], heads[code]) for code in sorted({*places, *heads} - {""})]
    short = sorted((row for row in groups if (row.figures["gap"] or 0) > 0), key=_gap_order)[:TOP]
    over = sorted((row for row in groups if (row.figures["gap"] or 0) < 0), key=_gap_order, reverse=True)[:TOP]
    return [
        ReportTable("shortage", N_("岗位比人多的前十个职业"), N_("职业小类"), GAPS, short),
        ReportTable("surplus", N_("人比岗位多的前十个职业"), N_("职业小类"), GAPS, over),
        majors(places, heads),
    ]


def _gap(code: str, places: int, heads: int) -> ReportRow:
    figures = {"places": places, "seekers": heads, "gap": places - heads, "ratio": ratio(places, heads)}
    return ReportRow(code, vocabulary().name(code), figures)


def _gap_order(row: ReportRow) -> tuple[int, str]:
    return -(row.figures["gap"] or 0), row.key


def majors(places: Counter[str], heads: Counter[str]) -> ReportTable:
    """The major groups: who has no wish is spread over them like the places, for the ratio alone (DOMAIN 4.12)."""
    wanted: Counter[str] = Counter()
    looking: Counter[str] = Counter()
    for code, count in places.items():
        wanted[code[:1]] += count
    for code, count in heads.items():
        looking[code[:1]] += count
    undecided, whole = looking[""], sum(wanted[group] for group in WORKING_GROUPS)
    rows = []
    for group in WORKING_GROUPS:
        # In ten-thousandths of a person, so that nobody is lost to rounding.
        spread = 10_000 * looking[group] + (10_000 * undecided * wanted[group] // whole if whole else 0)
        figures = {"places": wanted[group], "seekers": looking[group], "gap": wanted[group] - looking[group]}
        rows.append(
            ReportRow(group, vocabulary().name(group), {**figures, "ratio": ratio(10_000 * wanted[group], spread)})
        )  # fmt: skip
    figures = {"places": 0, "seekers": undecided, "gap": -undecided}
    rows.append(ReportRow("undecided", N_("没有职业要求"), {**figures, "ratio": None}))
    note = N_("没有职业要求的人按岗位比例分到前七个大类，只用来算求人倍率；人数照实列出。")
    total = add_up(GAPS, rows)
    both = ratio(total.figures["places"] or 0, total.figures["seekers"] or 0)
    return ReportTable("majors", N_("按职业大类"), N_("职业大类"), GAPS, rows, add_up(GAPS, rows, ratio=both), note)


def seeker_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R4: the newly registered by category; a person may belong to several."""
    new = {seeker.person_id: seeker for seeker in seekers(session, scope) if not seeker.carried}
    counted = Counter(category for seeker in new.values() for category in set(seeker.categories))
    counted["none"] = sum(not seeker.categories for seeker in new.values())
    labels = {category.value: label for category, label in CATEGORY_LABELS.items()} | {"none": N_("没有登记类别")}
    order = [category.value for category in PersonCategory] + ["none"]
    rows = [
        ReportRow(code, labels[code], {"persons": counted[code], "share": share(counted[code], len(new))})
        for code in order
        if counted[code]
    ]
    total = ReportRow("total", N_("不重复的人数"), {"persons": len(new), "share": share(len(new), len(new))})
    note = N_("一个人可以属于几个类别，所以各行加起来会多于总人数。")
    return [ReportTable("seekers", N_("本期新登记的求职人员"), N_("人员类别"), WHO, rows, total, note)]
