"""Lists of more than 2,000 rows: checked, imported and undone piece by piece, whatever happens in between."""

from datetime import date, timedelta

import pytest

from centre.database import open_session
from centre.jobs import REGISTER, run_due_jobs
from centre.states import IllegalMove
from tests.training import files
from tests.training.rostering import confirm, counts, kept, send, taken, upload_now
from tests.training.world import SYSTEM, City, add_class, identity
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.rosters import worker
from training.rosters.actions import stop_roster, undo_roster
from training.rosters.jobs import work_rosters
from training.rosters.rules import AT_ONCE, RosterBusy, RosterFull, RosterState

ROWS = AT_ONCE + 50


class PowerCut(Exception):
    """The worker process was killed."""


def long_list(count: int = ROWS) -> bytes:
    """`count` different people, and one wrong row."""
    rows = []
    for serial in range(count):
        born = date(1960, 1, 1) + timedelta(days=serial)
        number = identity(serial % 89 + 1, f"{born:%Y%m%d}")
        rows.append([f"学员{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}", number, f"139{serial:08d}"])
    rows[7][2] = "123"
    return files.text([["姓名", "身份证号", "手机"], *rows], "utf-8")


@pytest.fixture(scope="module")
def content() -> bytes:
    return long_list()


@pytest.fixture
def checked(city: City, content: bytes) -> tuple[int, int]:
    """A class and a long roster that the worker has checked."""
    class_id = add_class(city, seats=ROWS + 100)
    upload = send(city, class_id, content, "长名单.csv")
    worker.work_off()
    return class_id, upload.id


def cut_after(pieces: int) -> None:
    """Cut the power after `pieces` pieces."""
    done = 0

    def counted(_length: float) -> None:
        nonlocal done
        done += 1
        if done == pieces:
            raise PowerCut

    with pytest.raises(PowerCut):
        worker.work_off(counted)


def stop(city: City, upload_id: int) -> None:
    acting = city.actors["registrar"]
    with open_session(acting.scope, write=True) as session:
        stop_roster(session, acting, upload_id=upload_id)


def test_the_worker_checks_a_long_list_and_the_school_sees_how_far_it_is(city: City, content: bytes) -> None:
    class_id = add_class(city, seats=ROWS + 100)
    upload = send(city, class_id, content, "长名单.csv")
    assert (upload.state, upload.total, upload.done) == (RosterState.UPLOADED, ROWS, 0)
    with pytest.raises(RosterBusy):
        confirm(city, upload.id)
    cut_after(1)
    assert (upload_now(upload.id).state, upload_now(upload.id).done) == (RosterState.UPLOADED, worker.PIECE)
    worker.work_off()
    after = upload_now(upload.id)
    assert (after.state, after.done, counts(after)) == (RosterState.CHECKED, ROWS, (ROWS - 1, 0, 0, 1, 0))
    assert kept() == (2, 0, 0)


def test_a_long_import_resumes_where_a_killed_worker_stopped(city: City, checked: tuple[int, int]) -> None:
    """IM-07: long lists are processed piece by piece; `tests/bench/rosters.py` measures 40,000 rows."""
    class_id, upload_id = checked
    assert confirm(city, upload_id).state is RosterState.IMPORTING
    assert (taken(class_id), kept()) == (ROWS - 1, (2, 0, 0))
    cut_after(1)
    assert kept() == (2 + worker.PIECE, worker.PIECE, worker.PIECE)
    cut_after(1)
    worker.work_off()
    assert upload_now(upload_id).state is RosterState.CONFIRMED
    assert (taken(class_id), kept()) == (ROWS - 1, (ROWS + 1, ROWS - 1, ROWS - 1))
    assert upload_now(upload_id).settled_at is not None


def test_a_stopped_import_rolls_back(city: City, checked: tuple[int, int]) -> None:
    """IM-07: an import can be cancelled."""
    class_id, upload_id = checked
    confirm(city, upload_id)
    cut_after(1)
    stop(city, upload_id)
    assert (upload_now(upload_id).state, taken(class_id)) == (RosterState.UNDOING, worker.PIECE)
    worker.work_off()
    after = upload_now(upload_id)
    assert (after.state, after.withdrawn, taken(class_id)) == (RosterState.UNDONE, worker.PIECE, 0)
    with pytest.raises(IllegalMove):
        stop(city, upload_id)


def test_a_class_that_closes_during_the_import_rolls_it_back(city: City, checked: tuple[int, int]) -> None:
    class_id, upload_id = checked
    confirm(city, upload_id)
    cut_after(1)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingClass, class_id).state = ClassState.LOCKED
    worker.work_off()
    after = upload_now(upload_id)
    assert (after.state, after.withdrawn, taken(class_id)) == (RosterState.UNDONE, worker.PIECE, 0)
    assert after.failure is not None
    assert after.failure["code"] == "class-not-open"


def test_a_long_roster_for_a_small_class_is_refused_at_once(city: City, content: bytes) -> None:
    class_id = add_class(city, seats=ROWS - 2)
    upload = send(city, class_id, content, "长名单.csv")
    worker.work_off()
    with pytest.raises(RosterFull):
        confirm(city, upload.id)
    assert (upload_now(upload.id).state, taken(class_id)) == (RosterState.CHECKED, 0)


def test_a_long_import_is_undone_by_the_worker(city: City, checked: tuple[int, int]) -> None:
    class_id, upload_id = checked
    confirm(city, upload_id)
    worker.work_off()
    acting = city.actors["registrar"]
    with open_session(acting.scope, write=True) as session:
        assert undo_roster(session, acting, upload_id=upload_id).state is RosterState.UNDOING
    cut_after(2)
    worker.work_off()
    after = upload_now(upload_id)
    assert (after.state, after.withdrawn, taken(class_id)) == (RosterState.UNDONE, ROWS - 1, 0)


def test_the_job_offers_seats_when_due(city: City, content: bytes) -> None:
    upload = send(city, add_class(city, seats=ROWS), content, "长名单.csv")
    assert REGISTER["work-rosters"].work is work_rosters
    run_due_jobs()
    assert upload_now(upload.id).state is RosterState.CHECKED
