"""Where an exhibitor pays less than the suitable ask for, the organiser sees it and tells the exhibitor once."""

import pytest
from sqlalchemy import select

from centre.accounts import Account
from centre.database import open_session
from centre.numbers import identity_check
from centre.outbox import Message
from centre.permissions import Actor, Role
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth
from employers.fairs.queries import fair as fair_in_sight
from employers.openings.models import Opening
from matching.fairs.invitations.pay import NoPayGap, pay_gaps, tell_of_pay
from tests.employers.world import ORGANISER, add_hall, at, booth_fair
from tests.matching import world
from tests.matching.world import MONDAY, Town

SYSTEM = Actor.system()
BOSS = "南通海门织彩(虚构)"
FLOORS = (500_000, 800_000, 812_345, 820_000, 900_000)
"""What five spinners ask for a month, in fen: the middle one is 8,100 yuan in whole tens, the opening's best 7,500."""


def exhibiting(town: Town) -> int:
    """A fair next week at which the spinning mill shows its opening."""
    later = MONDAY.date().replace(day=20)
    with open_session(SYSTEM.scope, write=True) as session:
        account = Account(login="mill", name="王", password_hash="-", roles=[Role.EMPLOYER])
        account.employer_id = town.employers[BOSS]
        session.add(account)
        fair = booth_fair(session, add_hall(session), starts_at=at(9, day=later), ends_at=at(12, day=later))
        draft = BoothDraft(contact_name="王", opening_ids=(town.openings["spin"],))
        booth = apply_for_booth(session, town.boss(BOSS), fair_id=fair.id, draft=draft)
        approve_booth(session, ORGANISER, booth_id=booth.id)
        for place, floor in enumerate(FLOORS):
            digits = f"61049919800101{100 + place:03d}"
            who = (f"工{chr(0x4E00 + place)}", digits + identity_check(digits))
            world.add_worker(session, town, who, phone=f"13{place:09d}", wage_floor_fen=floor)
        return fair.id


def test_an_exhibitor_hears_once_what_the_suitable_ask_for(town: Town) -> None:
    fair_id = exhibiting(town)
    opening_id = town.openings["spin"]
    with open_session(SYSTEM.scope) as session:
        (row,) = pay_gaps(session, fair_in_sight(session, fair_id))
    assert (row.reach.asked_fen, row.reach.high_fen, row.reach.gap_fen) == (810_000, 750_000, 60_000)
    for _ in range(2):
        with open_session(SYSTEM.scope, write=True) as session:
            tell_of_pay(session, ORGANISER, fair_id=fair_id, opening_id=opening_id)
    with open_session(SYSTEM.scope) as session:
        (text,) = session.scalars(select(Message.body).where(Message.dedupe_key.contains("booth-pay"))).all()
    assert "8100" in text.replace(",", "")
    assert "7500" in text.replace(",", "")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, opening_id).wage_max_fen = 900_000
    with open_session(SYSTEM.scope, write=True) as session, pytest.raises(NoPayGap):
        tell_of_pay(session, ORGANISER, fair_id=fair_id, opening_id=opening_id)
