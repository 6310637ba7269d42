"""Encryption of personal data at rest: a key for each person, and a keyed blind index for search."""

import os
import re
import secrets
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from centre.settings import settings

_NONCE = 12
_KEY = re.compile(r"[0-9a-fA-F]{64}")


class KeyUnusable(RuntimeError):
    """There is no master key, or what stands in its place is none; the text says what to do."""


def _ring() -> tuple[bytes, ...]:
    """The keys of the installation, the newest first: from the settings, or from an owner-only file.

    The newest encrypts and re-wraps; the older ones decrypt what was encrypted before a rotation. A changed file
    is read again, so that a process follows a rotation. Raises KeyUnusable: a key is never created here, since
    values encrypted under a second key for the same database would be lost.
    """
    return _read_ring(settings().master_key.get_secret_value() or _file_stamp())


def _file_stamp() -> tuple[str, int, int]:
    """The key file as it is now: another content has another stamp."""
    try:
        known = key_file().stat()
    except OSError:
        return str(key_file()), 0, 0
    return str(key_file()), known.st_ino, known.st_mtime_ns


@lru_cache(maxsize=4)
def _read_ring(_stamp: str | tuple[str, int, int]) -> tuple[bytes, ...]:
    given, place = settings().master_key.get_secret_value(), "GANGQIAO_MASTER_KEY"
    if not given:
        place = str(key_file())
        try:
            given = key_file().read_text()
        except FileNotFoundError:
            raise KeyUnusable(
                f"There is no master key: {place} is missing and GANGQIAO_MASTER_KEY is empty. On a new installation "
                "run `gangqiao migrate`, which makes one; otherwise copy the key file of the first machine there."
            ) from None
        except (OSError, UnicodeError) as error:
            raise KeyUnusable(f"The master key in {place} cannot be read ({type(error).__name__}).") from None
    keys = given.replace(",", " ").split()
    if not keys or not all(_KEY.fullmatch(key) for key in keys) or len(set(keys)) < len(keys):
        raise KeyUnusable(
            f"What stands in {place} is no master key: it has to be 64 hexadecimal digits, after a rotation several "
            "different such keys, the newest first. Put the right key back from its escrow."
        )
    return tuple(bytes.fromhex(key) for key in keys)


def has_keys() -> bool:
    """Whether the settings or the key file hold anything at all."""
    return bool(settings().master_key.get_secret_value()) or key_file().exists()


def make_key() -> None:
    """Make the key file of a new installation; where one is already, it stays."""
    if not has_keys():
        _make_key_file(key_file())
    forget_keys()


def ring_marks() -> tuple[str, ...]:
    """A public digest of each key, the newest first; tells keys apart and nothing about them. Raises KeyUnusable."""
    forget_keys()  # the file may have changed since it was last read
    return tuple(key_mark(key) for key in _ring())


@lru_cache(maxsize=32)
def key_mark(key: bytes) -> str:
    """The public digest of a key."""
    return hmac_digest(key, b"mark", sha256).hex()


def key_file() -> Path:
    """Where the keys are kept when the settings do not give them."""
    return settings().data_dir / "master.key"


def add_key() -> None:
    """Add a new key at the front of the key file; new values are encrypted with it."""
    path = key_file()
    draft = path.with_name(f"{path.name}.{uuid4().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(" ".join([secrets.token_hex(32), *path.read_text().split()]))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    forget_keys()


def ring_text() -> str:
    """All keys in hexadecimal, the newest first, as the key file holds them: for the escrow alone."""
    return " ".join(key.hex() for key in _ring())


def write_key_file(content: str) -> None:
    """Put keys that were kept elsewhere into the key file of a machine that has none."""
    _make_key_file(key_file(), content)
    forget_keys()


def _make_key_file(path: Path, content: str = "") -> None:
    # Written whole under another name and then linked: a concurrent process finds a complete key or none.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content or secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def forget_keys() -> None:
    """Drop the cached keys, after the settings or the key file have changed."""
    _read_ring.cache_clear()


def _derived(purpose: str) -> bytes:
    return _derived_from(_ring()[0], purpose)


@lru_cache(maxsize=32)
def _derived_from(master: bytes, purpose: str) -> bytes:
    return hmac_digest(master, purpose.encode(), sha256)


def new_key() -> tuple[str, bytes]:
    """A new data key for one person: the name of the master key, and the data key wrapped with it."""
    box = Box.fresh()
    return box.key_name, box.wrapped_key


def seal(key_name: str, wrapped: bytes, column: str, value: str) -> bytes:
    """Encrypt a value, bound to one column of one person; it cannot be decrypted elsewhere."""
    return _encrypt(_data_key(key_name, wrapped), value.encode(), f"{key_name}:{column}")


def unseal(key_name: str, wrapped: bytes, column: str, sealed: bytes) -> str:
    """Decrypt what `seal` made. Raises cryptography's InvalidTag when it was tampered with or belongs elsewhere."""
    return _decrypt(_data_key(key_name, wrapped), sealed, f"{key_name}:{column}").decode()


class Box:
    """`seal` and `unseal` for many values under one data key, which is unwrapped once."""

    def __init__(self, key_name: str, wrapped: bytes, key: bytes = b"") -> None:
        self.key_name, self.wrapped_key = key_name, wrapped
        self._cipher = AESGCM(key or _data_key(key_name, wrapped))

    @classmethod
    def fresh(cls) -> "Box":
        """A box with a new key, which is wrapped by the master key."""
        name, key = uuid4().hex, secrets.token_bytes(32)
        return cls(name, _encrypt(_derived("wrap"), key, name), key)

    def seal(self, column: str, value: str) -> bytes:
        """Encrypt a value for one column."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value.encode(), f"{self.key_name}:{column}".encode())

    def unseal(self, column: str, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same column. Raises cryptography's InvalidTag."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{self.key_name}:{column}".encode()).decode()


_roots: dict[str, str] = {}
"""By database, the mark of the key that its blind indexes are under, as this process knows it."""


def use_root(mark: str) -> bool:
    """Compute blind indexes under this key from now on; False when it is not among the keys of this process."""
    if all(key_mark(key) != mark for key in _ring()):
        forget_keys()
        if all(key_mark(key) != mark for key in _ring()):
            return False
    _roots[settings().url] = mark
    return True


def root_mark() -> str:
    """The mark of the key under which this process computes blind indexes; empty without usable keys."""
    with suppress(KeyUnusable):
        return key_mark(_root())
    return ""


def _root() -> bytes:
    ring, mark = _ring(), _roots.get(settings().url)
    return next((key for key in ring if key_mark(key) == mark), ring[-1])


def blind_index(column: str, value: str) -> str:
    """A keyed digest for equality search in one column, under the root; useless without the master key."""
    return _digest(_root(), column, value)


def blind_indexes(column: str, value: str) -> list[str]:
    """The digests of a value under every key, the root first: one of them is the one in the database, whichever key
    its indexes are under at the moment."""
    root = _root()
    return [_digest(key, column, value) for key in (root, *(key for key in _ring() if key != root))]


def index_under(mark: str, column: str, value: str) -> str:
    """The blind index of a value under the key with a mark. Raises KeyError."""
    return _digest({key_mark(key): key for key in _ring()}[mark], column, value)


def lasting_digest(purpose: str, value: str) -> str:
    """A keyed digest that a rotation does not change, for what cannot be computed again: under the oldest key."""
    return _digest(_ring()[-1], purpose, value)


def _digest(key: bytes, purpose: str, value: str) -> str:
    return hmac_digest(_derived_from(key, f"index:{purpose}"), value.encode(), sha256).hex()


def seal_own(place: str, value: str) -> bytes:
    """Encrypt a secret of the service itself, such as an authenticator's key, bound to a `place`."""
    return _encrypt(_derived("own"), value.encode(), place)


def unseal_own(place: str, sealed: bytes) -> str:
    """Decrypt what `seal_own` made. Raises cryptography's InvalidTag when it was tampered with or moved."""
    return _opened("own", sealed, place).decode()


def rewrapped(key_name: str, wrapped: bytes) -> bytes | None:
    """A person's data key wrapped by the newest key; None when it is already. Raises cryptography's InvalidTag."""
    return _renewed("wrap", wrapped, key_name)


def resealed_own(place: str, sealed: bytes) -> bytes | None:
    """What `seal_own` made, sealed by the newest key; None when it is already. Raises cryptography's InvalidTag."""
    return _renewed("own", sealed, place)


def _renewed(purpose: str, sealed: bytes, bound_to: str) -> bytes | None:
    newest = _derived(purpose)
    with suppress(InvalidTag):
        _decrypt(newest, sealed, bound_to)
        return None
    return _encrypt(newest, _opened(purpose, sealed, bound_to), bound_to)


def token_digest(token: str) -> str:
    """The digest that is stored for a random token; the token itself is never stored."""
    return sha256(token.encode()).hexdigest()


def _data_key(key_name: str, wrapped: bytes) -> bytes:
    return _opened("wrap", wrapped, key_name)


def _opened(purpose: str, sealed: bytes, bound_to: str) -> bytes:
    # The second time with the keys as they are now: another process may have added one since this one read them.
    for forget in (False, True):
        if forget:
            forget_keys()
        for key in _ring():
            with suppress(InvalidTag):
                return _decrypt(_derived_from(key, purpose), sealed, bound_to)
    raise InvalidTag


def _encrypt(key: bytes, value: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, bound_to.encode())


def _decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
