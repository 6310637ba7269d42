"""Hashes of passwords and PINs, and the same work where there is nothing to compare with."""

import secrets
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    # OWASP's floor for argon2id: 19 MiB, two passes, one lane.
    return PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_hex(8))


def hashed(password: str) -> str:
    """The hash under which a password is kept."""
    return _hasher().hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password belongs to a hash; without one it takes as long and is never right."""
    try:
        return _hasher().verify(password, kept or _dummy_hash()) and bool(kept)
    except UnknownHashError:  # an account without a usable password
        return _hasher().verify(password, _dummy_hash()) and False
