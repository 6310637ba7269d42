"""What a scope may see, as one option: readers of one kind share a compiled statement, and each sees the own rows."""

import pytest
from sqlalchemy import select

from centre.criteria import Criteria
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.people import Person, new_person
from centre.permissions import Actor, Role
from centre.scopes import _criteria
from tests.planted import planted

SYSTEM = Actor.system()
CLERKS = [Actor(account_id=number, roles=frozenset({Role.CLERK}), centre_id=number) for number in (1, 2)]
WORKER = Actor(account_id=3, roles=frozenset({Role.JOBSEEKER}), person_id=2)


@pytest.fixture(autouse=True)
def two_counties(any_database: str) -> None:
    """Two centres with one person each."""
    with open_session(SYSTEM.scope, write=True) as session:
        for number in (1, 2):
            place = {"level": CentreLevel.COUNTY, "region_code": f"61040{number}"}
            session.add(Centre(id=number, code=f"C{number}", name="中心", **place))
            session.flush()
            session.add(new_person(centre_id=number, name=f"甲{number}"))
            session.flush()


def seen(actor: Actor) -> list[str]:
    with open_session(actor.scope) as session:
        return list(session.scalars(select(Person.name)))


def test_each_reader_sees_their_own_rows() -> None:
    assert [seen(actor) for actor in (*CLERKS, WORKER, CLERKS[0])] == [["甲1"], ["甲2"], ["甲2"], ["甲1"]]


def test_readers_of_one_kind_share_a_compiled_statement() -> None:
    shapes = [_criteria(actor.scope).shape for actor in (*CLERKS, WORKER, SYSTEM)]
    assert shapes[0] == shapes[1]
    assert len(set(shapes)) == 3


def test_planted_criteria_without_their_values_are_caught() -> None:
    with planted(Criteria, _gen_cache_key=lambda criteria, _names, _values: (Criteria, criteria.shape)):
        assert [seen(actor) for actor in CLERKS] != [["甲1"], ["甲2"]]
