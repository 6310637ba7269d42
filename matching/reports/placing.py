"""R5 and R7: registrations, introductions and hires; work away from home (职业介绍月报, 劳务输出月报)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.ledger import ServiceCategory
from centre.network import home
from centre.people import Person
from centre.skills.vocabulary import vocabulary
from centre.tallies.queries import sums
from centre.translation import N_
from employers.openings.models import Opening
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import IntroductionState, LeaveReason
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState
from matching.reports.reading import ReportScope, groups
from matching.reports.rules import ReportColumn, ReportRow, ReportTable, Unit, add_up, share

OF_WHICH = (("women", N_("其中妇女")), ("hardship", N_("其中困难人员")), ("rural", N_("其中农村劳动力")))

PLACING = (
    ReportColumn("registered", N_("求职登记"), Unit.PERSONS),
    ReportColumn("guidance", N_("职业指导"), Unit.PERSON_TIMES),
    ReportColumn("introduced", N_("推荐"), Unit.PERSON_TIMES),
    ReportColumn("introduced_persons", N_("推荐人数"), Unit.PERSONS, adds=False),
    ReportColumn("hired", N_("录用"), Unit.PERSONS),
    *(ReportColumn(f"hired_{key}", label, Unit.PERSONS, part_of="hired") for key, label in OF_WHICH),
    ReportColumn("rate", N_("录用率"), Unit.SHARE, adds=False),
)

AWAY = (
    ReportColumn("exported", N_("外出就业"), Unit.PERSONS),
    ReportColumn("organised", N_("组织输出"), Unit.PERSONS, part_of="exported"),
    ReportColumn("self_found", N_("自发外出"), Unit.PERSONS, part_of="exported"),
    ReportColumn("in_province", N_("省内"), Unit.PERSONS, part_of="exported"),
    ReportColumn("out_of_province", N_("省外"), Unit.PERSONS, part_of="exported"),
    ReportColumn("stay_30", N_("干满 30 天"), Unit.PERSONS, part_of="exported"),
    ReportColumn("stay_90", N_("干满 90 天"), Unit.PERSONS, part_of="exported"),
    ReportColumn("returned", N_("返乡"), Unit.PERSONS, part_of="exported"),
)
HEADS = (
    ReportColumn("exported", N_("外出就业"), Unit.PERSONS),
    ReportColumn("share", N_("占比"), Unit.SHARE, adds=False),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One introduction of the period, issued or with its result in it."""

    centre_id: int
    person_id: int
    issued: bool
    hired: bool
    groups: frozenset[str]


def letters(session: Session, scope: ReportScope) -> list[Letter]:
    """Introductions with a letter issued in the period, or a hire reported in it."""
    rows = session.execute(
        select(
            Introduction.centre_id,
            Introduction.person_id,
            Introduction.issued_at,
            Introduction.result_at,
            Introduction.state,
            Person.sex,
            Person.categories,
        )
        .join(Person, Person.id == Introduction.person_id)
        .where(
            Introduction.centre_id.in_(scope.ids),
            scope.holds(Introduction.issued_at) | scope.holds(Introduction.result_at),
        )
        .order_by(Introduction.id)
    )
    known = groups(session)
    return [
        Letter(
            centre_id,
            person_id,
            issued is not None and scope.start <= issued < scope.end,
            state is IntroductionState.HIRED and at is not None and scope.start <= at < scope.end,
            known.of(person_id, sex, categories, clock.local(at or issued or scope.start).date()),
        )
        for centre_id, person_id, issued, at, state, sex, categories in rows
    ]


def placement_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R5 by centre."""
    registered = Counter(
        session.scalars(
            select(Registration.centre_id)
            .where(
                Registration.centre_id.in_(scope.ids),
                Registration.state != RegistrationState.DRAFT,
                scope.holds(Registration.submitted_at),
            )
            .order_by(Registration.id)
        )
    )
    advice: Counter[int] = Counter()
    for (centre_id, category, topic), part in sums(session, scope.wanted, ("centre_id", "category", "topic")).items():
        if category is ServiceCategory.INTERMEDIATION and topic in GUIDANCE:
            advice[centre_id] += part.person_times
    return [placing(letters(session, scope), registered, advice, scope)]


GUIDANCE = frozenset({"找工作咨询", "职业指导"})
"""Topics of the ledger that are guidance, not introductions."""


def placing(
    written: Iterable[Letter], registered: Counter[int], advice: Counter[int], scope: ReportScope
) -> ReportTable:
    """Person-times, persons and hires; the hire rate is hires by introductions (RE-05)."""
    lines: dict[int, Counter[str]] = defaultdict(Counter)
    heads: dict[int, set[int]] = defaultdict(set)
    for letter in written:
        line = lines[letter.centre_id]
        if letter.issued:
            line["introduced"] += 1
            heads[letter.centre_id].add(letter.person_id)
        if letter.hired:
            line.update(["hired", *(f"hired_{group}" for group in letter.groups)])
    rows = []
    for number, name in scope.centres:
        line = lines[number]
        line["registered"], line["guidance"] = registered[number], advice[number]
        figures: dict[str, int | None] = {column.key: line[column.key] for column in PLACING if column.adds}
        figures |= {"introduced_persons": len(heads[number]), "rate": share(line["hired"], line["introduced"])}
        rows.append(ReportRow(str(number), name, figures))
    total = add_up(PLACING, rows)
    rate = share(total.figures["hired"] or 0, total.figures["introduced"] or 0)
    whole = add_up(PLACING, rows, introduced_persons=len(set().union(*heads.values())), rate=rate)
    note = N_("推荐按开出的推荐信算人次；录用按登记结果的日期算。录用率等于录用除以推荐。")
    return ReportTable("placing", N_("职业介绍"), N_("中心"), PLACING, rows, whole, note)


@dataclass(frozen=True, slots=True)
class PlacedJob:
    """A job outside the city that began in the period."""

    centre_id: int
    person_id: int
    starts_on: date
    ended_on: date | None
    homecoming: bool
    region: str
    occupation: str
    organised: bool

    def stayed(self, days: int, today: date) -> bool:
        """Whether they are known to have stayed so many days."""
        return (self.ended_on or today) - self.starts_on >= timedelta(days=days)


def jobs_away(session: Session, scope: ReportScope) -> list[PlacedJob]:
    """Placements outside the city that began in the period; organised are those by a letter of ours."""
    city = home()[:4]
    rows = session.execute(
        select(
            Placement.centre_id,
            Placement.person_id,
            Placement.starts_on,
            Placement.ended_on,
            Placement.leave_reason,
            Placement.region_code,
            Opening.occupation_code,
            Placement.introduction_id,
        )
        .outerjoin(Opening, Opening.id == Placement.opening_id)
        .where(Placement.centre_id.in_(scope.ids), scope.holds_day(Placement.starts_on), Placement.region_code != "")
        .order_by(Placement.id)
    )
    return [
        PlacedJob(
            centre_id, person_id, starts, ended, reason in HOMECOMING, region, occupation or "", letter is not None
        )
        for centre_id, person_id, starts, ended, reason, region, occupation, letter in rows
        if not region.startswith(city)
    ]


HOMECOMING = frozenset(LeaveReason) - {LeaveReason.BETTER_JOB}
"""A worker who leaves a job away from home counts as returned, unless it was for a better one."""


def export_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R7: work away from home by centre, destination and occupation."""
    jobs, province = jobs_away(session, scope), home()[:2]
    places = Counter(job.region[:2] + "0000" for job in jobs)
    trades = Counter(job.occupation[:1] for job in jobs)
    named = {code: regions.name(code) if regions.exists(code) else code for code in places}
    groups_of = {code: vocabulary().name(code) if code else N_("没有写明") for code in trades}
    return [
        away(jobs, scope, province, clock.today()),
        _heads("destination", N_("去向"), N_("省份"), places, named),
        _heads("occupation", N_("职业"), N_("职业大类"), trades, groups_of),
    ]


def away(jobs: Sequence[PlacedJob], scope: ReportScope, province: str, today: date) -> ReportTable:
    """Who went, how, how far, and who stayed or returned."""
    lines: dict[int, Counter[str]] = defaultdict(Counter)
    for job in jobs:
        keys = ["exported", "organised" if job.organised else "self_found"]
        keys.append("in_province" if job.region.startswith(province) else "out_of_province")
        keys += [f"stay_{days}" for days in (30, 90) if job.stayed(days, today)]
        keys += ["returned"] if job.ended_on and job.homecoming else []
        lines[job.centre_id].update(keys)
    rows = [
        ReportRow(str(number), name, {column.key: lines[number][column.key] for column in AWAY})
        for number, name in scope.centres
    ]
    note = N_("经中心推荐的算组织输出，自己找到的算自发外出。干满天数算到今天，没到期的不算。")
    return ReportTable("away", N_("外出就业"), N_("中心"), AWAY, rows, add_up(AWAY, rows), note)


def _heads(key: str, title: str, head: str, counted: Counter[str], labels: dict[str, str]) -> ReportTable:
    whole = counted.total()
    rows = [
        ReportRow(code or "none", labels[code], {"exported": count, "share": share(count, whole)})
        for code, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return ReportTable(key, title, head, HEADS, rows, add_up(HEADS, rows, share=share(whole, whole)))
