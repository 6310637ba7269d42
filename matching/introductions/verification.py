"""Verifying a letter of introduction: the signature, and the letter's present state (推荐信核验)."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.scopes import seeing_everything
from centre.signing import published_keys
from matching.introductions.credentials import LetterFacts, verified_letter
from matching.introductions.models import Introduction
from matching.introductions.rules import DONE, IntroductionState


class KeyList(TypedDict):
    """The published keys as a file (公钥清单): names and public halves in base64url."""

    use: str
    algorithm: str
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """A letter whose signature is right, and whether it still counts (核验结果).

    Nothing beyond the letter itself is shown: of an ended introduction only that it has ended.
    """

    facts: LetterFacts
    is_current: bool
    is_void: bool


def key_list(keys: Mapping[str, bytes]) -> KeyList:
    """Public keys in the form in which they are published."""
    coded = {name: urlsafe_b64encode(key).rstrip(b"=").decode() for name, key in keys.items()}
    return {"use": "letter", "algorithm": "Ed25519", "keys": coded}


def keys_of(published: KeyList) -> dict[str, bytes]:
    """The public keys of a published list. Raises KeyError or ValueError for anything else."""
    coded = {name: text.replace("-", "+").replace("_", "/") for name, text in published["keys"].items()}
    return {name: b64decode(text + "=" * (-len(text) % 4)) for name, text in coded.items()}


def check_letter(session: Session, text: str) -> CheckedLetter:
    """Check a letter as its QR code carries it. Raises SignatureWrong."""
    facts = verified_letter(text, published_keys(session))
    with seeing_everything(session):
        state = session.scalar(select(Introduction.state).where(Introduction.letter_no == facts.number))
    is_void = state is None or state is IntroductionState.VOID
    is_current = not is_void and state not in DONE and facts.expires_on >= clock.today()
    return CheckedLetter(facts, is_current, is_void)
