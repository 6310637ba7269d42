"""Rosters in the shapes that programs write them: the right people, or the cell and the row that must be checked."""

from pathlib import Path

import openpyxl
import pytest

from centre.database import open_session
from tests.planted import planted
from tests.training.rostering import confirm, readings, row_ids, send
from tests.training.world import SYSTEM, City, add_class
from training.rosters import queries
from training.rosters.editing import edit_row
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterVerdict

DATA = Path(__file__).parent / "data"

PEOPLE = {
    "cr-only.csv": {2: "秦样一"},
    "pipe.csv": {2: "尤样一"},
    "semicolon-title.csv": {3: "周样二"},
    "sep-line.csv": {2: "朱样一"},
    "title-comma.csv": {3: "何样一"},
    "title-semicolon.csv": {3: "吕样一"},
    "title-tab.tsv": {3: "许样一"},
    "empty-shared.xlsx": {3: "李样一"},
    "far-styled.xlsx": {2: "韩样一"},
    "noref.xlsx": {2: "沈样一", 3: "沈样二"},
    "phonetic.xlsx": {2: "蒋样一"},
    "strict.xlsx": {2: "郑样一"},
    "merged-two-row.xlsx": {3: "褚样一", 4: "褚样二", 5: "褚样三"},
    "mac1904.xlsx": {2: "冯样一", 3: "冯样二"},
    "hidden-row.xlsx": {2: "吴样一"},
    "utf8-cut.csv": {2: "杨样一"},
    "utf8-one-bad-byte.csv": {2: "杨样一"},
    "newline.csv": {2: "陈样一"},
    "unicode-text.txt": {3: "周样一"},
    "semicolon-comma-in-header.csv": {2: "周样三"},
}


def sent(city: City, name: str) -> RosterUpload:
    return send(city, add_class(city), (DATA / name).read_bytes(), name)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_people_of_every_shape_are_read_with_the_rows_that_their_program_shows(city: City, name: str) -> None:
    upload = sent(city, name)
    good = {row.row_no: row.trainee.name for row in readings(upload.id) if row.trainee}
    assert good == PEOPLE[name]


def test_names_of_a_roster_are_read_or_their_wrong_sign_is_named(city: City) -> None:
    rows = {row.row_no: row for row in readings(sent(city, "names.xlsx").id)}
    names = {number: row.trainee.name for number, row in rows.items() if row.trainee}
    assert names == {
        2: "阿依古丽·买买提", 3: "阿依古丽·买买提", 4: "阿依古丽·买买提·艾合买提", 5: "𠮷样", 6: "王𠣴", 7: "欧阳样",
        10: "Anna-Maria Müller", 11: "王样", 12: "古丽·样", 13: "张样", 15: "叶尔波力·样",
    }  # fmt: skip
    signs = {number: row.problems[0].params.get("sign") for number, row in rows.items() if row.problems}
    assert signs == {8: "(", 9: "(", 14: "1", 16: "⿰ (U+2FF0)", 17: "— (U+2014)"}
    respelt = {number for number, row in rows.items() if "name-respelt" in {note.code for note in row.warnings}}
    assert respelt == {2, 3, 15}, "a dot that was changed is shown; a space is not worth a word"


def test_identity_numbers_of_a_roster_are_read_or_their_wrong_sign_is_named(city: City) -> None:
    rows = {row.row_no: row for row in readings(sent(city, "ids.xlsx").id)}
    ends = {number: row.trainee.number[-6:] for number, row in rows.items() if row.trainee}
    assert ends == {
        2: "01222X", 3: "02102X", 4: "032247", 5: "042269", 6: "052280", 8: "072222", 12: "112220",
    }  # fmt: skip
    faults = {
        number: (row.problems[0].code, row.problems[0].params.get("sign"))
        for number, row in rows.items()
        if row.problems
    }
    assert faults == {
        7: ("number-damaged", None), 9: ("identity-sign", "U+202D"), 10: ("identity-sign", "Х (U+0425)"),
        11: ("identity-sign", "× (U+00D7)"),
    }  # fmt: skip


def test_a_hidden_row_is_queried_and_may_be_taken(city: City) -> None:
    upload = sent(city, "hidden-row.xlsx")
    hidden = readings(upload.id)[1]
    assert (hidden.verdict, [problem.code for problem in hidden.problems]) == (RosterVerdict.ERROR, ["row-hidden"])
    registrar = city.actors["registrar"]
    with open_session(registrar.scope, write=True) as session:
        row = edit_row(session, registrar, upload_id=upload.id, row_id=row_ids(upload.id)[3], cells={"name": "吴样已"})
        assert row.verdict is RosterVerdict.CREATE


def test_a_bad_byte_spoils_only_the_cell_that_nobody_reads(city: City) -> None:
    assert [row.problems for row in readings(sent(city, "utf8-one-bad-byte.csv").id)] == [[]]


@pytest.mark.parametrize("after_confirming", [False, True])
def test_what_was_corrected_on_screen_is_in_the_file_that_goes_back(city: City, *, after_confirming: bool) -> None:
    upload = sent(city, "hidden-row.xlsx")
    registrar = city.actors["registrar"]
    cells = {"name": "吴样新", "phone": "13900009999"}
    with open_session(registrar.scope, write=True) as session:
        edit_row(session, registrar, upload_id=upload.id, row_id=row_ids(upload.id)[3], cells=cells)
    if after_confirming:
        confirm(city, upload.id)
    assert corrected(upload.id) == ("吴样新", "13900009999")
    with planted(queries, _corrections=lambda *_: []):
        assert corrected(upload.id) == ("吴样已退学", "13900001021")


def corrected(upload_id: int) -> tuple[object, object]:
    from io import BytesIO

    with open_session(SYSTEM.scope) as session:
        file = queries.annotated_file(session, session.get_one(RosterUpload, upload_id), "zh-Hans")
    sheet = openpyxl.load_workbook(BytesIO(file)).active
    return sheet["A3"].value, sheet["F3"].value
