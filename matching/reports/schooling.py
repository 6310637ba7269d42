"""R6, the training report: classes, people and money by school and by major (技能培训月报)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from centre.translation import N_
from matching.learning.outcomes import report
from matching.reports.reading import ReportScope
from matching.reports.rules import ReportColumn, ReportRow, ReportTable, Unit, add_up
from training.outcomes.sums import By, OutcomeSum

PEOPLE = (
    ReportColumn("classes", N_("班数"), Unit.ITEMS),
    ReportColumn("seats", N_("名额"), Unit.PLACES),
    ReportColumn("enrolled", N_("录取"), Unit.PERSON_TIMES),
    ReportColumn("dropped", N_("中途退学"), Unit.PERSON_TIMES),
    ReportColumn("completed", N_("结业"), Unit.PERSON_TIMES),
    ReportColumn("certified", N_("取证"), Unit.PERSON_TIMES),
    ReportColumn("employed", N_("就业"), Unit.PERSON_TIMES),
    ReportColumn("away", N_("其中外出务工"), Unit.PERSON_TIMES, part_of="employed"),
    ReportColumn("hours", N_("课时"), Unit.HOURS),
)
MONEY = (
    ReportColumn("tuition_fen", N_("学费"), Unit.FEN),
    ReportColumn("waiver_fen", N_("学校减免"), Unit.FEN, part_of="tuition_fen"),
    ReportColumn("government_fen", N_("政府补贴"), Unit.FEN, part_of="tuition_fen"),
    ReportColumn("centre_fen", N_("中心补助"), Unit.FEN, part_of="tuition_fen"),
    ReportColumn("learner_fen", N_("学员自己出"), Unit.FEN, part_of="tuition_fen"),
)


def training_tables(session: Session, scope: ReportScope) -> list[ReportTable]:
    """R6: the classes that began in the period."""
    days = {"since": scope.since, "until": scope.until}
    by_school = report(session, by=By.SCHOOL, centre_ids=scope.ids, **days)
    by_major = report(session, by=By.MAJOR, centre_ids=scope.ids, **days)
    note = N_("按开班日期统计。每一笔学费都等于学校、政府、中心和学员各出的合计。")
    return [
        lines("schools", N_("按学校"), N_("学校"), PEOPLE, by_school, note),
        lines("school_money", N_("经费由谁出"), N_("学校"), MONEY, by_school),
        lines("majors", N_("按专业"), N_("专业"), PEOPLE, by_major),
    ]


def lines(
    key: str, title: str, head: str, columns: Sequence[ReportColumn], known: Sequence[OutcomeSum], note: str = ""
) -> ReportTable:
    """One table over schools or majors."""
    rows = [
        ReportRow(
            str(line.id), line.major or line.school, {column.key: getattr(line, column.key) for column in columns}
        )
        for line in known
    ]
    return ReportTable(key, title, head, columns, rows, add_up(columns, rows), note)
