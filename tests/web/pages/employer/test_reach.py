"""What would bring the two sides together, on the pages of both."""

from sqlalchemy import select

from centre.database import open_session
from centre.permissions import Actor
from employers.openings.models import Opening
from matching.profiles.models import JobWish
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system().scope


def test_an_employer_sees_numbers_of_its_own_opening_and_no_person(hall: Hall) -> None:
    opening = number(Opening, title="缝纫工（平车）")
    boss, stranger = hall.enter("employer"), hall.enter("employer2")
    seen = words(boss.get(f"/employer/openings/{opening}/reach"))
    assert all(part in seen for part in ("够得着多少人", "条件合得上的人", "每月多给 200 元", "按 5 取整"))
    assert "王秀兰" not in seen
    assert f"/employer/openings/{opening}/reach" in boss.get(f"/employer/openings/{opening}")
    stranger.get(f"/employer/openings/{opening}/reach", 404)


def test_a_worker_reads_what_single_change_would_do(hall: Hall) -> None:
    opening, worker = number(Opening, title="缝纫工（平车）"), hall.enter("wang")
    assert "只差这一样" not in words(worker.get(f"/openings/{opening}"))
    with open_session(SYSTEM, write=True) as session:
        high = session.get_one(Opening, opening).wage_max_fen or 0
        wish = session.scalars(select(JobWish).where(JobWish.person_id == 1)).one()
        wish.wage_floor_fen = high + 30_000
    seen = words(worker.get(f"/openings/{opening}"))
    assert "只差这一样，改了就合适" in seen
    assert "最低期望工资每月降低 300 元" in seen
