"""Finds the header of a roster by its column names, and the rows under it that are people and not paper. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from centre.sheets.cells import Cell, HeaderMissing, Row
from centre.text import normalise

_DEPTH = 20
_NOISE = re.compile(r"[\s*:;,.、()\[\]/_\-]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FOOTER = re.compile(
    r"(?:本页|本班|全班)?(?:合计|小计|总计|共计)|(?:填表|制表|审核|经办|负责|填报|联系|校对|复核)人?|(?:学校|单位|主管)?负责人|"
    r"(?:填表|填报|制表|报送)?(?:日期|时间|单位):|(?:备注|说明|注)[0-9]?:|盖章|第[0-9]+页|以上|以下空白|共[0-9]+[人条]"
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are: field name to column (counted from 0), and the first and last row that it takes up."""

    columns: Mapping[str, int]
    titles: Mapping[int, str]
    first_row: int
    last_row: int

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


def find_header(rows: Sequence[Row], aliases: Mapping[str, Sequence[str]], *, required: Sequence[str] = ()) -> Header:
    """The row, or the two rows, among the first 20 that name most fields. Raises HeaderMissing.

    `aliases` says for each field what people call its column; spaces, signs, brackets and script do not matter.
    Every `required` field must be there, and at least two fields in all (one, if there is only one to find).
    """
    known = {_level(alias): field for field, names in aliases.items() for alias in (field, *names)}
    best: Header | None = None
    for at, row in enumerate(rows[:_DEPTH]):
        below = rows[at + 1] if at + 1 < len(rows) and rows[at + 1].number == row.number + 1 else None
        for second in (None, below) if below else (None,):
            header = _matched(row, second, known)
            if best is None or header.rank > best.rank:
                best = header
    missing = [field for field in required if best is None or field not in best.columns]
    if best is None or missing or len(best.columns) < min(2, len(aliases)):
        wanted = missing or list(aliases)
        raise HeaderMissing(expected="、".join((aliases[field] or (field,))[0] for field in wanted))
    return best


def read_titles(titles: Sequence[Cell], aliases: Mapping[str, Sequence[str]]) -> Header:
    """The header that one row of titles makes, however few of them are known."""
    known = {_level(alias): field for field, names in aliases.items() for alias in (field, *names)}
    return _matched(Row(1, titles), None, known)


def body(rows: Sequence[Row], header: Header) -> Iterator[Row]:
    """The rows under the header, without repeated headers, subtotals, signature lines and numbered blanks."""
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
        yield row


def _matched(row: Row, below: Row | None, known: Mapping[str, str]) -> Header:
    columns: dict[str, int] = {}
    titles: dict[int, str] = {}
    above = ""
    for column in range(max(len(row.cells), len(below.cells) if below else 0)):
        top, under = _title(row.cell(column)), _title(below.cell(column)) if below else ""
        above = top or (above if under else "")  # a title merged over several columns stands in the first of them
        ways = [above + under, under, above] if below else [top]
        field = next((known[way] for way in map(_level, ways) if way in known), None)
        field = field or next((known[way] for way in map(_level_without_brackets, ways) if way in known), None)
        if any(ways):
            titles[column] = ways[0] if above != under else above
        if field:
            columns.setdefault(field, column)
    return Header(columns, titles, row.number, below.number if below else row.number)


def _title(cell: Cell) -> str:
    return cell[:60] if isinstance(cell, str) else ""


def _level(title: str, keep: str = "") -> str:
    return _NOISE.sub(lambda noise: "".join(sign for sign in noise[0] if sign in keep), normalise(title[:60]))


def _level_without_brackets(title: str) -> str:
    return _level(_BRACKETS.sub("", normalise(title[:60])))
