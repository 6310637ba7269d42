"""Which master keys the database was written under (密钥核对): compared before anything is sealed.

The database keeps a digest of every key in force, never a key. A process whose keys are missing, malformed, wrong or
another machine's finds that out before it writes, and says what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from centre import audit, clock, privacy
from centre.database import open_session
from centre.key_marks import KeyMark, WrongKey, follow_root, root_in_force
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.settings import settings

SYSTEM = Actor.system()


class KeyTrouble(RuntimeError):
    """The master keys cannot be used; the text tells an operator what to do."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A master key by its check value, never the key (密钥): since when, and where it stands."""

    check_value: str
    added_at: datetime
    split_at: datetime | None
    is_root: bool
    is_newest: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class KeyState:
    """The master keys of an installation (密钥情况); `trouble` is empty when they fit the database."""

    lines: tuple[KeyLine, ...]
    trouble: str

    @property
    def is_escrowed(self) -> bool:
        """Whether every key was written in two halves since it came."""
        return all(line.split_at is not None for line in self.lines)


_checked: set[tuple[str, str, str]] = set()


def check_keys() -> None:
    """Compare the keys of this process with the marks in the database; an unmarked database takes them over.

    Raises KeyTrouble, and DBAPIError when the database does not answer.
    """
    try:
        ring = privacy.ring_marks()
    except privacy.KeyUnusable as error:
        raise KeyTrouble(str(error)) from None
    marks = _marks()
    if not marks:
        _adopt(ring)
        marks = _marks()
    _compare(ring, marks)
    with open_session(SYSTEM.scope) as session:
        follow_root(session)
    _checked.add(_here())


def require_right_keys() -> None:
    """Compare the keys before the first write of a process; afterwards this costs nothing. Raises WrongKey."""
    if _here() in _checked:
        return
    try:
        check_keys()
    except KeyTrouble:
        raise WrongKey from None


def mark_new_keys() -> None:
    """After a rotation: mark the keys of this process that have no mark yet. Raises KeyTrouble."""
    ring = privacy.ring_marks()
    with open_session(SYSTEM.scope, write=True) as session:
        marks = {mark.digest: mark.place for mark in session.scalars(select(KeyMark))}
        if marks and not set(marks) <= set(ring):
            raise KeyTrouble(_missing_text(set(marks) - set(ring)))
        place = max(marks.values(), default=-1)
        for digest in reversed(ring):
            if digest not in marks:
                place += 1
                session.add(_mark(place, digest))


def note_split(ring: Sequence[str]) -> None:
    """Note that keys were written in two halves, so that pages tell which ones no escrow holds."""
    with open_session(SYSTEM.scope, write=True) as session:
        for mark in session.scalars(select(KeyMark).where(KeyMark.digest.in_(ring))):
            mark.split_at = clock.now()
        audit.note(session, SYSTEM, action="keys.split", subject="keys", detail={"count": len(ring)})


def key_state(session: Session, actor: Actor) -> KeyState:
    """Which master keys there are by their check values, when they came, and whether the escrow holds the newest."""
    require(actor, Permission.READ_OPERATION)
    trouble = key_trouble()
    try:
        here = set(privacy.ring_marks())
    except privacy.KeyUnusable:
        here = set()
    with seeing_everything(session):
        marks = session.scalars(select(KeyMark).order_by(KeyMark.place)).all()
        root = root_in_force(session)
    newest = max((mark.place for mark in marks), default=0)
    lines = (
        KeyLine(
            mark.digest[:8],
            mark.added_at,
            mark.split_at,
            is_root=mark.digest == root,
            is_newest=mark.place == newest,
            is_here=mark.digest in here,
        )
        for mark in marks
    )
    return KeyState(tuple(lines), trouble)


def prepare_keys() -> None:
    """Check the keys at set-up and at upgrades; an empty database without a key gets a new one. Raises KeyTrouble."""
    if not privacy.has_keys():
        if _marks() or _sealed_example() is not None:
            raise KeyTrouble(_absent_text())
        privacy.make_key()
    check_keys()


def _mark(place: int, digest: str) -> KeyMark:
    """A new mark; the indexes of a database without marks are under the oldest key."""
    return KeyMark(place=place, digest=digest, roots_at=None if place else clock.now())


def _here() -> tuple[str, str, str]:
    known = settings()
    return known.url, known.master_key.get_secret_value(), str(privacy.key_file())


def _marks() -> dict[str, int]:
    with open_session(SYSTEM.scope) as session:
        return {mark.digest: mark.place for mark in session.scalars(select(KeyMark))}


def _adopt(ring: tuple[str, ...]) -> None:
    """Mark the keys of this process as those of a database that has no mark; of two machines one is first."""
    example = _sealed_example()
    if example is not None and not _opens(example):
        raise KeyTrouble(
            "The master key does not open the personal data in the database. Put the key with which the service ran "
            f"until now into {privacy.key_file()} or GANGQIAO_MASTER_KEY, then try again."
        )
    try:
        with open_session(SYSTEM.scope, write=True) as session:
            for place, digest in enumerate(reversed(ring)):
                session.add(_mark(place, digest))
    except IntegrityError:  # another machine was first; the comparison says whether it has the same key
        return


def _compare(ring: tuple[str, ...], marks: dict[str, int]) -> None:
    missing, unknown = set(marks) - set(ring), set(ring) - set(marks)
    if not missing and not unknown:
        return
    if not missing:
        raise KeyTrouble(
            f"Key {_short(unknown)} is not yet known to the database. If you added it on purpose, run "
            "`gangqiao keys rewrap` on one machine; otherwise take it out."
        )
    raise KeyTrouble(_missing_text(missing) if missing != set(marks) else _foreign_text(unknown, marks))


def _missing_text(missing: set[str]) -> str:
    return (
        f"Key {_short(missing)}, under which data were written, is not among the keys of this machine. Copy the key "
        f"file of the machine that rotated the keys to {privacy.key_file()}, or put all keys into GANGQIAO_MASTER_KEY, "
        "the newest first."
    )


def _foreign_text(unknown: set[str], marks: dict[str, int]) -> str:
    return (
        f"The database was written under key {_short(set(marks))}, but this machine has key {_short(unknown)}. Copy "
        f"the key file of the first machine, or join the two halves with `gangqiao keys join`, into "
        f"{privacy.key_file()}. Nothing was written."
    )


def _absent_text() -> str:
    return (
        f"The database was written under a master key, but there is none in {privacy.key_file()} nor in "
        "GANGQIAO_MASTER_KEY. Copy the key file of the first machine there, or join the two halves with "
        "`gangqiao keys join`. A new key would not open the data, so none is made."
    )


def _short(digests: set[str]) -> str:
    return ", ".join(sorted(digest[:8] for digest in digests))


def _sealed_example() -> tuple[str, bytes] | None:
    """The name and wrapped key of one person, to try a key on; None when nothing is sealed yet."""
    with open_session(SYSTEM.scope) as session:
        row: Any = session.execute(
            select(Person.key_name, Person.wrapped_key)
            .where(Person.wrapped_key != b"")
            .order_by(Person.id.desc())
            .limit(1)
        ).first()
    return (row.key_name, row.wrapped_key) if row else None


def _opens(example: tuple[str, bytes]) -> bool:
    try:
        privacy.rewrapped(*example)
    except InvalidTag:
        return False
    return True


def is_ready() -> bool:
    """Whether this process may write, as far as keys go; asks the database each time."""
    try:
        check_keys()
    except KeyTrouble:
        return False
    return True


def key_trouble() -> str:
    """What an operator reads about the keys; empty when they are right or the database does not answer yet."""
    try:
        check_keys()
    except KeyTrouble as trouble:
        return str(trouble)
    except DBAPIError:
        return ""
    return ""


def matching_digest(session: Session, digest: str) -> bool:
    """Whether a key is one that the database was written under."""
    return session.scalar(select(KeyMark.place).where(KeyMark.digest == digest)) is not None
