"""Signed texts: verified without a database, one spelling each, keys that are replaced and rewrapped."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from centre import privacy
from centre.database import open_session
from centre.permissions import Actor
from centre.rekeying import rewrap_everything
from centre.signing import (
    SignatureWrong,
    SigningKey,
    published_keys,
    replace_signing_key,
    sign_payload,
    verified_payload,
)

SYSTEM = Actor.system()
ORDER_OF_THE_GROUP = 2**252 + 27742317777372353535851937790883648493


def signed(payload: bytes = "内容".encode(), purpose: str = "letter") -> tuple[str, dict[str, bytes]]:
    with open_session(SYSTEM.scope, write=True) as session:
        return sign_payload(session, purpose, payload), published_keys(session)


def is_refused(text: str, keys: dict[str, bytes], purpose: str = "letter") -> bool:
    try:
        verified_payload(text, purpose, keys)
    except SignatureWrong:
        return True
    return False


def test_a_signed_text_verifies_offline_and_the_same_payload_gives_the_same_text(any_database: object) -> None:
    text, keys = signed()
    assert verified_payload(text, "letter", keys) == "内容".encode()
    assert signed()[0] == text
    assert verified_payload(f" {text}\n", "letter", keys) == "内容".encode()


def test_every_changed_character_another_purpose_or_key_is_refused(database: object) -> None:
    text, keys = signed()
    for at in range(len(text)):
        other = "A" if text[at] != "A" else "B"
        assert is_refused(text[:at] + other + text[at + 1 :], keys), at
        assert is_refused(text[:at] + text[at + 1 :], keys), at
    assert is_refused(text, keys, purpose="invoice")
    assert is_refused(text, {})
    assert is_refused("", keys)
    assert is_refused("GQ1.a.b.é", keys)


def test_a_signature_has_one_form_only(database: object) -> None:
    text, keys = signed()
    head, _, tail = text.rpartition(".")
    raw = urlsafe_b64decode(tail + "==")
    shifted = (int.from_bytes(raw[32:], "little") + ORDER_OF_THE_GROUP).to_bytes(32, "little")
    assert is_refused(f"{head}.{urlsafe_b64encode(raw[:32] + shifted).rstrip(b'=').decode()}", keys)
    spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = tail[:-1] + spare[spare.index(tail[-1]) ^ 1]
    assert urlsafe_b64decode(twin + "==") == raw  # the same bytes under another spelling
    assert is_refused(f"{head}.{twin}", keys)


def test_a_replaced_key_still_verifies_what_it_signed(any_database: object) -> None:
    old, _ = signed()
    with open_session(SYSTEM.scope, write=True) as session:
        replace_signing_key(session, SYSTEM)
    new, keys = signed()
    assert old != new
    assert len(keys) == 2
    assert verified_payload(old, "letter", keys) == verified_payload(new, "letter", keys)


def test_the_secret_half_is_sealed_and_survives_a_rotation_of_the_master_key(database: object) -> None:
    text, _ = signed()
    privacy.add_key()
    rewrap_everything()
    with open_session(SYSTEM.scope) as session:
        (key,) = session.query(SigningKey).all()
        assert privacy.resealed_own(f"signing:{key.name}", key.secret_sealed) is None
    assert signed()[0] == text


@pytest.mark.parametrize("role", ["jobseeker", "clerk", "employer"])
def test_only_who_keeps_the_rules_replaces_the_key(role: str, database: object) -> None:
    from centre.errors import Forbidden
    from centre.permissions import Role

    actor = Actor(account_id=1, roles=frozenset({Role(role)}))
    with pytest.raises(Forbidden), open_session(SYSTEM.scope, write=True) as session:
        replace_signing_key(session, actor)
