"""What is exported is imported again as the same openings: every column and kind of file, text with odd signs."""

import json
import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.people import Education
from centre.sheets.writing import Column, export, export_csv
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings import exports
from employers.openings.columns import COLUMNS, groups_cell, groups_of
from employers.openings.exports import rows_of
from employers.openings.imports import ImportVerdict, import_openings
from employers.openings.lists import read_list, with_markup
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from employers.openings.rules import (
    CertificateKind,
    ContractParty,
    EmploymentType,
    OpeningKind,
    OpeningState,
    Payer,
    Provision,
    ReservedFor,
    SexGround,
    WageUnit,
)
from tests.employers.world import OFFICER
from tests.ordeal.lengths import length
from tests.planted import planted

NOON = datetime(2026, 11, 28, 12, tzinfo=clock.SHANGHAI)
TODAY = date(2026, 11, 28)
SIGNS = ("", "-", "+", "=", "@", "'", "'=", "<b>", "&amp; ", "甲;乙、丙(3)*[", "一\\二")
PLACES = ("610402", "610404", "610400", "320583", "441900", "310117", "110105", "500101")
PAY = {WageUnit.MONTH: 220_000, WageUnit.DAY: 10_050, WageUnit.HOUR: 2_150, WageUnit.PIECE: 35}


def opening_of(dice: random.Random, number: int, employer: Employer) -> Opening:
    """An opening on show with every field filled."""
    unit = dice.choice(list(WageUnit))
    low = PAY[unit] * dice.randint(1, 3) + dice.randint(0, 99)
    age, employment = dice.randint(16, 40), dice.choice(list(EmploymentType))

    def text(word: str) -> str:
        return f"{dice.choice(SIGNS)}{word}{dice.choice(SIGNS)}".strip()

    return Opening(
        employer=employer, employer_id=employer.id, title=text(f"工种{10_000 + number}"), occupation_code="6-05-01-03",
        kind=dice.choice(list(OpeningKind)), headcount=dice.randint(1, 90), content=text("缝制\n检查"),
        conditions=text("踏实"), region_code=dice.choice(PLACES), address=text("纺织路 1 号"), wage_min_fen=low,
        wage_max_fen=dice.choice([None, low, low * 2]), wage_unit=unit,
        base_pay_fen=220_000 if unit in (WageUnit.MONTH, WageUnit.PIECE) else low, overtime_rule=text("加班另算"),
        pay_day=dice.randint(1, 31), employment_type=employment, contract_party=dice.choice(list(ContractParty)),
        client_name=text("实际单位") if employment is EmploymentType.AGENCY else "",
        hours_per_week=dice.randint(1, 100), shift=text("两班倒"), night_shift=dice.choice([None, True, False]),
        hazardous=dice.random() < 0.5, board=dice.choice(list(Provision)), lodging=dice.choice(list(Provision)),
        travel_paid_by=dice.choice(list(Payer)), medical_paid_by=dice.choice(list(Payer)),
        social_insurance=[text("养老"), text("工伤")], min_education=dice.choice([None, *Education]),
        skill_requirements=[
            {"term": text("平车"), "occupation_code": dice.choice(["", "6-05-01-03"]),
             "level": dice.choice([None, 3]), "must": dice.random() < 0.5}
        ],
        certificate_requirements=[
            {"kind": kind.value, "name": text("证"), "level": dice.choice([None, 4]), "must": dice.random() < 0.5}
            for kind in dice.sample(list(CertificateKind), 2)
        ],
        age_min=dice.choice([None, age]), age_max=dice.choice([None, age + 20]), age_reason=text("登高作业"),
        sex_limit_ground=dice.choice([None, *SexGround]), sex_limit_evidence=text("报告"),
        accepts_training=dice.random() < 0.5, reserved_for=[],
        valid_from=TODAY, valid_until=TODAY + timedelta(days=dice.randint(1, 170)),
        posted_at=datetime(2026, 11, dice.randint(1, 27), 9, tzinfo=clock.SHANGHAI), state=OpeningState.OPEN,
    )  # fmt: skip


def stock(session: Session, count: int) -> None:
    dice = random.Random(12)
    firms = [
        Employer(
            name=f"岗桥示例公司{number}", region_code="610404", state=EmployerState.ACTIVE, service_licence="许可 1 号"
        )
        for number in range(3)
    ]
    session.add_all(firms)
    session.flush()
    session.add_all([opening_of(dice, number, dice.choice(firms)) for number in range(count)])
    session.flush()


def exported(session: Session) -> list[dict[str, str]]:
    return rows_of(session.scalars(open_openings(TODAY).order_by(None).order_by(Opening.id)))


def file_of(rows: Iterable[dict[str, str]], ending: str) -> bytes:
    columns = [Column(name) for name in COLUMNS]
    if ending == "jsonl":
        marked = ({name: with_markup(cell) for name, cell in row.items()} for row in rows)
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in marked).encode()
    lines = [tuple(row.values()) for row in rows]
    return export("openings", columns, lines) if ending == "xlsx" else export_csv(columns, lines)


def returned(session: Session, data: bytes, ending: str) -> list[dict[str, str]]:
    """The export after an import into a database without openings and employers."""
    session.execute(delete(Opening))
    session.execute(delete(Employer))
    session.flush()
    session.expunge_all()
    openings = read_list(data, f"out.{ending}")
    report = import_openings(session, OFFICER, openings.lines, source_name="往返", publish=True)
    wrong = [row for row in report.rows if row.verdict is not ImportVerdict.OPEN]
    assert not wrong, [problem for row in wrong[:3] for problem in row.problems]
    return exported(session)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_openings_with_every_field_filled_come_back_the_same(session: Session, ending: str) -> None:
    with clock.frozen(NOON):
        stock(session, length(100, 5_000))
        rows = exported(session)
        assert rows
        data = file_of(rows, ending)
        again = returned(session, data, ending)
    assert again == rows
    if ending == "csv":
        assert file_of(again, ending) == data
        assert data.startswith(b"\xef\xbb\xbf")


@pytest.mark.rule("reserved-opening", "import")
def test_groups_for_whom_openings_are_kept_come_back_the_same() -> None:
    groups = [group.value for group in ReservedFor]
    assert [group.value for group in groups_of(groups_cell(groups)) or ()] == groups


def test_a_writer_that_drops_the_half_yuan_is_caught(session: Session) -> None:
    with planted(exports, _yuan=lambda fen: str(fen // 100)), clock.frozen(NOON):
        stock(session, 20)
        rows = [{**row, "wage": row["wage"]} for row in exported(session)]
        pay = session.scalars(select(Opening.wage_min_fen).order_by(Opening.id)).all()
        try:
            returned(session, file_of(rows, "csv"), "csv")
        except AssertionError:
            return
        assert session.scalars(select(Opening.wage_min_fen).order_by(Opening.id)).all() != pay


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
@pytest.mark.parametrize("name", ["src.csv", "demo.csv"])
def test_lists_of_offices_come_back_the_same(session: Session, name: str, ending: str) -> None:
    first = read_list((Path(__file__).parent / "data" / name).read_bytes(), name)
    with clock.frozen(NOON):
        import_openings(session, OFFICER, first.lines, source_name="甲", publish=True)
        rows = exported(session)
        assert rows
        assert returned(session, file_of(rows, ending), ending) == rows
