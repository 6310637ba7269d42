"""TR-16: the list of trainees that a school exports holds only its own trainees, with masked numbers."""

import io
from contextlib import ExitStack
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import true

from centre import clock
from centre.database import open_session
from centre.exports import actions
from centre.exports.rules import ExportDraft, NoSuchList
from centre.people import Person
from centre.scopes import _criteria
from tests.planted import planted
from tests.training.world import W1, City, add_class
from training.classes.models import TrainingClass
from training.enrolments import lists
from training.enrolments.actions import enrol_learner
from training.enrolments.models import Enrolment
from training.providers.models import Major

__all__ = ["lists"]


@pytest.fixture
def classes(city: City) -> tuple[int, int]:
    """A class at each of two schools with one trainee each."""
    own, other = add_class(city), add_class(city, "电子装接", class_no="2026-09")
    officer = city.actors["officer"]
    for class_id, key in ((own, "W1"), (other, "W6")):
        with open_session(officer.scope, write=True) as session:
            session.get_one(Person, city.people[key]).set_phone("13800000001")
            enrol_learner(session, officer, class_id=class_id, person_id=city.people[key])
    return own, other


def taken_out(city: City, class_id: int | None) -> str:
    """All cells of the list that P1's registrar exports."""
    registrar = city.actors["registrar"]
    with open_session(registrar.scope, write=True) as session:
        draft = ExportDraft(kind="trainees", subject_id=class_id, reason="核对名单")
        request = actions.ask_for_list(session, registrar, draft=draft)
        assert request.centre_id == city.centre_id
        proved = clock.now() - timedelta(minutes=1)
        _, content = actions.fetch_list(session, registrar, export_id=request.id, proved_at=proved, locale="zh")
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return "\n".join(str(value) for row in rows for value in row if value is not None)


@pytest.mark.parametrize("one_class", [True, False])
def test_a_school_exports_its_own_trainees_with_masked_numbers(
    city: City, classes: tuple[int, int], *, one_class: bool
) -> None:
    cells = taken_out(city, classes[0] if one_class else None)
    assert "王秀兰" in cells
    assert "陈小宇" not in cells
    assert f"{W1[:6]}********{W1[-4:]}" in cells
    assert W1 not in cells


def test_another_schools_class_has_no_list(city: City, classes: tuple[int, int]) -> None:
    with pytest.raises(NoSuchList):
        taken_out(city, classes[1])


def test_a_planted_list_of_everybodys_trainees_is_caught(city: City, classes: tuple[int, int]) -> None:
    with ExitStack() as stack:
        for model in (Enrolment, Person, TrainingClass, Major):
            stack.enter_context(planted(model, visible_to=classmethod(lambda _cls, _scope: true())))
        _criteria.cache_clear()
        cells = taken_out(city, None)
    _criteria.cache_clear()
    assert "陈小宇" in cells
