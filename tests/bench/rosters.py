"""Import of a long roster against what anybody would write: `python -m tests.bench.rosters --rows 40000`.

The list has the 18 columns of a village survey. Ours is everything from the bytes to the last commit: upload, checks,
dry run with verdicts, confirmation, people sealed under keys of their own, enrolments, ledger, messages. The peer is
python-calamine and bare `sqlite3.executemany` into the same file, without a check or a secret: once as one table of
what the cells say (`bare`), once as the same number of rows in the same tables (`same_rows`). One JSON line.
"""

import argparse
import importlib.metadata
import io
import json
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import func, select

from centre import clock, privacy
from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.outbox import Message
from centre.people import Person
from centre.states import Transition
from tests.databases import make_tables, settings_from
from tests.training import world
from training.enrolments.models import Enrolment
from training.rosters.actions import confirm_roster, upload_roster
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.rules import AT_ONCE
from training.rosters.worker import work_off

HEADER = [
    "序号", "户号", "姓名", "证件类型", "身份证号", "性别", "民族", "出生日期", "文化程度", "人员类别",
    "户籍地址", "联系电话", "培训工种", "培训等级", "现在情况", "外出意愿", "开户行", "备注",
]  # fmt: skip
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗", "秀兰芳伟敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英"
TABLES: tuple[Any, ...] = (Person, Enrolment, ServiceEvent, Message, Transition, RosterRow)


def survey(count: int) -> bytes:
    """A village survey as .xlsx: everybody different, telephones as text, numbers valid."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True})
    sheet = book.add_worksheet("劳动力资源台账")
    sheet.write_row(0, 0, ["某镇劳动力资源台账"])
    sheet.write_row(1, 0, HEADER)
    for serial in range(count):
        sheet.write_row(serial + 2, 0, line(serial))
    book.close()
    return packed.getvalue()


def line(serial: int) -> list[Any]:
    """One person of the survey."""
    born = date(1962, 1, 1) + timedelta(days=serial % 14_000)
    number = world.identity(serial // 14_000 * 100 + serial % 89 + 1, f"{born:%Y%m%d}")
    name = SURNAMES[serial % 20] + GIVEN[serial // 20 % 23] + GIVEN[serial // 460 % 23]
    sex = "男" if int(number[16]) % 2 else "女"
    return [
        serial + 1, serial // 3, name, "居民身份证", number, sex, "汉族", f"{born:%Y.%m.%d}", "初中", "农村转移劳动力",
        f"陕西省三原县某镇{serial % 30}村", f"139{serial:08d}", "服装缝纫", "五级", "在家", "愿意", "信用社", "",
    ]  # fmt: skip


def clocked(work: Callable[[], object]) -> float:
    """Seconds on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peer(content: bytes, folder: Path, tables: int) -> float:
    """Calamine, then bare executemany: the cells as one row, or as one row in each of so many tables, one commit."""
    from python_calamine import CalamineWorkbook

    start = time.perf_counter()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    book = sqlite3.connect(folder / f"peer{tables}.db")
    book.execute("PRAGMA journal_mode=WAL")
    book.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"c{place}" for place in range(len(HEADER)))
    for table in range(tables):
        book.execute(f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, {columns})")
        book.execute(f"CREATE UNIQUE INDEX u{table} ON t{table} (c4)")
        book.execute(f"CREATE INDEX i{table} ON t{table} (c11)")
        marks = ", ".join("?" * len(HEADER))
        book.executemany(f"INSERT INTO t{table} ({columns}) VALUES ({marks})", rows[2:])  # noqa: S608
    book.commit()
    book.close()
    return time.perf_counter() - start


def ours(content: bytes, count: int) -> dict[str, float]:
    """The whole way of a roster through the service, in one process."""
    city = world.build()
    class_id = world.add_class(city, seats=count)
    acting = city.actors["registrar"]

    def upload() -> None:
        with open_session(acting.scope, write=True) as session:
            upload_roster(session, acting, class_id=class_id, content=content, file_name="台账.xlsx")

    def confirm() -> None:
        with open_session(acting.scope, write=True) as session:
            confirm_roster(session, acting, upload_id=1)

    steps: list[tuple[str, Callable[[], object]]] = [("upload_s", upload), ("confirm_s", confirm)]
    if count > AT_ONCE:
        steps = [("upload_s", upload), ("check_s", work_off), ("confirm_s", confirm), ("import_s", work_off)]
    figures = {name: clocked(work) for name, work in steps}
    with open_session(world.SYSTEM.scope) as session:
        done = session.get_one(RosterUpload, 1)
        figures |= {"created": done.creates, "errors": done.errors}
        figures["rows_written"] = sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in TABLES)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    asked = parser.parse_args()
    content = survey(asked.rows)
    folder = Path(tempfile.mkdtemp())
    try:
        bare, same_rows = peer(content, folder, 1), peer(content, folder, len(TABLES))
        url = f"sqlite:///{folder / 'gangqiao.db'}"
        make_tables(url)
        with ExitStack() as stack:
            stack.enter_context(settings_from(database_url=url, data_dir=str(folder)))
            privacy.forget_keys()
            stack.enter_context(clock.frozen(world.MONDAY))
            figures = ours(content, asked.rows)
    finally:
        shutil.rmtree(folder)
    total = sum(seconds for name, seconds in figures.items() if name.endswith("_s"))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    result = {"name": "P7", "rows": asked.rows, "bytes": len(content), **figures, "total_s": total, "peak_mb": peak}
    result |= {"bare_s": bare, "same_rows_s": same_rows, "over_bare": total / bare, "over_same_rows": total / same_rows}
    result["versions"] = {name: importlib.metadata.version(name) for name in ("python-calamine", "sqlalchemy")}
    result["python"] = sys.version.split()[0]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
