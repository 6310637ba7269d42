"""R21: the time of a refusal does not reveal whether the account exists."""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from scipy.stats import rankdata
from sqlalchemy.orm import Session

from centre import privacy
from centre.accounts import Caller, by_password, codes, passwords, queries, request_code
from centre.accounts.actions import create_account
from centre.accounts.models import OneTimeCode
from centre.database import open_session
from centre.errors import Refusal
from centre.permissions import Actor, Role
from tests.ordeal.lengths import length
from tests.planted import planted

SYSTEM = Actor.system()
PAIRS, ROUNDS, ALLOWED = length(200, 2_000), 4, 0.05
PASSWORD = "麦子熟了就回家乡"

Attempt = Callable[[int], object]


def auc(known: list[float], unknown: list[float]) -> float:
    """How well the time tells the two apart: 0.5 not at all, 0 or 1 always."""
    ranks = rankdata(known + unknown)
    return float((ranks[: len(known)].sum() - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown)))


def seconds(attempt: Attempt, number: int) -> float:
    started = time.perf_counter()
    with suppress(Refusal):
        attempt(number)
    return time.perf_counter() - started


def measured(known: Attempt, unknown: Attempt, pairs: int = PAIRS) -> float:
    """The AUC of 200 interleaved pairs; where chance alone may have moved it, of more of them (at most 800)."""
    times: tuple[list[float], list[float]] = ([], [])
    likelihood = 0.5
    for turn in range(ROUNDS):
        for pair in range(pairs):
            number = turn * pairs + pair
            # Who comes second profits from warm caches, so the two take turns at it.
            order = (0, 1) if secrets.randbelow(2) else (1, 0)
            for side in order:
                times[side].append(seconds((known, unknown)[side], number))
        likelihood = auc(*times)
        if abs(likelihood - 0.5) <= ALLOWED or abs(likelihood - 0.5) > 0.25:
            break
    return likelihood


@pytest.fixture(autouse=True)
def _accounts(database: str) -> None:
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        for number in range(50):
            create_account(
                session, SYSTEM, login=f"138000000{number:02d}", name="x", password=PASSWORD, roles={Role.JOBSEEKER}
            )


def sign_in(name: str) -> Attempt:
    return lambda number: by_password(f"{name}{number % 50:02d}", "wrong-password", Caller(f"host{number}"))


def test_a_wrong_password_takes_as_long_for_unknown_names() -> None:
    likelihood = measured(sign_in("138000000"), sign_in("139000000"))
    assert abs(likelihood - 0.5) <= ALLOWED


def test_a_planted_shortcut_for_unknown_names_is_caught() -> None:
    with planted(queries, fits=lambda password, kept: bool(kept) and passwords.fits(password, kept)):
        assert measured(sign_in("138000000"), sign_in("139000000"), pairs=40) > 0.9


def ask(name: str) -> Attempt:
    return lambda number: request_code(f"{name}{number % 50:02d}", Caller(f"host{number}"))


def test_a_planted_shortcut_for_unknown_telephones_is_caught() -> None:
    def shortcut(session: Session, sent: OneTimeCode, phone: str, code: str) -> None:
        if sent.account_id is not None:
            send(session, sent, phone, code)

    send = codes._post
    with planted(codes, spend_all=lambda *_: None, _post=shortcut):
        assert measured(ask("138000000"), ask("139000000")) > 0.5 + ALLOWED


def test_asking_for_a_code_takes_as_long_for_unknown_telephones() -> None:
    # The limits of a telephone and of a host are the same for everybody; without them one telephone can ask often.
    with planted(codes, spend_all=lambda *_: None):
        likelihood = measured(ask("138000000"), ask("139000000"))
    assert abs(likelihood - 0.5) <= ALLOWED
