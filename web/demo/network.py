"""A million invented services of the last five years, so that reports meet a whole network's ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows, new_ids
from centre.calendar import add_months
from centre.ledger import Channel, ServiceCategory, ServiceEvent
from centre.network import Centre
from centre.people import Person
from centre.tallies.jobs import count_ledger, counted
from web.demo.files import rows
from web.demo.five_years import COUNTS

SERVICES, BATCH, MONTHS = 1_000_000, 20_000, 60
PROGRAMME = "demo:network"
REVERSED, ANONYMOUS = 0.003, 0.1
TOPICS = {
    ServiceCategory.INTERMEDIATION: ("找工作咨询", "6-04-02-01", "6-05-01-03", "4-10-01-06"),
    ServiceCategory.PETITION: ("拖欠工资", "劳动争议", "生活困难", "找工作咨询", "其他"),
    ServiceCategory.LEGAL: ("劳动合同", "工伤", "社会保险"),
    ServiceCategory.RELIEF: ("生活困难", "助学", "看病减免"),
}


def fill(session: Session, *, seed: int, say: Callable[[str], None], services: int = SERVICES) -> None:
    """Add the services, the same ones for the same seed, and count them; a second time adds nothing."""
    if session.scalar(select(ServiceEvent.id).where(ServiceEvent.programme == PROGRAMME).limit(1)) is not None:
        return
    random = Random(seed)
    centres = list(session.scalars(select(Centre.id).order_by(Centre.code)))
    people = list(session.scalars(select(Person.id).where(Person.is_demo).order_by(Person.id)))
    majors = [row["name"] for row in rows("majors")]
    for first in range(0, services, BATCH):
        count = min(BATCH, services - first)
        ids = new_ids(session, ServiceEvent, count)
        batch: list[dict[str, Any]] = []
        for number in ids:
            if batch and random.random() < REVERSED:
                batch.append(_reversal(number, batch[-1]))
            else:
                batch.append(_service(random, number, centres, people, majors))
        insert_rows(session, ServiceEvent, batch)
        say(f"  services: {first + count:,} of {services:,}")
    session.flush()
    count_ledger(session, counted(session))


def _service(
    random: Random, number: int, centres: list[int], people: list[int], majors: list[str]
) -> dict[str, Any]:  # fmt: skip
    category = random.choices(list(COUNTS), list(COUNTS.values()))[0]
    at = _moment(random)
    calls = category is ServiceCategory.PETITION and random.random() < 0.425
    known = random.random() >= (ANONYMOUS * 4 if calls else 0)
    fen = None
    if category is ServiceCategory.RELIEF:
        fen = random.randrange(10_000, 80_000, 100)
    elif category is ServiceCategory.TRAINING:
        fen = random.choice((20_000, 50_000, 80_000))
    return {
        "id": number,
        "occurred_at": at,
        "recorded_at": at,
        "centre_id": random.choice(centres),
        "category": category,
        "channel": Channel.HOTLINE if calls else Channel.COUNTER,
        "topic": random.choice(majors if category is ServiceCategory.TRAINING else TOPICS[category]),
        "programme": PROGRAMME,
        "person_id": random.choice(people) if known and people else None,
        "amount_fen": fen,
        "reverses_id": None,
    }


def _reversal(number: int, service: dict[str, Any]) -> dict[str, Any]:
    """The service before was entered by mistake, unless it was a reversal itself: then another one like it."""
    if service["reverses_id"] is not None:
        return service | {"id": number, "reverses_id": None, "amount_fen": abs(service["amount_fen"] or 0) or None}
    fen = service["amount_fen"]
    return service | {"id": number, "reverses_id": service["id"], "amount_fen": -fen if fen else None}


def _moment(random: Random) -> datetime:
    """An hour of the last five years, before today."""
    month = add_months(clock.today().replace(day=1), -random.randrange(1, MONTHS + 1))
    start = datetime(month.year, month.month, 1, 8, tzinfo=clock.SHANGHAI)
    return start + timedelta(days=random.randrange(28), minutes=random.randrange(600))
