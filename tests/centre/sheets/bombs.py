"""Malicious spreadsheets, generated on demand."""

import io
import zipfile
from collections.abc import Callable

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TOP = f'{_RELATIONS}<Relationship Id="r1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_BOOK_RELATIONS = (
    f'{_RELATIONS}<Relationship Id="r1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)


def workbook(rows: bytes, strings: bytes = b"", prolog: bytes = b"", extra: dict[str, bytes] | None = None) -> bytes:
    """A minimal .xlsx around the given sheet rows."""
    sheet = b'<?xml version="1.0"?>' + prolog + f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + rows
    table = f'<?xml version="1.0"?><sst xmlns="{_MAIN}">'.encode() + strings + b"</sst>"
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _TOP.encode(),
        "xl/workbook.xml": _BOOK.encode(),
        "xl/_rels/workbook.xml.rels": _BOOK_RELATIONS.encode(),
        "xl/worksheets/sheet1.xml": sheet + b"</sheetData></worksheet>",
        "xl/sharedStrings.xml": table,
        **(extra or {}),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def rectangle(corner: str) -> bytes:
    """Two cells: A1 and the last cell of the sheet."""
    row = "".join(letter for letter in corner if letter.isdigit())
    return workbook(
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{corner}"><v>1</v></c></row>'.encode()
    )


def _rows_bomb() -> bytes:
    return workbook(b"<row><c><v>1</v></c><c><v>1</v></c></row>" * 4_000_000)


def _strings_bomb() -> bytes:
    return workbook(b'<row><c t="s"><v>0</v></c></row>' * 1_000, b"<si><t>" + b"A" * 200_000_000 + b"</t></si>")


def _repeated_string_bomb() -> bytes:
    return workbook(b'<row><c t="s"><v>0</v></c></row>' * 90_000, b"<si><t>" + b"A" * 500_000 + b"</t></si>")


def _nested_zip() -> bytes:
    inner = bytes(10_000_000)
    for _ in range(3):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(16):
                archive.writestr(f"{copy}.zip", inner)
        inner = packed.getvalue()
    return inner


def _columns(count: int) -> bytes:
    return workbook(b"<row>" + b"<c><v>1</v></c>" * count + b"</row>")


def _many_entries() -> bytes:
    return workbook(b"", extra={f"xl/media/{number}.png": b"" for number in range(60_000)})


def _laughs() -> bytes:
    levels = [b'<!ENTITY l0 "ha">'] + [
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">'.encode() for level in range(1, 10)
    ]
    prolog = b"<!DOCTYPE w [" + b"".join(levels) + b"]>"
    return workbook(b'<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>', prolog=prolog)


def _hidden_corner() -> bytes:
    """The corner written with a character reference, so that no scan of the bytes sees it."""
    return workbook(b'<row r="1"><c r="A1"><v>1</v></c></row><row><c r="X&#70;D1048576"><v>1</v></c></row>')


def _compound(word: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + word.encode("utf-16-le") + bytes(512)


BOMBS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "sparse corner": (lambda: rectangle("XFD1048576"), "a.xlsx", "sheet-large"),
    "sparse corner behind a character reference": (_hidden_corner, "a.xlsx", "sheet-broken"),
    "sparse half": (lambda: rectangle("XFD1400"), "a.xlsx", "sheet-heavy"),
    "rows": (_rows_bomb, "a.xlsx", "sheet-heavy"),
    "shared strings": (_strings_bomb, "a.xlsx", "sheet-heavy"),
    "one long string in every row": (_repeated_string_bomb, "a.xlsx", "sheet-heavy"),
    "nested archives": (_nested_zip, "a.xlsx", "sheet-kind"),
    "60,000 entries": (_many_entries, "a.xlsx", "sheet-heavy"),
    "a million columns": (lambda: _columns(1_000_000), "a.xlsx", "sheet-heavy"),
    "more columns than a roster has": (lambda: _columns(513), "a.xlsx", "sheet-large"),
    "a million columns of text": (lambda: b"a," * 1_000_000, "a.csv", "sheet-large"),
    "a million lines of text": (lambda: b"a\n" * 1_000_000, "a.csv", "sheet-large"),
    "one endless quoted field": (lambda: b'"' + b"a" * 5_000_000, "a.csv", "sheet-broken"),
    "macros by name": (lambda: rectangle("B2"), "a.xlsm", "sheet-macro"),
    "macros inside": (lambda: workbook(b"", extra={"xl/vbaProject.bin": b"x"}), "a.xlsx", "sheet-macro"),
    "macros in an old file": (lambda: _compound("_VBA_PROJECT"), "a.xls", "sheet-macro"),
    "password": (lambda: _compound("EncryptedPackage"), "a.xlsx", "sheet-password"),
    "billion laughs": (_laughs, "a.xlsx", "sheet-heavy"),
    "a broken archive": (lambda: rectangle("B2")[:-200], "a.xlsx", "sheet-broken"),
    "half an old file": (lambda: _compound("nothing"), "a.xls", "sheet-broken"),
    "another archive": (lambda: _zip_of("readme.txt"), "a.xlsx", "sheet-kind"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "a.xlsx", "sheet-kind"),
    "a picture called text": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "a.csv", "sheet-kind"),
    "a web page": (lambda: "<html><table><tr><td>姓名".encode(), "a.xls", "sheet-webpage"),
    "bytes of no script": (lambda: "姓名".encode() + b"\xff\xff\xff", "a.csv", "sheet-encoding"),
    "nothing": (lambda: b"", "a.csv", "sheet-empty"),
    "an empty sheet": (lambda: workbook(b""), "a.xlsx", "sheet-empty"),
}  # fmt: skip
"""By name: the generator of the file, its file name, and the expected refusal code."""


def _zip_of(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, b"hello")
    return packed.getvalue()
