"""A person is found by the name however it is written: either script, any dot, rare characters, pinyin."""

import pytest

from centre.database import open_session
from centre.people import Person, new_person
from centre.permissions import Actor
from matching.profiles import queries
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system()
NAMES = ("古丽·阿依", "古力·阿依", "单雄信", "𠮷样", "Anna-Maria Müller", "王龍")
ASKED = (
    ("古丽·阿依", "古丽·阿依"), ("古麗•阿依", "古丽·阿依"), ("古丽．阿", "古丽·阿依"), ("古丽阿依", "古丽·阿依"),
    ("shanxiong", "单雄信"), ("danxiong", "单雄信"), ("𠮷", "𠮷样"), ("吉样", "𠮷样"), ("王龙", "王龍"),
    ("anna maria", "Anna-Maria Müller"), ("wang long", "王龍"), ("%", ""), ("·", ""), ("_", ""),
)  # fmt: skip


def people_named(town: Town, words: str) -> list[str]:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add_all([new_person(centre_id=town.centres["wc"], name=name) for name in NAMES])
        session.flush()
        names = [person.name for person in queries.people_found(session, words)]
        session.rollback()
    return names


@pytest.mark.parametrize(("words", "name"), ASKED)
def test_a_spelling_finds_the_name_and_a_sign_finds_nobody(any_town: Town, words: str, name: str) -> None:
    assert people_named(any_town, words) == ([name] if name else [])


def test_two_names_that_sound_alike_are_both_found_by_their_pinyin(town: Town) -> None:
    assert people_named(town, "gu li a yi") == ["古力·阿依", "古丽·阿依"]


def test_a_search_that_compares_letters_as_written_is_caught(town: Town) -> None:
    with (
        planted(queries, named=Person.name_norm.startswith),
        pytest.raises(AssertionError),
    ):
        test_a_spelling_finds_the_name_and_a_sign_finds_nobody(town, "古麗•阿依", "古丽·阿依")
