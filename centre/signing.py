"""Signed text that anybody can check without asking us: Ed25519 keys of the installation (签名密钥).

A signed text is `GQ1.<key>.<payload>.<signature>`, the last two in base64url without padding. The signature covers the
purpose as well, so that a text signed for one use is no good for another. The secret halves are sealed under the master
key and never leave the database; the public halves are published, those of retired keys too, so that old texts verify.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import ColumnElement, LargeBinary, String, false, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, clock, privacy
from centre.errors import Refusal
from centre.permissions import Actor, Permission, Scope, require
from centre.scopes import seeing_everything
from centre.tables import Instant, Record
from centre.translation import N_

FORMAT = "GQ1"
MOST = 4_000
"""The longest text that is read as a signed one."""


class SigningKey(Record):
    """A key pair with which the installation signs; the newest signs, the older ones only verify (签名密钥)."""

    place: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(16), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it; the public half is published."""
        return false()


class SignatureWrong(Refusal):
    """The text was not signed by this installation, or was changed since."""

    code = "signature-wrong"
    status = 422
    message = N_("验不过：这不是本中心签发的，或者内容被改过")


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts of a signed text (签名文本)."""

    key: str
    payload: bytes
    signature: bytes


def key_name(public_key: bytes) -> str:
    """The short public name of a key: eight bytes of its digest."""
    return sha256(public_key).hexdigest()[:16]


def secret_place(name: str) -> str:
    """What the sealed secret half of a key is bound to."""
    return f"signing:{name}"


def sign_payload(session: Session, purpose: str, payload: bytes) -> str:
    """Sign a payload with the newest key, making an installation's first; the same again gives the same text."""
    with seeing_everything(session):
        key = _newest(session) or _first(session)
        secret = bytes.fromhex(privacy.unseal_own(secret_place(key.name), key.secret_sealed))
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(_message(purpose, payload))
    return ".".join((FORMAT, key.name, _coded(payload), _coded(signature)))


def published_keys(session: Session) -> dict[str, bytes]:
    """The public halves of all keys by name, the newest first."""
    with seeing_everything(session):
        rows = session.scalars(select(SigningKey).order_by(SigningKey.place.desc())).all()
    return {row.name: row.public_key for row in rows}


def split_signed(text: str) -> Signed:
    """The parts of a signed text, unverified. Raises SignatureWrong for anything that is not exactly in the format."""
    parts = text.strip().split(".")
    if len(text) > MOST or len(parts) != 4 or parts[0] != FORMAT:
        raise SignatureWrong
    payload, signature = _plain(parts[2]), _plain(parts[3])
    # One text, one spelling: spare bits of base64 would give a second text with the same signature.
    if len(signature) != 64 or _coded(payload) != parts[2] or _coded(signature) != parts[3]:
        raise SignatureWrong
    return Signed(parts[1], payload, signature)


def verified_payload(text: str, purpose: str, keys: Mapping[str, bytes]) -> bytes:
    """The payload of a signed text whose signature is right; needs no database. Raises SignatureWrong."""
    signed = split_signed(text)
    public_key = keys.get(signed.key)
    if public_key is None:
        raise SignatureWrong
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed.signature, _message(purpose, signed.payload))
    except (InvalidSignature, ValueError):
        raise SignatureWrong from None
    return signed.payload


def replace_signing_key(session: Session, actor: Actor) -> str:
    """Sign with a new key from now on; earlier texts stay valid. Returns the name of the new key."""
    require(actor, Permission.MANAGE_POLICY)
    with seeing_everything(session):
        newest = _newest(session)
        if newest is not None:
            newest.retired_at = clock.now()
        key = _made(newest.place + 1 if newest else 1)
        session.add(key)
        session.flush()
    audit.note(session, actor, action="signing.replace", subject=f"key:{key.name}")
    return key.name


def _newest(session: Session) -> SigningKey | None:
    return session.scalar(select(SigningKey).order_by(SigningKey.place.desc()).limit(1))


def _first(session: Session) -> SigningKey:
    try:
        with session.begin_nested():
            session.add(_made(1))
            session.flush()
    except IntegrityError:
        pass  # another process has just made it
    return session.scalars(select(SigningKey).order_by(SigningKey.place.desc()).limit(1)).one()


def _made(place: int) -> SigningKey:
    secret = Ed25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw()
    name = key_name(public)
    sealed = privacy.seal_own(secret_place(name), secret.private_bytes_raw().hex())
    return SigningKey(place=place, name=name, public_key=public, secret_sealed=sealed)


def _message(purpose: str, payload: bytes) -> bytes:
    return f"gangqiao:{purpose}:".encode() + payload


def _coded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _plain(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SignatureWrong from None
