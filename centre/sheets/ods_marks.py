"""The marks of an .ods: hidden rows and columns, and cells with an error or without the result of their formula. Child
process only."""

import io
import zipfile
from collections.abc import Mapping
from xml.parsers import expat

from centre.sheets.marks import Marks, Unread

_HIDDEN = ("collapse", "filter")
_ERRORS = ("#", "Err:")


def marks(data: bytes, most: int) -> Mapping[str, Marks]:
    """The marks of every sheet by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    scan = _Scan(most)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.CharacterDataHandler = scan.text
    parser.Parse(content, True)
    return scan.sheets


class _Scan:
    def __init__(self, most: int) -> None:
        self.sheets: dict[str, Marks] = {}
        self.most = most
        self.current = Marks()
        self.row = self.column = self.rows = self.columns = 0
        self.hidden_columns = 0
        self.cell: dict[str, str] | None = None
        self.written = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.current = self.sheets[attributes.get("table:name", "")] = Marks()
            self.row = self.hidden_columns = 0
        elif tag == "table:table-column":
            count = _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                last = min(self.hidden_columns + count, self.most)
                self.current.hidden_columns.update(range(self.hidden_columns, last))
            self.hidden_columns += count
        elif tag == "table:table-row":
            self.rows = _count(attributes, "table:number-rows-repeated")
            self.column = 0
            if attributes.get("table:visibility") in _HIDDEN:
                self.current.hidden_rows.update(range(self.row, self.row + min(self.rows, self.most)))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.cell, self.written = attributes, ""

    def text(self, text: str) -> None:
        if self.cell is not None and len(self.written) < 100:
            self.written += text

    def end(self, tag: str) -> None:
        if tag == "table:table-row":
            self.row += self.rows
        elif tag in ("table:table-cell", "table:covered-table-cell") and self.cell is not None:
            self._close(self.cell)
            self.column += _count(self.cell, "table:number-columns-repeated")
            self.cell = None

    def _close(self, cell: dict[str, str]) -> None:
        formula = cell.get("table:formula")
        is_error = cell.get("calcext:value-type") == "error" or (formula and self.written.startswith(_ERRORS))
        if is_error:
            self.current.unread[self.row, self.column] = Unread("error", self.written[:100] or "#ERR")
        elif formula and "office:value-type" not in cell and not self.written:
            self.current.unread[self.row, self.column] = Unread("formula", f"={formula.partition('=')[2]}"[:100])


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 9 else 1
