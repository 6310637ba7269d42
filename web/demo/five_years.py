"""The five-year ledger of the source article: 49,154 services in 60 months, spread over 14 centres by a fixed rule.

The totals are the article's; centres, months, majors and single amounts are made up so that they add up to them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows, new_ids
from centre.calendar import add_months
from centre.ledger import Channel, ServiceCategory, ServiceEvent
from centre.network import Centre
from centre.tallies.queries import Wanted, sums
from web.demo.files import rows

SINCE, UNTIL, MONTHS = date(2002, 9, 1), date(2007, 8, 31), 60
C = ServiceCategory
COUNTS = {C.TRAINING: 3_600, C.INTERMEDIATION: 9_200, C.PETITION: 22_100, C.LEGAL: 1_372, C.RELIEF: 12_882}
RELIEF_FEN = 535_000_000
PROGRAMME, YANGTZE, PEARL = "article", "article:yrd", "article:prd"
YUAN = 100


def fill(session: Session) -> None:
    """Add the article's ledger, once."""
    if session.scalar(select(ServiceEvent.id).where(ServiceEvent.programme == PROGRAMME).limit(1)) is not None:
        return
    centres = list(session.scalars(select(Centre.id).order_by(Centre.code)))
    entries = list(services(centres))
    ids = new_ids(session, ServiceEvent, len(entries))
    insert_rows(session, ServiceEvent, [{"id": number, **entry} for number, entry in zip(ids, entries, strict=True)])


def services(centres: list[int]) -> Iterator[dict[str, Any]]:
    """The services: centre, month, channel and major follow from the number within the category (RE-01)."""
    majors = list(rows("majors"))
    for category, count in COUNTS.items():
        for number in range(count):
            at = _moment(number)
            yield {
                "occurred_at": at,
                "recorded_at": at,
                "centre_id": centres[number % len(centres)],
                "category": category,
                "channel": Channel.HOTLINE if category is C.PETITION and is_call(number) else Channel.COUNTER,
                "topic": majors[number % len(majors)]["name"] if category is C.TRAINING else "",
                "programme": _programme(number) if category is C.TRAINING else PROGRAMME,
                "amount_fen": _amount(category, number, majors),
                "subject": f"article:{category.value}:{number}",
            }


def is_call(number: int) -> bool:
    """Whether a petition came by telephone: 94 of each 221, evenly spread."""
    return 94 * number // 221 != 94 * (number + 1) // 221


def _moment(number: int) -> datetime:
    month = add_months(SINCE, number % MONTHS)
    return datetime(month.year, month.month, 1, 9, tzinfo=clock.SHANGHAI) + timedelta(days=number // MONTHS % 28)


def _programme(number: int) -> str:
    """Every second trainee left for the deltas: two of three for the Yangtze delta, one for the Pearl River delta."""
    if number % 2 == 0:
        return PROGRAMME
    return PEARL if number // 2 % 3 == 2 else YANGTZE


def _amount(category: ServiceCategory, number: int, majors: list[dict[str, str]]) -> int | None:
    if category is C.TRAINING:
        return int(majors[number % len(majors)]["centre"]) * YUAN
    if category is C.RELIEF:  # equal shares to the fen
        most = COUNTS[C.RELIEF]
        return RELIEF_FEN * (number + 1) // most - RELIEF_FEN * number // most
    return None


@dataclass(frozen=True, slots=True)
class Schooling:
    """What the trainees of the five schools add up to: person-times, lesson hours, yuan."""

    schools: Counter[str]
    yangtze: int
    pearl: int
    hours: int
    money: Counter[str]


def schooling(session: Session) -> Schooling:
    """The training part of the ledger with the price table of the majors (RE-03)."""
    majors = {row["name"]: row for row in rows("majors")}
    centres = list(session.scalars(select(Centre.id).order_by(Centre.code)))
    by_major = sums(session, Wanted(SINCE, UNTIL, centres), ("category", "topic", "programme"))
    schools, money, away, hours = Counter[str](), Counter[str](), Counter[str](), 0
    for (category, topic, programme), part in by_major.items():
        if category is not C.TRAINING:
            continue
        row, times = majors[topic], part.person_times
        schools[row["provider"]] += times
        away[programme] += times
        money.update({name: times * int(row[name]) for name in ("tuition", "waiver", "centre")})
        hours += times * int(row["hours"])
    money["learner"] = money["tuition"] - money["waiver"] - money["centre"]
    return Schooling(schools, away[YANGTZE], away[PEARL], hours, money)
