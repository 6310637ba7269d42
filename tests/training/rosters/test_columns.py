"""Any header names: the school assigns the columns once, and similar files are then read automatically."""

import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.errors import Invalid, NotFound
from centre.states import IllegalMove
from tests.training import files
from tests.training.rostering import confirm, counts, kept, send, upload_now
from tests.training.world import SYSTEM, City, add_class
from training.classes.rules import Daypart
from training.rosters.editing import choose_columns
from training.rosters.models import RosterMapping, RosterUpload
from training.rosters.queries import samples_of
from training.rosters.rules import ColumnsMissing, RosterState

ODD = ["号码牌", "这是谁", "那串数字", "男女", "念过什么书", "哪类人", "怎么找到", "学什么", "还有什么"]
MEANT = {0: "", 1: "name", 2: "id_number", 3: "sex", 4: "education", 5: "category", 6: "phone", 7: "major", 8: ""}


def odd(count: int = 3, first: int = 1) -> bytes:
    return files.xlsx([["学员名单"], ODD, *files.good(count, first)])


def choose(city: City, upload_id: int, fields: dict[int, str], actor: str = "registrar") -> RosterUpload:
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        return choose_columns(session, acting, upload_id=upload_id, chosen={"Sheet1": fields})


def test_a_file_with_unknown_headers_waits_for_the_school_to_name_its_columns(city: City) -> None:
    upload = send(city, add_class(city), odd())
    assert (upload.state, upload.needs_columns, counts(upload)) == (RosterState.UPLOADED, True, (0, 0, 0, 0, 0))
    assert list(upload.columns["Sheet1"]["titles"].values()) == ODD
    with open_session(SYSTEM.scope) as session:
        shown = samples_of(session.get_one(RosterUpload, upload.id))["Sheet1"]
    assert [line[1] for line in shown] == ["学员乙子", "学员丙子"]
    with pytest.raises(ColumnsMissing):
        confirm(city, upload.id)


def test_the_chosen_columns_are_read_and_remembered_for_the_next_file(city: City) -> None:
    class_id = add_class(city)
    first = choose(city, send(city, class_id, odd()).id, MEANT)
    assert (first.state, counts(first)) == (RosterState.CHECKED, (3, 0, 0, 0, 0))
    confirm(city, first.id)
    second = send(city, class_id, odd(5))
    assert (second.needs_columns, counts(second)) == (False, (2, 0, 3, 0, 0))


def test_the_same_titles_in_another_order_are_another_kind_of_file(city: City) -> None:
    class_id = add_class(city)
    choose(city, send(city, class_id, odd()).id, MEANT)
    turned = [[*reversed(ODD)], *([*reversed(line)] for line in files.good(3))]
    assert send(city, class_id, files.xlsx(turned)).needs_columns


def test_column_names_given_by_one_school_do_not_apply_to_another(city: City) -> None:
    choose(city, send(city, add_class(city), odd()).id, MEANT)
    other = add_class(city, "电子装接", daypart=Daypart.EVENING)
    assert send(city, other, odd(), actor="neighbour").needs_columns
    with open_session(city.actors["neighbour"].scope) as session:
        assert session.scalar(select(func.count(RosterMapping.id))) == 0


def test_one_field_cannot_be_two_columns_and_names_and_numbers_must_be_there(city: City) -> None:
    upload = send(city, add_class(city), odd())
    for fields, codes in (
        (MEANT | {0: "name"}, ["column-twice", "column-twice"]),
        (MEANT | {2: ""}, ["column-missing"]),
        (MEANT | {8: "shoe_size"}, ["column-twice"]),
    ):
        with pytest.raises(Invalid) as refused:
            choose(city, upload.id, fields)
        assert [problem.code for problem in refused.value.problems] == codes
    with pytest.raises(NotFound):
        choose(city, upload.id, {77: "name"})
    assert upload_now(upload.id).needs_columns


def test_a_column_that_was_recognised_wrongly_can_be_corrected_after_the_check(city: City) -> None:
    header = ["姓名", "身份证号", "手机", "联系人电话"]
    line = [files.line(1)[1], files.line(1)[2], "13900000009", "13911111111"]
    upload = send(city, add_class(city), files.xlsx([header, line]))
    assert counts(upload) == (1, 0, 0, 0, 0)
    again = choose(city, upload.id, {0: "name", 1: "id_number", 2: "", 3: "phone"})
    assert counts(again) == (1, 0, 0, 0, 0)
    confirm(city, upload.id)
    with pytest.raises(IllegalMove):
        choose(city, upload.id, {0: "name", 1: "id_number"})
    assert kept() == (3, 1, 1)


def test_another_school_cannot_name_the_columns(city: City) -> None:
    upload = send(city, add_class(city), odd())
    with pytest.raises(NotFound):
        choose(city, upload.id, MEANT, actor="neighbour")
    assert upload_now(upload.id).needs_columns


def test_a_sheet_without_columns_does_not_stop_the_others(city: City) -> None:
    content = files.xlsx(files.titled(files.good(2)), more={"二班": [ODD, *files.good(2, 5)]})
    upload = send(city, add_class(city), content)
    assert (counts(upload), set(upload.columns)) == ((2, 0, 0, 0, 0), {"Sheet1", "二班"})
    acting = city.actors["registrar"]
    with open_session(acting.scope, write=True) as session:
        both = choose_columns(session, acting, upload_id=upload.id, chosen={"二班": MEANT})
    assert counts(both) == (4, 0, 0, 0, 0)
