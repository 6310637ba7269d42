"""Lists of openings in the browser: checked, corrected in place, confirmed, taken back with corrections, undone."""

import io
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from sqlalchemy import func, select

from centre import network, regions
from centre.errors import Forbidden, NotFound
from centre.permissions import Actor, Role
from centre.scopes import ScopedSession
from centre.sheets.cells import CHOICES_SHEET
from centre.sheets.reading import read_sheets
from centre.skills.vocabulary import vocabulary
from employers.openings.columns import COLUMNS, papers_of, skills_of
from employers.openings.imports import ImportVerdict
from employers.openings.models import Opening
from employers.openings.rules import CertificateKind, OpeningState
from employers.uploads import actions, queries
from employers.uploads.models import OpeningUpload
from employers.uploads.rules import ListHasErrors, UploadState
from employers.uploads.template import openings_template
from tests.employers.world import OFFICER, add_employer, staff
from tests.planted import planted

HEADER = "编号,岗位,单位,人数,工资,底薪,地区,工作内容,招聘条件,有效期至"
ROWS = [
    "A1,保洁员,甲物业,5,3000-3500,2500,秦都区,打扫楼道,身体健康,2026-05-31",
    "A2,保安,甲物业,3-5人,3000-3500,2500,秦都区,值守,身体健康,2026-05-31",
    "A3,厨师,甲物业,2,8000-1.2万,2500,秦都区,炒菜,身体健康,2026-05-31",
]


def text(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def sent(session: ScopedSession, data: bytes, actor: Actor = OFFICER, **options: Any) -> OpeningUpload:
    book = read_sheets(data, "岗位.csv", aliases=COLUMNS)
    options = {"source_name": "协会"} | options
    return actions.send_list(session, actor, content=data, file_name="岗位.csv", book=book, **options)


def verdicts(session: ScopedSession, upload: OpeningUpload) -> dict[int, str]:
    return {row.row_no: row.verdict.value for row in session.scalars(queries.rows_of(upload.id))}


def openings(session: ScopedSession) -> int:
    return session.scalar(select(func.count(Opening.id))) or 0


def test_a_list_is_checked_row_by_row_and_nothing_is_saved(session: ScopedSession) -> None:
    upload = sent(session, text(*ROWS), publish=True)
    assert verdicts(session, upload) == {2: "open", 3: "refused", 4: "open"}
    assert openings(session) == 0
    read = {
        reading["field"]: reading["texts"]
        for row in session.scalars(queries.rows_of(upload.id))
        if row.row_no == 4
        for reading in row.said["readings"]
    }
    assert read["wage"] == {"zh-Hans": "8,000-12,000 元/月", "en": read["wage"]["en"]}


def test_a_correction_in_place_counts_and_is_in_the_file_that_goes_back(session: ScopedSession) -> None:
    upload = sent(session, text(*ROWS), publish=True)
    row = next(row for row in session.scalars(queries.rows_of(upload.id)) if row.row_no == 3)
    actions.correct_row(session, OFFICER, upload_id=upload.id, row_id=row.id, cells={"headcount": "4"})
    assert row.verdict is ImportVerdict.OPEN
    assert file_of(session, upload)["D3"].value == "4"
    actions.confirm_list(session, OFFICER, upload_id=upload.id)
    assert file_of(session, upload)["D3"].value == "4"
    people = session.scalars(select(Opening.headcount).order_by(Opening.external_id)).all()
    assert people == [5, 4, 2]


def file_of(session: ScopedSession, upload: OpeningUpload) -> Any:
    return openpyxl.load_workbook(io.BytesIO(queries.annotated_file(session, upload, "en")))["CSV"]


def test_errors_are_left_out_only_on_request_and_named_in_the_file(session: ScopedSession) -> None:
    upload = sent(session, text(*ROWS), publish=True)
    with pytest.raises(ListHasErrors), session.begin_nested():
        actions.confirm_list(session, OFFICER, upload_id=upload.id)
    actions.confirm_list(session, OFFICER, upload_id=upload.id, only_good=True)
    assert openings(session) == 2
    assert "3-5人" in file_of(session, upload)["K3"].value


def test_an_import_is_undone_but_what_was_touched_stays(session: ScopedSession) -> None:
    upload = sent(session, text(ROWS[0], ROWS[2]), publish=True)
    actions.confirm_list(session, OFFICER, upload_id=upload.id)
    touched = session.scalars(select(Opening).where(Opening.external_id == "A3")).one()
    touched.address = "文林路"
    session.flush()
    actions.undo_list(session, OFFICER, upload_id=upload.id)
    states = dict(session.execute(select(Opening.title, Opening.state)).all())
    assert states == {"保洁员": OpeningState.CLOSED, "厨师": OpeningState.OPEN}
    assert (upload.state, upload.withdrawn) == (UploadState.UNDONE, 1)
    again = sent(session, text(ROWS[0]), publish=True)
    assert verdicts(session, again) == {2: "open"}


def test_columns_that_nobody_knows_are_asked_once(session: ScopedSession) -> None:
    header = "号,活儿,哪家,要几个,给多少,保底,在哪干,干什么,要什么人,到哪天"
    upload = sent(session, text(ROWS[0], header=header), publish=True)
    assert upload.needs_columns
    fields = [
        "id",
        "title",
        "employer",
        "headcount",
        "wage",
        "base_pay",
        "area",
        "content",
        "conditions",
        "valid_until",
    ]
    chosen = {"CSV": dict(enumerate(fields))}
    book = read_sheets(text(ROWS[0], header=header), "岗位.csv", aliases=COLUMNS)
    actions.name_columns(session, OFFICER, upload_id=upload.id, chosen=chosen, book=book)
    assert verdicts(session, upload) == {2: "open"}
    again = sent(session, text(ROWS[2], header=header), publish=True)
    assert verdicts(session, again) == {2: "open"}
    with planted(queries, mappings=lambda *_: {}):
        assert sent(session, text(ROWS[2], header=header)).needs_columns


def test_an_employer_imports_drafts_of_its_own_and_of_nobody_else(session: ScopedSession) -> None:
    boss = add_employer(session, 1)
    rows = [ROWS[0].replace("甲物业", "第1纺织厂"), ROWS[2].replace("甲物业", "")]
    upload = sent(session, text(*rows, ROWS[1].replace("3-5人", "3")), boss, publish=True)
    assert verdicts(session, upload) == {2: "kept", 3: "kept", 4: "refused"}
    actions.confirm_list(session, boss, upload_id=upload.id, only_good=True)
    drafts = session.scalars(select(Opening)).all()
    assert {(opening.employer_id, opening.state) for opening in drafts} == {(1, OpeningState.DRAFT)}
    with planted(actions, take=lambda *_: None), pytest.raises(AttributeError), session.begin_nested():
        actions.confirm_list(session, boss, upload_id=sent(session, text(rows[0]), boss).id)


def test_others_may_not_send_lists(session: ScopedSession) -> None:
    with pytest.raises(Forbidden):
        sent(session, text(ROWS[0]), staff(Role.ORGANISER))
    with pytest.raises(NotFound):
        actions.discard_list(session, OFFICER, upload_id=99)


@pytest.mark.parametrize("own", [True, False])
def test_the_template_is_read_by_the_import_and_has_the_lists_of_words(*, own: bool) -> None:
    packed = openings_template(own=own)
    sheet = openpyxl.load_workbook(io.BytesIO(packed))["岗位清单"]
    titles = [cell.value.rstrip("*") for cell in sheet[1]]
    assert ("单位" in titles) is not own
    assert set(titles) <= {title for names in COLUMNS.values() for title in names}
    assert len(sheet.data_validations.dataValidation) >= 5
    trades = openpyxl.load_workbook(io.BytesIO(packed))[f"{CHOICES_SHEET}{titles.index('职业代码') + 1}"]
    assert trades.max_row > 1_600, "the national classification"
    assert all(len(vocabulary().codes_for(cell.value)) == 1 for (cell,) in trades.iter_rows())
    book = openpyxl.load_workbook(io.BytesIO(packed))
    places = book.defined_names[f"{CHOICES_SHEET}{titles.index('地区') + 1}"]
    ((name, cells),) = places.destinations
    named = [cell.value for (cell,) in book[name][cells]]
    assert len(named) > 2_900, "the counties of the country"
    assert "江苏省无锡市江阴市" in named
    read = {text: network.place_of(text) for text in named}
    assert {text for text, place in read.items() if regions.full_name(place.code) != text or place.rest} == set()


def test_the_template_asks_for_skills_and_certificates_as_the_import_reads_them() -> None:
    book = openpyxl.load_workbook(io.BytesIO(openings_template(own=True)))
    sheet, guide = book["岗位清单"], book["填写说明"]
    titles = [cell.value.rstrip("*") for cell in sheet[1]]
    sample = dict(zip(titles, [cell.value for cell in guide[2]], strict=False))
    skills, papers = skills_of(sample["技能"]), papers_of(sample["证书"])
    assert [(skill.term, skill.must) for skill in skills or []] == [("平车", True), ("锁边", False)]
    assert [(paper.kind, paper.must) for paper in papers or []] == [(CertificateKind.HEALTH, True)]
    letter = get_column_letter(titles.index("证书") + 1)
    (rule,) = (rule for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith(letter))
    assert "特种作业操作证" in rule.formula1
    assert rule.errorStyle == "information", "several certificates may be written"
