"""Signed letters: what they carry, forgeries refused (10^6 in the long run), erasure, and the link that answers."""

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.permissions import Actor
from centre.records.erasure import erase_person
from centre.signing import FORMAT, SignatureWrong, key_name, published_keys
from matching.introductions import actions
from matching.introductions.credentials import LetterSkill, SkillBasis, letter_facts, verified_letter
from matching.introductions.links import answer_path, introduction_of_link
from matching.introductions.models import Introduction
from matching.introductions.rules import EDITABLE, Recommendation
from matching.introductions.verification import check_letter, key_list, keys_of
from matching.profiles.models import WorkedOccupation
from tests.matching import world
from tests.matching.world import Town
from tests.ordeal.lengths import LONG

SYSTEM = Actor.system()
FORGERIES = 1_000_000 if LONG else 4_000


def letter(town: Town, *, verified_by: str = "") -> Introduction:
    """A letter for a spinner of 18 years."""
    with open_session(SYSTEM.scope, write=True) as session:
        person_id = world.add_worker(session, town).id
        if verified_by:
            row = session.scalars(select(WorkedOccupation).where(WorkedOccupation.person_id == person_id)).one()
            row.verified_by, row.verified_level = verified_by, 4
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings["spin"], agreed=True)
    with open_session(clerk.scope, write=True) as session:
        return actions.recommend_worker(session, clerk, draft=draft)


def keys() -> dict[str, bytes]:
    with open_session(SYSTEM.scope) as session:
        return published_keys(session)


def coded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def test_a_letter_carries_its_facts_and_says_who_vouches_for_a_skill(any_town: Town) -> None:
    issued = letter(any_town, verified_by="渭城区中心")
    facts = verified_letter(f"https://x.example/letters/verify#{issued.signed_letter}", keys())
    assert (facts.number, facts.worker, facts.title) == (issued.letter_no, "王秀兰", "纺纱工(细纱值车)")
    assert facts.pay == "5,500–7,500 元/月"
    assert facts.expires_on - facts.issued_on == timedelta(days=7)
    assert facts.skills == (LetterSkill("纺纱工", "四级/中级工 18 年", SkillBasis.VERIFIED, "渭城区中心"),)
    assert issued.skills == [skill.as_row() for skill in facts.skills]
    assert keys_of(key_list(keys())) == keys()


def test_own_words_are_marked_as_such_and_nothing_secret_is_on_the_letter(town: Town) -> None:
    issued = letter(town)
    facts = verified_letter(issued.signed_letter, keys())
    assert [skill.is_verified for skill in facts.skills] == [False]
    carried = facts.payload().decode()
    assert all(secret not in carried for secret in (world.W1[1], "13800000001", answer_path(issued)))


def forged(rng: random.Random, genuine: str, foreign: Ed25519PrivateKey) -> str:
    """One forgery: a changed payload, a changed signature, a foreign key under its own or a stolen name."""
    form, name, payload, signature = genuine.split(".")
    facts = letter_facts(_plain(payload))
    kind = rng.randrange(5)
    if kind == 0:
        facts = replace(facts, worker=f"李{rng.random()}")
        return ".".join((form, name, coded(facts.payload()), signature))
    if kind == 1:
        raw = bytearray(_plain(signature))
        raw[rng.randrange(64)] ^= 1 << rng.randrange(8)
        return ".".join((form, name, payload, coded(bytes(raw))))
    if kind == 2:
        return ".".join((form, name, payload, coded(rng.randbytes(64))))
    own = coded(foreign.sign(b"gangqiao:letter:" + _plain(payload)))
    stolen = name if kind == 3 else key_name(foreign.public_key().public_bytes_raw())
    return ".".join((FORMAT, stolen, payload, own))


def _plain(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_forged_letters_are_refused_and_the_genuine_one_is_not(town: Town) -> None:
    genuine, known = letter(town).signed_letter, keys()
    rng, foreign = random.Random(14), Ed25519PrivateKey.generate()
    accepted = 0
    for _ in range(FORGERIES):
        text = forged(rng, genuine, foreign)
        assert text != genuine
        try:
            verified_letter(text, known)
        except SignatureWrong:
            continue
        accepted += 1
    assert accepted == 0
    assert verified_letter(genuine, known).worker == "王秀兰"
    # the harness sees an accepted forgery: with the foreign key among the known ones, its letters pass
    planted = known | {key_name(foreign.public_key().public_bytes_raw()): foreign.public_key().public_bytes_raw()}
    assert any(_passes(forged(rng, genuine, foreign), planted) for _ in range(50))


def _passes(text: str, known: dict[str, bytes]) -> bool:
    try:
        verified_letter(text, known)
    except SignatureWrong:
        return False
    return True


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"[1]", b'[2,"","","","","","","","","2026-01-01","x",[]]'])
def test_a_signed_text_that_is_no_letter_is_refused(payload: bytes) -> None:
    with pytest.raises(SignatureWrong):
        letter_facts(payload)


def test_a_checked_letter_tells_whether_it_still_counts(town: Town) -> None:
    issued = letter(town)
    with open_session(Actor.public().scope) as session:
        assert check_letter(session, issued.signed_letter).is_current
    with clock.frozen(world.MONDAY + timedelta(days=8)), open_session(Actor.public().scope) as session:
        later = check_letter(session, issued.signed_letter)
        assert (later.is_current, later.is_void) == (False, False)
        assert later.facts.expires_on == date(2026, 3, 16)


def test_an_erased_person_leaves_no_signed_letter(any_town: Town) -> None:
    issued = letter(any_town)
    with open_session(SYSTEM.scope, write=True) as session:
        erase_person(session, SYSTEM, person_id=issued.person_id)
    with open_session(SYSTEM.scope) as session:
        row = session.scalars(select(Introduction)).one()
        assert (row.signed_letter, row.skills, row.letter_no) == ("", [], issued.letter_no)


def test_the_answer_link_needs_its_code_and_ends_with_the_letter(town: Town) -> None:
    issued = letter(town)
    number, code = answer_path(issued).split("/")[2:]
    with open_session(Actor.public().scope) as session:
        assert introduction_of_link(session, number, code).id == issued.id
        for wrong in (code[:-1] + ("0" if code[-1] != "0" else "1"), "", "é", code.upper() + "x"):
            with pytest.raises(NotFound):
                introduction_of_link(session, number, wrong)
    late = clock.frozen(world.MONDAY + EDITABLE + timedelta(days=1))
    with late, open_session(Actor.public().scope) as session, pytest.raises(NotFound):
        introduction_of_link(session, number, code)
