"""The marks of an old .xls: the records of hidden rows, hidden columns and error values. Child process only.

An .xls is a compound file (MS-CFB) whose stream `Workbook` is a row of records (MS-XLS): two bytes of kind, two of
length, then the data.
"""

import struct
from collections.abc import Iterator, Mapping

from centre.sheets.marks import Marks, Unread

_FREE = 0xFFFFFFF0
_BOUNDSHEET, _BOF, _EOF, _FORMULA, _BOOLERR, _ROW, _COLINFO = 0x85, 0x809, 0x0A, 0x06, 0x205, 0x208, 0x7D
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def marks(data: bytes, most: int) -> Mapping[str, Marks]:
    """The marks of every worksheet by its name; none for a file whose structure is not understood."""
    try:
        stream = _stream(data)
        sheets = {name: _sheet(stream, at, most) for name, at in _names(stream)}
    except (struct.error, IndexError, ValueError):
        return {}
    return sheets


def _names(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, record in _records(stream, 0):
        if kind == _BOUNDSHEET:
            (at,) = struct.unpack_from("<I", record)
            length, is_wide = record[6], record[7] & 1
            text = record[8 : 8 + length * (2 if is_wide else 1)]
            yield text.decode("utf-16-le" if is_wide else "latin-1"), at


def _sheet(stream: bytes, at: int, most: int) -> Marks:
    marked = Marks()
    for kind, record in _records(stream, at):
        if kind == _ROW and struct.unpack_from("<H", record, 12)[0] & 0x20:
            marked.hidden_rows.add(struct.unpack_from("<H", record)[0])
        elif kind == _COLINFO and struct.unpack_from("<H", record, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", record)
            marked.hidden_columns.update(range(first, min(last + 1, most)))
        elif kind == _BOOLERR and record[7]:
            marked.unread[struct.unpack_from("<HH", record)] = _error(record[6])
        elif kind == _FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
            marked.unread[struct.unpack_from("<HH", record)] = _error(record[8])
    return marked


def _error(code: int) -> Unread:
    return Unread("error", _ERRORS.get(code, "#ERR"))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(data: bytes) -> bytes:
    """The stream `Workbook` (or `Book`) of a compound file. Raises ValueError."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small_size = 1 << struct.unpack_from("<H", data, 32)[0]
    (first_directory,) = struct.unpack_from("<I", data, 48)
    least, first_small, _, first_difat, _ = struct.unpack_from("<5I", data, 56)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _FREE]
    while first_difat < _FREE and len(tables) < len(data) // size:
        entries = struct.unpack(f"<{size // 4}I", sector(first_difat))
        tables += [number for number in entries[:-1] if number < _FREE]
        first_difat = entries[-1]
    fat = [number for table in tables for number in struct.unpack(f"<{size // 4}I", sector(table))]

    def chain(number: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):
            if number >= _FREE:
                return
            yield number
            number = table[number]

    directory = b"".join(sector(number) for number in chain(first_directory, fat))
    entries_by_name = {}
    for at in range(0, len(directory), 128):
        entry = directory[at : at + 128]
        (length,) = struct.unpack_from("<H", entry, 64)
        entries_by_name[entry[: max(length - 2, 0)].decode("utf-16-le", "replace")] = struct.unpack_from(
            "<II", entry, 116
        )
    name = next((name for name in ("Workbook", "Book") if name in entries_by_name), None)
    if name is None:
        raise ValueError("no workbook in the file")
    start, length = entries_by_name[name]
    if length >= least:
        return b"".join(sector(number) for number in chain(start, fat))[:length]
    mini = b"".join(sector(number) for number in chain(entries_by_name["Root Entry"][0], fat))
    small = [number for part in chain(first_small, fat) for number in struct.unpack(f"<{size // 4}I", sector(part))]
    return b"".join(mini[at * small_size : (at + 1) * small_size] for at in chain(start, small))[:length]
