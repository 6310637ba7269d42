"""Pure rules of the lock: who may travel, and who sits where (排座, 锁定条件)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from centre.errors import Problem
from centre.translation import N_

PURPOSE = "labour-export"
"""The purpose of the consent to share name and telephone with employer and escort."""

NO_PROJECT = N_("这个项目现在没有开放")
NO_ESCORT = N_("还没有安排带队人员")
NO_INSURANCE = N_("还没有填写出行保险单号")
NO_VEHICLE = N_("还没有填写车牌号或车次")
NO_SEATS = N_("座位不够：名单 {people} 人加带队 {escorts} 人，共 {seats} 座")
NOBODY = N_("名单上还没有人")
TOO_YOUNG = N_("不满 {age} 周岁，不能出去工作：{names}")
TOO_YOUNG_AT_NIGHT = N_("不满 {age} 周岁，不能上夜班或做有害工作：{names}")
NO_BIRTHDAY = N_("不知道出生日期，请先核对身份证：{names}")
NO_CONTACT = N_("缺电话或紧急联系人：{names}")
NO_CONSENT = N_("没有同意把姓名和电话告诉带队人员和用人单位：{names}")
NOT_CONFIRMED = N_("还没有面试、体检合格：{names}")
ELSEWHERE = N_("同一时间在别的已锁定批次里：{names}")
ALONE = N_("说好结伴走，同伴不在名单上（本人说可以分开的不算）：{names}")


@dataclass(frozen=True, slots=True)
class Traveller:
    """What the lock asks about one member."""

    name: str
    birth_on: date | None
    at_night: bool
    has_contact: bool
    agrees: bool
    confirmed: bool
    elsewhere: bool
    alone: bool = False


def lock_problems(
    travellers: Sequence[Traveller],
    *,
    on: date,
    seats: int,
    escorts: int,
    insurance_no: str,
    vehicles: str,
    is_open: bool,
    working_age: int,
    adult_age: int,
) -> tuple[Problem, ...]:
    """Every reason against locking a roster that departs on a day; empty when there is none (EX-01)."""
    problems = []

    def say(code: str, message: str, **params: object) -> None:
        problems.append(Problem("", code, message, params))

    adults = [who for who in travellers if who.at_night]
    if not is_open:
        say("project-not-open", NO_PROJECT)
    if not travellers:
        say("nobody", NOBODY)
    if escorts < 1:
        say("no-escort", NO_ESCORT)
    if not insurance_no:
        say("no-insurance", NO_INSURANCE)
    if not vehicles:
        say("no-vehicle", NO_VEHICLE)
    if len(travellers) + escorts > seats:
        say("no-seats", NO_SEATS, people=len(travellers), escorts=escorts, seats=seats)
    for code, message, age, wrong in (
        ("no-birthday", NO_BIRTHDAY, 0, [who for who in travellers if who.birth_on is None]),
        ("too-young", TOO_YOUNG, working_age, [who for who in travellers if _younger(who, working_age, on)]),
        (
            "too-young-at-night", TOO_YOUNG_AT_NIGHT, adult_age,
            [who for who in adults if _younger(who, adult_age, on) and not _younger(who, working_age, on)],
        ),
        ("no-contact", NO_CONTACT, 0, [who for who in travellers if not who.has_contact]),
        ("no-consent", NO_CONSENT, 0, [who for who in travellers if not who.agrees]),
        ("not-confirmed", NOT_CONFIRMED, 0, [who for who in travellers if not who.confirmed]),
        ("elsewhere", ELSEWHERE, 0, [who for who in travellers if who.elsewhere]),
        ("alone", ALONE, 0, [who for who in travellers if who.alone]),
    ):  # fmt: skip
        if wrong:
            names = "、".join(who.name for who in wrong)
            say(code, message, names=names, **({"age": age} if age else {}))
    return tuple(problems)


def age_on(birth_on: date, on: date) -> int:
    """The age in full years on a day."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def _younger(who: Traveller, age: int, on: date) -> bool:
    return who.birth_on is not None and age_on(who.birth_on, on) < age


def seat_numbers(members: Iterable[tuple[int, int, str]], *, vehicles: int, seats: int, escorts: int) -> dict[int, int]:
    """A seat for every member `(id, group, pick-up)`: groups together, pick-ups in order, escorts in front.

    Seats count through the vehicles: with 45 seats each, seat 46 is the first of the second vehicle. The escorts sit
    on the first seats of the vehicles in turn. A group that does not fit into what is left of a vehicle moves on to
    the next one that holds it whole; only a group that fits nowhere is split.
    """
    kept = [0] * vehicles
    for number in range(escorts):
        kept[number % vehicles] += 1
    free = [list(range(vehicle * seats + kept[vehicle] + 1, (vehicle + 1) * seats + 1)) for vehicle in range(vehicles)]
    groups: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for member in members:
        groups.setdefault((member[1], 0 if member[1] else member[0]), []).append(member)
    ordered = sorted(groups.values(), key=lambda group: (-len(group) if group[0][1] else 0, group[0][2], group[0][0]))
    numbers: dict[int, int] = {}
    for group in ordered:
        whole = next((places for places in free if len(places) >= len(group)), None)
        for member_id, _, _ in sorted(group, key=lambda member: (member[2], member[0])):
            places = whole if whole is not None else next(left for left in free if left)
            numbers[member_id] = places.pop(0)
    return numbers


def escort_seats(*, vehicles: int, seats: int, escorts: int) -> list[int]:
    """The seats of the escorts, in the order of their names on the sheet."""
    kept = [0] * vehicles
    numbers = []
    for number in range(escorts):
        vehicle = number % vehicles
        kept[vehicle] += 1
        numbers.append(vehicle * seats + kept[vehicle])
    return numbers
