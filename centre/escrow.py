"""The master keys in two halves (密钥托管): one half alone reveals nothing, both together restore the keys.

One half goes into a safe, the other to another person. What one half lacks is a one-time pad, so that no
computer ever finds the keys from one of them.
"""

import re
import secrets
from hashlib import sha256

_HALF = re.compile(r"GQ1-([0-9a-f]{8})-([AB])-((?:[0-9a-f]{64})+)-([0-9a-f]{8})")


class HalvesUnusable(ValueError):
    """The two texts are no two halves of one split; the text says what is wrong."""


def split_keys(ring: str) -> tuple[str, str]:
    """Two halves of what stands in the key file."""
    keys = bytes.fromhex("".join(ring.replace(",", " ").split()))
    pad = secrets.token_bytes(len(keys))
    other = bytes(key_byte ^ pad_byte for key_byte, pad_byte in zip(keys, pad, strict=True))
    name = secrets.token_hex(4)
    return _written(name, "A", pad), _written(name, "B", other)


def join_keys(first: str, second: str) -> str:
    """What stood in the key file, the newest key first. Raises HalvesUnusable."""
    (first_name, first_place, first_half), (second_name, second_place, second_half) = _read(first), _read(second)
    if first_name != second_name:
        raise HalvesUnusable("these halves belong to two different splits")
    if first_place == second_place or len(first_half) != len(second_half):
        raise HalvesUnusable("this is twice the same half; the other one begins with the same eight digits")
    keys = bytes(a ^ b for a, b in zip(first_half, second_half, strict=True)).hex()
    return " ".join(keys[at : at + 64] for at in range(0, len(keys), 64))


def _written(name: str, place: str, half: bytes) -> str:
    return f"GQ1-{name}-{place}-{half.hex()}-{_check(name, place, half)}"


def _read(text: str) -> tuple[str, str, bytes]:
    matched = _HALF.fullmatch("".join(text.split()))
    if matched is None:
        raise HalvesUnusable("this is no half: it begins with GQ1- and ends with eight digits; type all of it")
    name, place, half = matched[1], matched[2], bytes.fromhex(matched[3])
    if _check(name, place, half) != matched[4]:
        raise HalvesUnusable("a digit of this half is wrong")
    return name, place, half


def _check(name: str, place: str, half: bytes) -> str:
    return sha256(f"{name}{place}".encode() + half).hexdigest()[:8]
