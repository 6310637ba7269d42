"""Finds the header of a roster by its column names, and the rows under it that are people and not paper. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from centre.sheets.cells import Cell, HeaderHidden, HeaderMissing, Row
from centre.text import normalise

_DEPTH = 20
_HEADER_ROWS = 3
_NOISE = re.compile(r"[\s*:;,.、()\[\]/_\-]+")
_TOTAL = re.compile(
    r"(?:本页|本表|本班|全班|全部|各项|岗位|人数|以上|单位|年度|月度){0,3}(?:合计|小计|总计|共计|累计|总和|总人数|平均值?|subtotal|grandtotal|total|sum)"
    r"(?:人数|数|人|岗位|[(:][^()]{0,12}\)?|[0-9]{1,6}[人个条名]){0,3}"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FOOTER = re.compile(
    r"(?:本页|本班|全班)?(?:合计|小计|总计|共计)|(?:填表|制表|审核|经办|负责|填报|联系|校对|复核)人?|(?:学校|单位|主管)?负责人|"
    r"(?:填表|填报|制表|报送)?(?:日期|时间|单位):|(?:备注|说明|注)[0-9]?:|盖章|第[0-9]+页|以上|以下空白|共[0-9]+[人条]"
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are: field name to column (counted from 0), and the first and last row that it takes up.

    `hidden` are the titles of columns that the spreadsheet does not show; no field is read from them.
    """

    columns: Mapping[str, int]
    titles: Mapping[int, str]
    first_row: int
    last_row: int
    hidden: Mapping[int, str] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, int]:
        """More fields are better, then fewer rows."""
        return len(self.columns), self.first_row - self.last_row

    @property
    def unknown(self) -> dict[int, str]:
        """Titles of columns that no field claimed."""
        known = set(self.columns.values())
        return {column: title for column, title in self.titles.items() if column not in known}

    def read(self, row: Row) -> dict[str, Cell]:
        """The cells of one row by field name."""
        return {field: row.cell(column) for field, column in self.columns.items()}


def find_header(
    rows: Sequence[Row],
    aliases: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str] = (),
    hidden: Collection[int] = (),
) -> Header:
    """The row, or the two or three rows, among the first 20 that name most fields.

    `aliases` says for each field what people call its column; spaces, signs, brackets and script do not matter.
    Every `required` field must be there, and at least two fields in all (one, if there is only one to find). Columns of
    `hidden` count for no field. Raises HeaderMissing, or HeaderHidden where only a hidden column has a required field.
    """
    known = _known(aliases)
    best: Header | None = None
    for at, row in enumerate(rows[:_DEPTH]):
        group = [row]
        for below in (None, *rows[at + 1 : at + _HEADER_ROWS]):
            if below is not None:
                if below.number != group[-1].number + 1:
                    break
                group.append(below)
            header = _matched(group, known, hidden)
            if best is None or header.rank > best.rank:
                best = header
    missing = [name for name in required if best is None or name not in best.columns]
    if best is None or missing or len(best.columns) < min(2, len(aliases)):
        titles = [title for title in (best.hidden.values() if best else ()) if known.get(_level(title)) in missing]
        if titles:
            raise HeaderHidden(expected="、".join(titles))
        wanted = missing or list(aliases)
        raise HeaderMissing(expected="、".join((aliases[name] or (name,))[0] for name in wanted))
    return best


def read_titles(titles: Sequence[Cell], aliases: Mapping[str, Sequence[str]]) -> Header:
    """The header that one row of titles makes, however few of them are known."""
    return _matched([Row(1, titles)], _known(aliases))


def body(rows: Sequence[Row], header: Header) -> Iterator[Row]:
    """The rows under the header, without repeated headers, totals, signature lines and numbered blanks."""
    titles = {column: _level(title) for column, title in header.titles.items()}
    for row in rows:
        if row.number <= header.last_row:
            continue
        filled = [(column, value) for column, value in enumerate(row.cells) if value is not None]
        if len(filled) == 1 and (isinstance(filled[0][1], int) or filled[0][0] not in titles):
            continue
        if not any(isinstance(value, str) and value[:14].isdecimal() and len(value) > 14 for _, value in filled):
            repeated = sum(isinstance(value, str) and titles.get(column) == _level(value) for column, value in filled)
            if repeated > 1 and 2 * repeated >= len(filled):
                continue
        first = _level(str(filled[0][1]), keep=":")
        if _FOOTER.match(first) and sum(column in header.columns.values() for column, _ in filled) <= 3:
            continue
        if is_total(row):
            continue
        yield row


def is_total(row: Row) -> bool:
    """Whether a row is a total: one of its first three cells says so and nothing else."""
    texts = [value for value in row.cells[:12] if isinstance(value, str)][:3]
    return any(_TOTAL.fullmatch(_level(text, keep=":()")) for text in texts if len(text) < 25)


def other_header(row: Row, header: Header, aliases: Mapping[str, Sequence[str]]) -> bool:
    """Whether a row under a header names columns in another order: a second table begins there."""
    texts = [value for value in row.cells if value is not None]
    if len(texts) < 2 or not all(isinstance(value, str) for value in texts):
        return False
    other = _matched([row], _known(aliases))
    if len(other.columns) < 2 or 2 * len(other.columns) < len(texts):
        return False
    return any(header.columns.get(name) != column for name, column in other.columns.items())


def _known(aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {_level(alias): field for field, names in aliases.items() for alias in (field, *names)}


def _matched(rows: Sequence[Row], known: Mapping[str, str], hidden: Collection[int] = ()) -> Header:
    """The fields that the titles of one to three rows name; a title merged over several columns stands in the first."""
    columns: dict[str, int] = {}
    titles: dict[int, str] = {}
    unseen: dict[int, str] = {}
    above = [""] * len(rows)
    for column in range(max(len(row.cells) for row in rows)):
        cells = [_title(row.cell(column)) for row in rows]
        for at in range(len(rows) - 1):
            if cells[at]:
                above[at + 1 :] = [""] * (len(rows) - at - 1)
            above[at] = cells[at] or (above[at] if any(cells[at + 1 :]) else "")
        above[-1] = cells[-1]
        parts = list(dict.fromkeys(part for part in above if part))
        ways = ["".join(parts), *reversed(parts)]
        field = next((known[way] for way in map(_level, ways) if way in known), None)
        field = field or next((known[way] for way in map(_level_without_brackets, ways) if way in known), None)
        if ways[0] and column in hidden:
            unseen[column] = ways[0]
        elif ways[0]:
            titles[column] = ways[0]
            if field:
                columns.setdefault(field, column)
    return Header(columns, titles, rows[0].number, rows[-1].number, unseen)


def _title(cell: Cell) -> str:
    return cell[:60] if isinstance(cell, str) else ""


def _level(title: str, keep: str = "") -> str:
    return _NOISE.sub(lambda noise: "".join(sign for sign in noise[0] if sign in keep), normalise(title[:60]))


def _level_without_brackets(title: str) -> str:
    return _level(_BRACKETS.sub("", normalise(title[:60])))
