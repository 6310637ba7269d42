"""Files damaged at random: refused by name or read, never half imported, nothing left behind."""

import random
import tempfile
from pathlib import Path

from sqlalchemy import func, select

from centre.database import open_session
from centre.errors import Refusal
from tests.training import files
from tests.training.rostering import kept, send
from tests.training.world import SYSTEM, City, add_class
from training.rosters.models import RosterUpload

SEED, TRIES = 20260309, 40


def broken(content: bytes, chance: random.Random) -> bytes:
    """The file truncated, with changed bytes, or with a repeated piece."""
    at, until = sorted(chance.randrange(len(content)) for _ in range(2))
    way = chance.randrange(3)
    if way == 0:
        return content[:until]
    if way == 1:
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 12)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)
    return content[:until] + content[at:until] + content[until:]


def test_broken_files_are_refused_or_read_and_nobody_is_imported(city: City) -> None:
    chance = random.Random(SEED)
    class_id = add_class(city)
    whole = [files.xlsx(files.titled(files.good(5))), files.text(files.titled(files.good(5)))]
    before = set(Path(tempfile.gettempdir()).iterdir())
    outcomes = set()
    for number in range(TRIES):
        content = broken(whole[number % 2], chance)
        try:
            send(city, class_id, content, ("a.xlsx", "a.csv")[number % 2])
            outcomes.add("read")
        except Refusal as refused:
            outcomes.add(refused.code)
    assert {"read", "sheet-broken"} <= outcomes
    assert kept() == (2, 0, 0)
    with open_session(SYSTEM.scope) as session:
        assert (session.scalar(select(func.count(RosterUpload.id))) or 0) <= TRIES
    assert {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if "gangqiao" in path.name} == set()
