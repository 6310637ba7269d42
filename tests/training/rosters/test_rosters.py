"""A school's list from upload to import: IM-01, IM-03, IM-04, IM-06, TR-08 and row-level security."""

import io
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import openpyxl
import pytest
from sqlalchemy import func, select

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.people import Education, Person, person_by_identity
from centre.permissions import Actor
from centre.sheets.cells import HasMacros, NotASpreadsheet
from centre.states import IllegalMove
from tests.training import files
from tests.training.rostering import confirm, counts, kept, send
from tests.training.world import MONDAY, SYSTEM, W1, City, add_class, identity
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.enrolments.actions import enrol_learner, withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import ClassNotOpen, EnrolmentState
from training.rosters.actions import discard_roster
from training.rosters.jobs import sweep_rosters
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.queries import annotated_file, rows_of, uploads
from training.rosters.rules import (
    NoHeader,
    NothingToImport,
    RosterFull,
    RosterHasErrors,
    RosterSettled,
    RosterState,
    RosterVerdict,
)

MESSY = files.titled(
    [
        *files.good(40),
        files.line(41, 身份证号="610499197503080021"),
        files.line(42, 身份证号="6.10499E+17"),
        files.line(43, 身份证号=identity(43, "20110101"), 性别="男"),
        files.line(44, 身份证号=identity(7), 性别="男"),
        ["填表人：王老师", "", "", "审核人：", "", "", "2026年3月9日"],
    ]
)


def faults(upload_id: int, actor: Actor = SYSTEM) -> dict[int, list[str]]:
    with open_session(actor.scope) as session:
        rows = session.scalars(rows_of(upload_id, RosterVerdict.ERROR)).all()
        return {row.row_no: [problem["code"] for problem in row.problems] for row in rows}


def test_forty_of_forty_four_rows_are_valid_and_nothing_is_saved_before_confirmation(city: City) -> None:
    """IM-01."""
    class_id = add_class(city)
    upload = send(city, class_id, files.xlsx(MESSY))
    assert counts(upload) == (40, 0, 0, 4, 1)
    assert faults(upload.id) == {
        44: ["identity-check-digit"],
        45: ["number-damaged"],
        46: ["too-young"],
        47: ["duplicate-in-file"],
    }
    assert kept() == (2, 0, 0)
    done = confirm(city, upload.id)
    assert done.state is RosterState.CONFIRMED
    assert kept() == (42, 40, 40)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(TrainingClass, class_id).taken == 40


def test_the_school_s_own_file_comes_back_with_as_many_red_rows_as_the_screen_shows(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx(MESSY))
    with open_session(city.actors["registrar"].scope) as session:
        returned = annotated_file(session, session.get_one(RosterUpload, upload.id), "zh-Hans")
    page = openpyxl.load_workbook(io.BytesIO(returned))["Sheet1"]
    column = next(cell.column for row in page.iter_rows(max_row=4) for cell in row if cell.value == "错误说明")
    explanations = {
        row: page.cell(row, column).value for row in range(4, page.max_row + 1) if page.cell(row, column).value
    }
    assert set(explanations) == {44, 45, 46, 47}
    assert "校验不通过" in str(explanations[44])
    assert page.cell(44, 3).value == "610499197503080021"


def test_the_same_file_twice_changes_nothing(city: City) -> None:
    """IM-06."""
    class_id, content = add_class(city, seats=60), files.xlsx(MESSY)
    confirm(city, send(city, class_id, content).id)
    before = kept()
    again = send(city, class_id, content)
    assert counts(again) == (0, 0, 40, 4, 1)
    confirm(city, again.id)
    assert kept() == before


def test_a_file_sent_again_before_it_is_confirmed_is_the_same_upload(city: City) -> None:
    class_id, content = add_class(city), files.xlsx(MESSY)
    assert send(city, class_id, content).id == send(city, class_id, content).id


def test_a_roster_is_imported_only_once(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx(MESSY))
    confirm(city, upload.id)
    with pytest.raises(IllegalMove):
        confirm(city, upload.id)


def test_more_new_trainees_than_seats_enrol_nobody(city: City) -> None:
    class_id = add_class(city, seats=39)
    upload = send(city, class_id, files.xlsx(MESSY))
    with pytest.raises(RosterFull) as refused:
        confirm(city, upload.id)
    assert refused.value.params == {"rows": 40, "left": 39}
    assert kept() == (2, 0, 0)


@pytest.mark.rule("identity-old", "import")
def test_a_known_person_is_found_by_the_old_number_and_only_blanks_are_filled(city: City) -> None:
    """TR-08."""
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, city.people["W1"]).set_phone("13700000001")
    row = files.line(1, 姓名="王秀蘭", 身份证号="610499750308002", 性别="女")
    upload = send(city, add_class(city), files.xlsx([files.HEADER, row]))
    assert counts(upload) == (1, 0, 0, 0, 0)
    confirm(city, upload.id)
    assert kept() == (2, 1, 1)
    with open_session(SYSTEM.scope) as session:
        person = person_by_identity(session, W1)
        assert person is not None
        assert (person.phone, person.education) == ("13700000001", Education.JUNIOR)
        place = session.scalars(select(Enrolment)).one()
        assert (place.state, place.learner_fen) == (EnrolmentState.ACCEPTED, 0)


def test_a_known_number_under_another_name_waits_for_the_centre_without_revealing_anything_to_the_school(
    city: City,
) -> None:
    row = files.line(1, 姓名="张三丰", 身份证号=W1, 性别="女")
    upload = send(city, add_class(city), files.xlsx([files.HEADER, row]))
    assert counts(upload) == (1, 0, 0, 0, 0)
    confirm(city, upload.id)
    with open_session(city.actors["registrar"].scope) as session:
        place = session.scalars(select(Enrolment)).one()
        assert (place.state, place.to_check, place.trainee_name) == (EnrolmentState.APPLIED, "name", "张三丰")
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Person, city.people["W1"]).education is None


def test_rows_with_errors_are_skipped_only_when_the_school_says_so(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx(MESSY))
    with pytest.raises(RosterHasErrors) as refused:
        confirm(city, upload.id, only_good=False)
    assert refused.value.params == {"errors": 4}
    assert kept() == (2, 0, 0)
    assert confirm(city, upload.id).state is RosterState.CONFIRMED


def test_a_later_file_fills_what_was_blank_and_corrects_what_the_school_wrote_itself(city: City) -> None:
    class_id = add_class(city)
    short = [["姓名", "身份证号"], ["王秀兰", W1]]
    confirm(city, send(city, class_id, files.xlsx(short)).id)
    longer = [["姓名", "身份证号", "手机", "学历"], ["王秀兰", W1, "13912345678", "高中"]]
    second = send(city, class_id, files.xlsx(longer))
    assert counts(second) == (0, 1, 0, 0, 0)
    confirm(city, second.id)
    third = send(city, class_id, files.xlsx([longer[0], ["王秀兰", W1, "13987654321", "小学"]]))
    assert counts(third) == (0, 1, 0, 0, 0)
    confirm(city, third.id)
    with open_session(SYSTEM.scope) as session:
        person = session.get_one(Person, city.people["W1"])
        assert (person.phone, person.education) == ("13987654321", Education.PRIMARY)


def test_an_old_file_does_not_bring_back_somebody_who_left(city: City) -> None:
    class_id, content = add_class(city), files.xlsx(files.titled(files.good(2)))
    upload = send(city, class_id, content)
    confirm(city, upload.id)
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        leaving = session.scalars(select(Enrolment).order_by(Enrolment.id)).first()
        assert leaving is not None
        withdraw_learner(session, officer, enrolment_id=leaving.id)
    again = send(city, class_id, content)
    assert counts(again) == (0, 0, 2, 0, 0)


@pytest.mark.rule("one-place-at-a-time", "import")
def test_a_trainee_with_a_clashing_class_is_an_error(city: City) -> None:
    elsewhere = add_class(city, "电子装接")
    officer = city.actors["officer"]
    with open_session(officer.scope, write=True) as session:
        enrol_learner(session, officer, class_id=elsewhere, person_id=city.people["W1"])
    upload = send(
        city, add_class(city), files.xlsx([files.HEADER, files.line(1, 姓名="王秀兰", 身份证号=W1, 性别="女")])
    )
    assert faults(upload.id) == {2: ["class-overlap"]}
    with pytest.raises(NothingToImport):
        confirm(city, upload.id)


def test_a_child_learns_on_the_file_number_of_the_recognised_worker(city: City) -> None:
    titles = ["姓名", "身份证号", "困难职工档案号", "与困难职工关系"]
    content = files.xlsx(
        [titles, ["陈小宇", "610499200909010053", "KN-001", "儿子"], ["马丽", identity(9), "", "配偶"]]
    )
    upload = send(city, add_class(city), content)
    assert faults(upload.id) == {3: ["beneficiary-missing"]}
    confirm(city, upload.id)
    with open_session(SYSTEM.scope) as session:
        place = session.scalars(select(Enrolment)).one()
        assert (place.person_id, place.beneficiary_of_id) == (city.people["W6"], city.people["W1"])
        assert (place.learner_fen, place.state, place.to_check) == (0, EnrolmentState.APPLIED, "relation")


def test_another_school_sees_neither_the_class_nor_the_upload_nor_its_rows(city: City) -> None:
    class_id = add_class(city)
    upload = send(city, class_id, files.xlsx(MESSY))
    neighbour = city.actors["neighbour"]
    with pytest.raises(NotFound):
        send(city, class_id, files.xlsx(MESSY), actor="neighbour")
    with pytest.raises(NotFound):
        confirm(city, upload.id, actor="neighbour")
    with open_session(neighbour.scope) as session:
        assert session.execute(uploads()).all() == []
        assert session.scalars(rows_of(upload.id)).all() == []


def test_personal_data_is_encrypted_and_deleted_once_the_upload_is_settled(city: City, database: str) -> None:
    folder = Path(database.removeprefix("sqlite:///")).parent
    upload = send(city, add_class(city), files.xlsx(MESSY))
    number, phone = identity(3).encode(), b"13900000003"
    assert not any(number in path.read_bytes() or phone in path.read_bytes() for path in folder.glob("gangqiao.db*"))
    confirm(city, upload.id)
    with open_session(SYSTEM.scope, write=True) as session:
        assert annotated_file(session, session.get_one(RosterUpload, upload.id), "zh-Hans")
        with clock.frozen(clock.now() + timedelta(days=8)):
            sweep_rosters(session)
    with open_session(SYSTEM.scope) as session:
        settled = session.get_one(RosterUpload, upload.id)
        assert settled.file_sealed is None
        assert settled.wrapped_key is None
        assert session.scalar(select(func.count()).where(RosterRow.cells_sealed.is_not(None))) == 0
        with pytest.raises(RosterSettled):
            annotated_file(session, settled, "zh-Hans")


def test_a_discarded_upload_imports_nobody_and_cannot_be_confirmed(city: City) -> None:
    upload = send(city, add_class(city), files.xlsx(MESSY))
    registrar = city.actors["registrar"]
    with open_session(registrar.scope, write=True) as session:
        discard_roster(session, registrar, upload_id=upload.id)
    with pytest.raises(IllegalMove):
        confirm(city, upload.id)
    assert kept() == (2, 0, 0)


def test_uploads_older_than_thirty_days_are_deleted(city: City) -> None:
    upload = send(city, add_class(city, start=date(2026, 6, 1), end=date(2026, 6, 12)), files.xlsx(MESSY))
    for days, state in ((30, RosterState.CHECKED), (31, RosterState.DISCARDED)):
        with clock.frozen(MONDAY + timedelta(days=days)), open_session(SYSTEM.scope, write=True) as session:
            sweep_rosters(session)
            assert session.get_one(RosterUpload, upload.id).state is state


def test_files_that_are_not_rosters_are_refused_by_name(city: City) -> None:
    class_id = add_class(city)
    for content, name, refusal in (
        (b"\x00\x01hello", "a.xlsx", NotASpreadsheet),
        (b"hello", "a.xlsx", NoHeader),
        (files.xlsx(MESSY), "a.xlsm", HasMacros),
        (files.xlsx([["今天", "天气"], ["很", "好"]]), "a.xlsx", NoHeader),
    ):
        with pytest.raises(refusal):
            send(city, class_id, content, name)


def test_a_class_that_is_not_recruiting_accepts_no_roster(city: City) -> None:
    with pytest.raises(ClassNotOpen):
        send(city, add_class(city, state=ClassState.LOCKED), files.xlsx(MESSY))


@pytest.mark.rule("identity-once", "import", "database")
def test_two_schools_that_enter_the_same_newcomer_create_one_person(any_city: City) -> None:
    stranger = files.xlsx([files.HEADER, files.line(1)])
    evening = add_class(any_city, "电子装接", daypart=Daypart.EVENING)
    sewing = add_class(any_city)
    uploads_of = [(send(any_city, sewing, stranger).id, "registrar")]
    uploads_of.append((send(any_city, evening, stranger, actor="neighbour").id, "neighbour"))
    barrier, outcomes = Barrier(2), []

    def press(upload_id: int, actor: str) -> None:
        with clock.frozen(MONDAY):
            barrier.wait()
            outcomes.append(confirm(any_city, upload_id, actor).creates)

    threads = [Thread(target=press, args=pair) for pair in uploads_of]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [1, 1]
    assert kept() == (3, 2, 2)


@pytest.mark.rule("class-seats", "import")
def test_rosters_that_race_for_the_last_seats_never_overbook(any_city: City) -> None:
    """R4 for imports, on both databases."""
    class_id = add_class(any_city, seats=10)
    ids = [send(any_city, class_id, files.xlsx([files.HEADER, *files.good(6, first)])).id for first in (1, 11, 21)]
    barrier, outcomes = Barrier(3), []

    def press(upload_id: int) -> None:
        with clock.frozen(MONDAY):
            barrier.wait()
            try:
                outcomes.append(confirm(any_city, upload_id).state.value)
            except RosterFull as refused:
                outcomes.append(refused.code)

    threads = [Thread(target=press, args=(upload_id,)) for upload_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed", "roster-class-full", "roster-class-full"]
    assert kept() == (8, 6, 6)
