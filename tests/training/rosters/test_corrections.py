"""Verdicts with their differences, precedence of sources, kinds of duplicates, cells corrected in place."""

import pytest

from centre.database import open_session
from centre.errors import Invalid, NotFound
from centre.people import Education, Person
from centre.states import IllegalMove
from tests.training import files
from tests.training.rostering import confirm, counts, kept, readings, row_ids, send, upload_now
from tests.training.world import SYSTEM, W1, City, add_class
from training.classes.rules import Daypart
from training.rosters.editing import edit_row
from training.rosters.rules import Fate, FieldChange, RosterState, RosterVerdict, Source

TITLES = ["姓名", "身份证号", "手机", "学历"]
OLD = "610499750308002"


def of(phone: str, education: str, number: str = W1) -> bytes:
    return files.xlsx([TITLES, ["王秀兰", number, phone, education]])


def correct(city: City, upload_id: int, row_no: int, actor: str = "registrar", **cells: str) -> None:
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        edit_row(session, acting, upload_id=upload_id, row_id=row_ids(upload_id)[row_no], cells=cells)


def changes(upload_id: int) -> list[FieldChange]:
    return readings(upload_id)[0].changes


def codes(upload_id: int) -> list[list[str]]:
    return [[problem.code for problem in [*reading.problems, *reading.warnings]] for reading in readings(upload_id)]


def person(city: City) -> Person:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Person, city.people["W1"])


def test_an_update_says_which_field_changes_from_what_to_what(city: City) -> None:
    class_id = add_class(city)
    confirm(city, send(city, class_id, of("13912345678", "初中")).id)
    second = send(city, class_id, of("13987654321", "高中"))
    assert counts(second) == (0, 1, 0, 0, 0)
    assert changes(second.id) == [
        FieldChange("phone", "13912345678", "13987654321", Fate.REPLACE),
        FieldChange("education", "junior", "senior", Fate.REPLACE),
    ]


def test_staff_corrections_are_kept_and_the_conflict_is_shown(city: City) -> None:
    class_id = add_class(city)
    confirm(city, send(city, class_id, of("13912345678", "初中")).id)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, city.people["W1"]).set_phone("13700000001")
    second = send(city, class_id, of("13912345678", "高中"))
    assert counts(second) == (0, 1, 0, 0, 0)
    kept_phone, new_education = changes(second.id)
    assert (kept_phone.fate, kept_phone.why) == (Fate.KEEP, "person")
    assert new_education.fate is Fate.REPLACE
    assert "kept-as-registered" in codes(second.id)[0]
    confirm(city, second.id)
    assert (person(city).phone, person(city).education) == ("13700000001", Education.SENIOR)


def test_the_school_s_software_is_stronger_than_its_file(city: City) -> None:
    class_id = add_class(city)
    confirm(city, send(city, class_id, of("13912345678", "初中")).id)
    confirm(city, send(city, class_id, of("13922222222", "初中"), source=Source.API).id)
    assert person(city).phone == "13922222222"
    third = send(city, class_id, of("13933333333", "初中"))
    assert [(change.field, change.fate, change.why) for change in changes(third.id)] == [
        ("phone", Fate.KEEP, "software")
    ]
    confirm(city, third.id)
    assert person(city).phone == "13922222222"
    confirm(city, send(city, class_id, of("13944444444", "初中"), source=Source.API).id)
    assert person(city).phone == "13944444444"


def test_another_school_does_not_overwrite_what_the_first_one_wrote(city: City) -> None:
    confirm(city, send(city, add_class(city), of("13912345678", "初中")).id)
    evening = add_class(city, "电子装接", daypart=Daypart.EVENING)
    confirm(city, send(city, evening, of("13987654321", "高中"), actor="neighbour").id, "neighbour")
    assert (person(city).phone, person(city).education) == ("13912345678", Education.JUNIOR)
    again = send(city, evening, of("13987654321", "高中"), actor="neighbour")
    assert {change.why for change in changes(again.id)} == {"school"}


def test_an_empty_cell_never_erases(city: City) -> None:
    class_id = add_class(city)
    confirm(city, send(city, class_id, of("13912345678", "初中")).id)
    content = files.xlsx([["姓名", "身份证号"], ["王秀兰", W1]])
    second = send(city, class_id, content)
    assert counts(second) == (0, 0, 1, 0, 0)
    confirm(city, second.id)
    assert person(city).phone == "13912345678"


def test_three_kinds_of_duplicates_have_their_own_codes(city: City) -> None:
    class_id = add_class(city)
    confirm(city, send(city, class_id, of("13912345678", "初中")).id)
    rows = [
        ["王秀兰", OLD, "13912345678", "初中"],
        ["学员甲", files.line(1)[2], "13900000001", "初中"],
        ["学员甲", files.line(1)[2], "13900000001", "初中"],
        ["王秀兰", W1, "13912345678", "初中"],
    ]
    upload = send(city, class_id, files.xlsx([TITLES, *rows]))
    assert codes(upload.id) == [
        ["identity-legacy", "known-by-old-number"],
        [],
        ["duplicate-in-file"],
        ["duplicate-old-number"],
    ]
    assert counts(upload) == (1, 0, 1, 2, 0)
    known = send(city, class_id, of("13912345678", "初中"))
    assert codes(known.id) == [["already-in-class"]]


def test_a_stranger_s_class_elsewhere_is_not_reported_as_a_duplicate(city: City) -> None:
    confirm(city, send(city, add_class(city), of("13912345678", "初中")).id)
    evening = add_class(city, "电子装接", daypart=Daypart.EVENING)
    upload = send(city, evening, of("13987654321", "高中"), actor="neighbour")
    assert (codes(upload.id), changes(upload.id)) == ([[]], [])


def test_a_corrected_cell_is_judged_at_once(city: City) -> None:
    lines = [files.line(1), files.line(2, 联系电话="123"), files.line(3, 身份证号="610499197503080021")]
    upload = send(city, add_class(city), files.xlsx([files.HEADER, *lines]))
    assert counts(upload) == (1, 0, 0, 2, 0)
    correct(city, upload.id, 3, phone="13900000002")
    assert counts(upload_now(upload.id)) == (2, 0, 0, 1, 0)
    correct(city, upload.id, 4, phone="9")
    assert [problem.code for problem in readings(upload.id)[2].problems] == ["identity-check-digit", "phone-form"]
    correct(city, upload.id, 4, phone="13900000003", id_number=files.line(3)[2])
    assert counts(confirm(city, upload.id, only_good=False)) == (3, 0, 0, 0, 0)
    assert kept() == (5, 3, 3)


def test_correcting_one_of_two_duplicates_clears_the_other(city: City) -> None:
    lines = [files.line(1), files.line(2, 身份证号=files.line(1)[2], 性别="男"), files.line(4)]
    upload = send(city, add_class(city), files.xlsx([files.HEADER, *lines]))
    assert codes(upload.id) == [[], ["duplicate-in-file"], []]
    correct(city, upload.id, 2, id_number=files.line(3)[2], sex="男")
    assert codes(upload.id) == [[], [], []]
    correct(city, upload.id, 4, id_number=files.line(1)[2], sex="男")
    assert codes(upload.id) == [[], [], ["duplicate-in-file"]]
    assert counts(upload_now(upload.id)) == (2, 0, 0, 1, 0)


def test_an_emptied_required_cell_is_missing(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx([files.HEADER, files.line(1)]))
    correct(city, upload.id, 2, phone="")
    assert codes(upload.id) == [["missing"]]


def test_cells_are_corrected_only_where_there_is_a_column_and_only_by_the_school(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx([files.HEADER, files.line(1)]))
    with pytest.raises(Invalid):
        correct(city, upload.id, 2, bank="6222000000000000")
    with pytest.raises(NotFound):
        correct(city, upload.id, 2, actor="neighbour", phone="13900000009")
    confirm(city, upload.id)
    with pytest.raises(IllegalMove):
        correct(city, upload.id, 2, phone="13900000009")
    assert upload_now(upload.id).state is RosterState.CONFIRMED
    assert readings(upload.id)[0].verdict is RosterVerdict.CREATE
