"""Tables in plain text: the encoding, the delimiter under which the header is there, JSON. Child process only."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from centre.sheets.inbox import Refused, too_large
from centre.sheets.limits import Limits
from centre.sheets.marks import Unread

DAMAGED = "\ufffd"
_RARE = "，；"
"""Signs of sentences; they part columns only where the known headings say so."""
_DELIMITERS = ",\t;|" + _RARE
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[,;\t ]{0,20}(?:\r\n|\r|\n|$)', re.IGNORECASE)
_LOOK_AHEAD = 20
_NOISE = re.compile(r"[\s*:：;；,，、\"'()（）\[\]【】/_\-—.。|]+")
_BRACKETS = re.compile(r"[(（\[【][^(（\[【)）\]】]{0,40}[)）\]】]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff]")
_MOST_BROKEN = 20
"""More broken characters than this in UTF-8 are another encoding."""

Headings = Sequence[str]


def csv_rows(data: bytes, limits: Limits, headings: Headings) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a CSV with the numbers that a spreadsheet program shows; a `sep=` line has none. Raises Refused."""
    text = decoded(data, headings)
    if "\0" in text:
        raise Refused("sheet-kind")
    csv.field_size_limit(20_000)
    if separator := _SEPARATOR_LINE.match(text):
        text, delimiter = text[separator.end() :], separator[1]
    else:
        delimiter = _delimiter(text, headings)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > limits.rows or len(row) > limits.columns:
                too_large(limits)
            yield number, [_cell(cell) for cell in row]
    except csv.Error as error:
        raise Refused("sheet-broken") from error


def json_rows(data: bytes, limits: Limits) -> Iterator[tuple[int, list[Any]]]:
    """The records of an array, or of JSON Lines, under row 0 with their names; nested values are `Unread`.

    The number of a record is that of its line, or its place in the array. Raises Refused.
    """
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("sheet-encoding") from None
    records = list(_array(text) if text.lstrip().startswith("[") else _lines(text))
    if len(records) > limits.rows:
        too_large(limits)
    names = list(dict.fromkeys(name for _, record in records for name in record))
    if len(names) > limits.columns:
        too_large(limits)
    yield 0, [name or " " for name in names]
    for number, record in records:
        yield number, [_value(record.get(name)) for name in names]


def _array(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("line-broken", row=1) from None
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise Refused("line-broken", row=number)
        yield number, record


def _lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise Refused("line-broken", row=number) from None
        if not isinstance(record, dict):
            raise Refused("line-broken", row=number)
        yield number, record


def _value(value: Any) -> Any:
    """A value of JSON as a cell: lists of plain values with ; between them, anything else as what it is."""
    if isinstance(value, int) and abs(value) >= 10**15:
        return str(value)  # exact here, unlike the numbers of a spreadsheet
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ";".join(str(part).strip() for part in value if str(part).strip())
    return Unread("nested", json.dumps(value, ensure_ascii=False)[:500])


def decoded(data: bytes, headings: Headings) -> str:
    """By byte-order mark, else UTF-16 if it has NUL bytes, else strict UTF-8, else GB18030 or Big5 by their characters.

    Text that is UTF-8 but for a few broken characters is UTF-8; the cells with them are named. Raises Refused.
    """
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding) or _refused()
    if b"\0" in data[:4000]:
        wide = [text for encoding in ("utf-16-le", "utf-16-be") if (text := _strict(data, encoding))]
        return max(wide, key=lambda text: _likeness(text, headings, 0.0), default="") or _refused()
    text = _strict(data, "utf-8-sig")
    if text is not None:
        return text
    broken = data.decode("utf-8-sig", "replace")
    if broken.count(DAMAGED) <= _MOST_BROKEN and len(_HAN.findall(broken)) > 4 * broken.count(DAMAGED):
        return broken
    simplified, traditional = _strict(data, "gb18030"), _strict(data, "big5hkscs")
    if simplified is None or traditional is None:
        return simplified or traditional or _refused()
    common_gb, common_big5 = _common(simplified, "gb2312", 0xB0, 0xD7), _common(traditional, "big5", 0xA4, 0xC6)
    # A file in GB18030 that is read as Big5 by mistake is worse than the other way round: there are many more of them.
    is_big5 = _likeness(traditional, headings, common_big5) > _likeness(simplified, headings, common_gb) + 0.15
    return traditional if is_big5 else simplified


def _refused() -> str:
    raise Refused("sheet-encoding")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likeness(text: str, headings: Headings, common: float) -> float:
    head = {heading_key(cell) for cell in re.split(r"[,\t;|\r\n，；]", text[:20_000])}
    return common + sum(heading in head for heading in headings)


def _common(text: str, encoding: str, first: int, last: int) -> float:
    """The share of Han characters that stand among the common ones of an encoding."""
    han = _HAN.findall(text[:50_000])
    common = sum(first <= code[0] <= last for code in (sign.encode(encoding, "ignore") for sign in han) if code)
    return common / len(han) if han else 0.0


def _delimiter(text: str, headings: Headings) -> str:
    """The delimiter under which most known headings stand in one row, else the one that makes the rows alike."""
    known = set(headings)
    ranks = []
    for delimiter in _DELIMITERS:
        rows = _first_rows(text, delimiter)
        named = max((sum(bool(_ways(cell) & known) for cell in row) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = max(widths.items(), key=lambda item: item[0] * item[1], default=(0, 0))
        ranks.append((named, width * times if delimiter not in _RARE or named else 0, delimiter))
    best = max(ranks, key=lambda rank: rank[:2])
    return best[2]


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _LOOK_AHEAD:
                break
    except csv.Error:
        return rows
    return rows


def _ways(cell: str) -> set[str]:
    return {heading_key(cell), heading_key(_BRACKETS.sub("", cell))} - {""}


def heading_key(cell: str) -> str:
    """A title without the signs and spaces that people put into titles."""
    return _NOISE.sub("", cell).casefold()


def _cell(cell: str) -> Any:
    if DAMAGED in cell:
        return Unread("damaged", cell)
    # `="0123"` is how other systems keep a spreadsheet from dropping leading zeros.
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
