"""The child's side of the conversation: what it was asked, how it answers, and the checks before any parser runs."""

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from centre.sheets.limits import Limits, apply

_MACRO_NAMES = re.compile(r"vbaproject|xl/macrosheets/|^basic/|^scripts/", re.IGNORECASE)
_MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlam", ".xlsb", ".xla", ".xlt")
# Only references beyond column Z or row 9,999 are checked: ordinary files have few of them, so the scan costs little.
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE = re.compile(rb"""\br\s*=\s*["']([A-Z]{2,8})[0-9]""")
_TALL = re.compile(rb"""\br\s*=\s*["'][A-Z]{0,8}([0-9]{5,12})["']""")
_CHUNK = 1 << 20


class Refused(Exception):
    """Tells the parent which refusal to raise. The child knows codes only: importing the words would cost time."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def answer(work: Callable[[dict[str, Any], bytes, Limits], bytes]) -> None:
    """Read the question, bind the process, work, and write `+` and the answer, or `!` and a refusal."""
    stream = sys.stdin.buffer
    question = json.loads(stream.read(int.from_bytes(stream.read(8), "big")))
    limits = Limits(**question.pop("limits"))
    apply(limits)
    try:
        result = b"+" + work(question, stream.read(), limits)
    except Refused as refused:
        result = b"!" + json.dumps({"code": refused.code, "params": refused.params}).encode()
    except MemoryError:
        result = b'!{"code": "sheet-heavy", "params": {}}'
    sys.stdout.buffer.write(result)
    sys.stdout.buffer.flush()


def kind_of(data: bytes, filename: str, limits: Limits) -> str:
    """xlsx, xls, ods, csv or json by what the file is, not by what it is called. Raises Refused."""
    lower = filename.lower()
    if lower.endswith(_MACRO_SUFFIXES):
        raise Refused("sheet-macro")
    if not data.strip():
        raise Refused("sheet-empty")
    if data.startswith(b"PK"):
        return _archive_kind(data, limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound_kind(data)
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"mime-version")):
        raise Refused("sheet-webpage")
    if lower.endswith((".jsonl", ".ndjson", ".json")):
        return "json"
    if lower.endswith((".csv", ".txt", ".tsv")) or (lower.endswith((".xls", ".xlsx")) and _is_text(data)):
        return "csv"  # many programs write tables as text and call them .xls
    raise Refused("sheet-kind")


def _is_text(data: bytes) -> bool:
    if data.startswith((b"%PDF", b"{\\rtf")):
        return False
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or not _CONTROLS.search(data[:4000])


def too_large(limits: Limits) -> NoReturn:
    """Refuse for the number of rows, columns or cells."""
    raise Refused("sheet-large", rows=limits.rows, columns=limits.columns)


def _archive_kind(data: bytes, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(_MACRO_NAMES.search(part) for part in names):
                raise Refused("sheet-macro")
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > limits.entries or unpacked > limits.unpacked:
                raise Refused("sheet-heavy")
            if unpacked > limits.ratio_from and unpacked > limits.ratio * len(data):
                raise Refused("sheet-heavy")
            if any(part.flag_bits & 1 for part in parts):
                raise Refused("sheet-password")
            kind = "ods" if "content.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
            if not kind:
                raise Refused("sheet-kind")
            for part in parts:
                _look_through(archive, part, kind, limits)
            return kind
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError) as broken:
        raise Refused("sheet-broken") from broken


def _look_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo, kind: str, limits: Limits) -> None:
    """Read every XML part once, in pieces: no document types, no cell at the far corner, no lie about the size."""
    if not part.filename.endswith((".xml", ".rels")):
        return
    sheet = kind == "xlsx" and "worksheets/" in part.filename
    width = height = 1
    for chunk in _chunks(archive, part):
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise Refused("sheet-heavy")
        if sheet:
            width = max([width, *(_column(letters) for letters in set(_WIDE.findall(chunk)))])
            height = max([height, *(int(digits) for digits in set(_TALL.findall(chunk)))])
            if width * height > 16 * limits.cells or width > 16_384:
                too_large(limits)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            yield tail + piece
            tail = piece[-32:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _compound_kind(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("sheet-password")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Refused("sheet-macro")
    return "xls"
