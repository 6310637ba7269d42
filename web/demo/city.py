"""A generated city of 5,000 openings and 20,000 workers, reproducible for a seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock, privacy
from centre.batches import batches
from centre.bulk_writes import new_ids
from centre.network import Centre
from centre.numbers import identity_check
from centre.people import Education, Person, Sex, identity_index, phone_index
from centre.person_names import name_columns
from centre.regions import name
from employers.companies.models import Employer
from employers.companies.rules import EmployerNature, EmployerState
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, OpeningKind, OpeningState, Provision, WageUnit
from matching.engine.fit.profiles import Leave
from matching.profiles.models import JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import RegistrationState
from web.demo.files import rows

Say = Callable[[str], None]
Row = dict[str, Any]

SOURCE = "demo-city"
YUAN = 100

FAR = ("320583", "320500", "320281", "320600", "330200", "330282", "330782", "310117", "441900", "440300", "440600")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
GIVEN = "秀兰桂芳红梅敏霞玲娟英华丽萍强建军国栋波伟刚勇志明海涛文辉小宇佳欣雨晨春生玉珍淑琴"
LINES = {
    "C14": "食品厂",
    "C17": "纺织厂",
    "C18": "服装厂",
    "C19": "鞋厂",
    "C21": "家具厂",
    "C29": "塑料厂",
    "C33": "金属厂",
    "C34": "机械厂",
    "C36": "汽车厂",
    "C38": "电器厂",
    "C39": "电子厂",
    "F52": "商店",
    "H61": "酒店",
    "H62": "饭店",
    "G54": "运输队",
    "G60": "快递站",
    "L72": "保安公司",
    "N78": "物业公司",
    "P83": "托育园",
    "O81": "汽修厂",
    "E": "建筑队",
    "G": "物流部",
    "O": "服务社",
    "Q": "护理院",
}
FIRMS = ("恒", "兴", "盛", "瑞", "诚", "华", "泰", "丰", "源", "隆", "永", "信", "康", "宏", "益", "顺")


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a generated city."""

    employers: int = 1_500
    openings: int = 5_000
    workers: int = 20_000


CITY = Size()


def is_filled(session: Session) -> bool:
    """Whether the city was already generated."""
    return session.scalar(select(Opening.id).where(Opening.source_name == SOURCE).limit(1)) is not None


def fill(session: Session, *, seed: int, say: Say, size: Size = CITY) -> None:
    """Generate the city; `say` is called after each batch."""
    random = Random(seed)
    trades = list(rows("trades"))
    centres = [(centre.id, centre.region_code) for centre in session.scalars(select(Centre).order_by(Centre.code))]
    firms = list(_firms(random, trades, centres, new_ids(session, Employer, size.employers)))
    _write(session, Employer, (firm.row for firm in firms), size.employers, say)
    _write(session, Opening, _openings(random, trades, firms), size.openings, say)
    _write_workers(session, random, trades, centres, new_ids(session, Person, size.workers), say)


def _write(session: Session, model: type[Any], rows: Iterator[Row], count: int, say: Say) -> None:
    for batch in batches(range(1, count + 1)):
        session.execute(insert(model), [next(rows) for _ in batch])
        say(f"  {model.__name__.lower()}s: {batch[-1]:,} of {count:,}")


def _trade(random: Random, trades: Sequence[dict[str, str]]) -> dict[str, str]:
    return random.choices(trades, [int(trade["weight"]) for trade in trades])[0]


@dataclass(frozen=True, slots=True)
class Firm:
    """A generated employer: its row, and the trade of most of its openings."""

    row: Row
    trade: dict[str, str]
    near: bool


def _firms(
    random: Random, trades: Sequence[dict[str, str]], centres: Sequence[tuple[int, str]], numbers: Sequence[int]
) -> Iterator[Firm]:
    for number in numbers:
        trade = _trade(random, trades)
        near = random.random() < 0.7
        centre_id, home = random.choice(centres)
        region = home if near else random.choice(FAR)
        called = "".join(random.sample(FIRMS, 2))
        row = {
            "id": number,
            "name": f"{name(region)}{called}{_line_of(trade['industry'])}{number}号(虚构)",
            "nature": random.choice((EmployerNature.PRIVATE, EmployerNature.SOLE_TRADER, EmployerNature.STATE)),
            "industry_code": trade["industry"],
            "region_code": region,
            "contact_name": "招聘部",
            "contact_phone": "13800000000",
            "state": EmployerState.ACTIVE,
            "centre_id": centre_id,
            "source": SOURCE,
            "is_demo": True,
        }
        yield Firm(row, trade, near)


def _line_of(industry: str) -> str:
    if industry in LINES:
        return LINES[industry]
    return LINES.get(industry[0], "服务部")


def _openings(random: Random, trades: Sequence[dict[str, str]], firms: Sequence[Firm]) -> Iterator[Row]:
    today, now = clock.today(), clock.now()
    number = 0
    while True:
        firm = random.choice(firms)
        near = firm.near
        kin = [trade for trade in trades if trade["industry"] == firm.trade["industry"]]
        trade = firm.trade if random.random() < 0.6 else random.choice(kin)
        spread = 1.0 if near else 1.25
        low = round(random.uniform(int(trade["low"]), int(trade["high"]) * 0.8) * spread / 100) * 100
        high = round(low * random.uniform(1.1, 1.5) / 100) * 100
        lodging = Provision.FREE if not near or random.random() < 0.3 else Provision.NONE
        age = random.randrange(0, 60)
        yield {
            "employer_id": firm.row["id"],
            "centre_id": firm.row["centre_id"],
            "title": random.choice(trade["titles"].split("|")),
            "occupation_code": trade["occupation"],
            "kind": OpeningKind.LOCAL if near else OpeningKind.EXPORT,
            "headcount": random.choice((1, 2, 3, 5, 8, 10, 20, 30, 50)),
            "content": f"{trade['work']}。",
            "conditions": random.choice(("身体健康，服从安排。", "有经验优先，没做过可以学。", "吃苦耐劳，能长期做。")),
            "region_code": firm.row["region_code"],
            "wage_min_fen": low * YUAN,
            "wage_max_fen": high * YUAN,
            "base_pay_fen": max(2_180, round(low * 0.6 / 10) * 10) * YUAN,
            "wage_unit": WageUnit.MONTH,
            "employment_type": random.choices(
                (EmploymentType.DIRECT, EmploymentType.PIECEWORK, EmploymentType.SEASONAL), (7, 2, 1)
            )[0],
            "night_shift": trade["night"] == "1" and random.random() < 0.6,
            "board": Provision.FREE if lodging is Provision.FREE else Provision.NONE,
            "lodging": lodging,
            "accepts_training": random.random() < 0.5,
            "valid_from": today - timedelta(days=age),
            "valid_until": today + timedelta(days=random.randrange(7, 120)),
            "posted_at": now - timedelta(days=age, minutes=number % 600),
            "public_since": now - timedelta(days=age, minutes=number % 600),
            "verified_at": now - timedelta(days=age),
            "source_name": SOURCE,
            "external_id": f"city-{number}",
            "state": OpeningState.OPEN,
            "is_demo": True,
        }
        number += 1


def _write_workers(
    session: Session,
    random: Random,
    trades: Sequence[dict[str, str]],
    centres: Sequence[tuple[int, str]],
    numbers: Sequence[int],
    say: Say,
) -> None:
    taken: set[str] = set()
    for batch in batches(numbers):
        people, parts = [], {kind: [] for kind in (Registration, SkillProfile, WorkedOccupation, JobWish)}  # type: ignore[var-annotated]
        for person_id in batch:
            centre_id, region = random.choice(centres)
            identity, born = _identity(random, taken)
            people.append(person_row(random, person_id, centre_id, region, identity, born))
            own = {"person_id": person_id, "centre_id": centre_id}
            for kind, row in _profile(random, _trade(random, trades), region):
                parts[kind].append(own | row)
        session.execute(insert(Person), people)
        for kind, lot in parts.items():
            session.execute(insert(kind), lot)
        say(f"  workers: {batch[-1] - numbers[0] + 1:,} of {len(numbers):,}")


SERIALS = range(100, 600)
"""The serials of identity numbers of the city; the town's people have others, so that nobody is there twice."""


def _identity(random: Random, taken: set[str]) -> tuple[str, date]:
    while True:
        born = date(1960, 1, 1) + timedelta(days=random.randrange(365 * 48))
        digits = f"610499{born:%Y%m%d}{random.choice(SERIALS)}"
        if digits not in taken:
            taken.add(digits)
            return digits + identity_check(digits), born


def person_row(
    random: Random, person_id: int, centre_id: int, region: str, identity: str, born: date, source: str = SOURCE
) -> Row:
    """A generated person with encrypted numbers."""
    key_name, wrapped = privacy.new_key()
    called = random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))
    phone = f"1380{random.randrange(10**7):07d}"
    return {
        "id": person_id,
        "centre_id": centre_id,
        **name_columns(called),
        "key_name": key_name,
        "wrapped_key": wrapped,
        "identity_sealed": privacy.seal(key_name, wrapped, "identity", identity),
        "identity_index": identity_index(identity),
        "phone_sealed": privacy.seal(key_name, wrapped, "phone", phone),
        "phone_index": phone_index(phone),
        "sex": Sex.MALE if int(identity[16]) % 2 else Sex.FEMALE,
        "birth_on": born,
        "education": random.choice((Education.PRIMARY, Education.JUNIOR, Education.JUNIOR, Education.SENIOR)),
        "categories": [],
        "live_region": region,
        "home_region": region,
        "source": source,
        "is_demo": True,
    }


def _profile(random: Random, trade: dict[str, str], region: str) -> Iterator[tuple[type[Any], Row]]:
    today, now = clock.today(), clock.now()
    yield (
        Registration,
        {
            "state": RegistrationState.ACTIVE,
            "submitted_at": now,
            "valid_until_on": today + timedelta(days=random.randrange(10, 180)),
            "is_demo": True,
        },
    )
    yield SkillProfile, {"occupations_known": True, "certificates_known": False}
    yield WorkedOccupation, {"occupation": trade["occupation"], "years": random.randrange(1, 20), "self_level": 4}
    leave = random.choices((Leave.COUNTY, Leave.CITY, Leave.PROVINCE, Leave.ANY), (4, 3, 1, 2))[0]
    yield (
        JobWish,
        {
            "occupations": [trade["occupation"]],
            "regions": [region],
            "leave_home_ok": leave,
            "wage_floor_fen": random.randrange(24, 60) * 100 * YUAN,
            "night_ok": random.random() < 0.4,
            "accepts_training": random.random() < 0.6,
        },
    )
