"""The marks of an .xlsx: its sheets' XML read once for what the reader of values leaves out. Child process only."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from centre.sheets.marks import Marks, Unread

_WORTH_READING = re.compile(rb"""\bhidden\s*=|\bt\s*=\s*["']e["']|<(?:[A-Za-z0-9]+:)?f[\s/>]""")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = ("1", "true")
_SHOWN = 100


def marks(data: bytes, most: int) -> Mapping[str, Marks]:
    """The marks of every worksheet by its name."""
    marked: dict[str, Marks] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        for name, part in _sheets(archive):
            if part not in parts:
                continue
            content = archive.read(part)
            if _WORTH_READING.search(content):
                marked[name] = _Scan(most).read(content)
    return marked


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet, and the part of the archive with its cells."""
    targets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = posixpath.normpath(
                target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            )

    sheets: list[tuple[str, str]] = []

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            link = next((value for name, value in attributes.items() if _local(name) == "id"), "")
            sheets.append((attributes.get("name", ""), link))

    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation)
    _parse(archive.read("xl/workbook.xml"), sheet)
    return ((name, targets[link]) for name, link in sheets if link in targets)


def _parse(content: bytes, start: object) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.Parse(content, True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Scan:
    """One pass over the cells of a sheet. Cells and rows without a reference follow the one before."""

    def __init__(self, most: int) -> None:
        self.marks = Marks()
        self.most = most
        self.row = self.column = -1
        self.type = ""
        self.inside = ""
        self.formula: str | None = None
        self.value: str | None = None

    def read(self, content: bytes) -> Marks:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)
        return self.marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _column(match[1]) if match else self.column + 1
            self.row = int(match[2]) - 1 if match else self.row
            self.type = attributes.get("t", "")
            self.formula = self.value = None
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = -1
            if attributes.get("hidden") in _TRUE:
                self.marks.hidden_rows.add(self.row)
        elif tag == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.marks.hidden_columns.update(range(first - 1, min(last, self.most)))
        elif tag == "f":
            self.inside, self.formula = "f", ""
        elif tag == "v":
            self.inside, self.value = "v", ""

    def _text(self, text: str) -> None:
        if self.inside == "f" and self.formula is not None:
            self.formula += text[:_SHOWN]
        elif self.inside == "v" and self.value is not None:
            self.value += text[:_SHOWN]

    def _end(self, tag: str) -> None:
        tag = _local(tag)
        if tag in ("f", "v"):
            self.inside = ""
        elif tag == "c":
            if self.type == "e":
                self.marks.unread[self.row, self.column] = Unread("error", self.value or "#ERR")
            elif self.formula is not None and not self.value and not (self.type == "str" and self.value is not None):
                # A formula of text with an empty result says so (t="str"); without a type there is no result.
                self.marks.unread[self.row, self.column] = Unread("formula", f"={self.formula[:_SHOWN]}")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
