"""RE-01, RE-03, RE-04, RE-09: the ledger of the source article is reproduced to the person-time and to the fen."""

from datetime import date

import pytest

from centre import clock
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.permissions import Actor
from centre.tallies.jobs import count_ledger, counted
from matching.reports.queries import report
from matching.reports.rules import Report, ReportKey, ReportRow
from web.demo import five_years
from web.demo.files import rows

SYSTEM = Actor.system()
FIVE = ("training", "intermediation", "petition", "legal", "relief")


def fill(*, count: bool) -> list[int]:
    """Write the article's ledger, with or without the monthly counts. Returns the ids of the 14 centres."""
    with open_session(SYSTEM.scope, write=True) as session:
        for row in rows("centres"):
            level = CentreLevel(row["level"])
            session.add(Centre(code=row["code"], name=row["name"], level=level, region_code=row["region"]))
        session.flush()
        five_years.fill(session)
        five_years.fill(session)  # a second time adds nothing
        centres = session.query(Centre).order_by(Centre.code).all()
        if count:
            count_ledger(session, counted(session))
        return [centre.id for centre in centres]


@pytest.fixture
def ledger(any_database: str) -> list[int]:
    """The article's ledger, counted."""
    return fill(count=True)


def read(since: date = five_years.SINCE, until: date = five_years.UNTIL, centre_id: int | None = None) -> Report:
    """The reception ledger of a period."""
    with open_session(SYSTEM.scope) as session:
        return report(session, SYSTEM, ReportKey.LEDGER, since=since, until=until, centre_id=centre_id)


def figures(lines: list[ReportRow], name: str = "person_times") -> dict[str, int | None]:
    """One column of a table by row."""
    return {row.key: row.figures[name] for row in lines}


def total(line: ReportRow | None, *names: str) -> list[int | None]:
    """Some figures of a total."""
    assert line is not None
    return [line.figures[name] for name in names]


def test_five_years_of_14_centres(ledger: list[int]) -> None:
    kinds, places, spans = read().tables
    assert figures(list(kinds.rows)) == {
        "training": 3_600, "intermediation": 9_200, "petition": 22_100, "hotline": 9_400, "in_person": 12_700,
        "legal": 1_372, "relief": 12_882,
    }  # fmt: skip
    assert total(kinds.total, "person_times", "share", "persons") == [49_154, 10_000, 0]
    shares = figures(list(kinds.rows), "share")
    assert [shares[name] for name in FIVE] == [732, 1_872, 4_496, 279, 2_621]
    assert figures(list(kinds.rows), "amount_fen")["relief"] == 535_000_000
    assert list(figures(list(spans.rows)).values()) == [9_852, 9_844, 9_828, 9_822, 9_808]
    assert list(figures(list(places.rows)).values()) == [3_514] * 2 + [3_511] * 6 + [3_510] * 6
    assert [places.rows[5].figures[name] for name in FIVE] == [257, 657, 1_579, 98, 920]


def test_counts_and_entries_say_the_same(database: str) -> None:
    centres = fill(count=False)
    before = read(date(2004, 12, 20), date(2005, 3, 14))
    with open_session(SYSTEM.scope, write=True) as session:
        count_ledger(session, counted(session))
    assert len(centres) == 14
    assert read(date(2004, 12, 20), date(2005, 3, 14)) == before


def test_a_calendar_year_and_a_month(ledger: list[int]) -> None:
    year = read(date(2003, 1, 1), date(2003, 12, 31)).tables[1].total
    assert total(year, *FIVE, "person_times") == [720, 1_848, 4_428, 276, 2_580, 9_852]
    month = read(date(2005, 2, 1), date(2005, 2, 28)).tables[1].total
    assert total(month, *FIVE, "person_times", "hotline") == [60, 153, 368, 23, 215, 819, 157]


def test_days_that_are_no_whole_months_add_up_to_the_month(ledger: list[int]) -> None:
    halves = [read(date(2004, 12, 20), date(2005, 2, 10)), read(date(2005, 2, 11), date(2005, 3, 14))]
    whole = read(date(2004, 12, 20), date(2005, 3, 14))
    parts = [half.tables[1].total.figures for half in halves if half.tables[1].total]
    assert whole.tables[1].total
    for name, value in whole.tables[1].total.figures.items():
        assert value == sum(part[name] or 0 for part in parts), name


def test_the_centres_add_up_to_the_city_in_every_cell(ledger: list[int]) -> None:
    city, alone = read(), [read(centre_id=number) for number in ledger]
    for place, table in enumerate(city.tables):
        assert table.total
        for column in table.columns:
            if column.adds:
                parts = [centre.tables[place].total for centre in alone]
                assert table.total.figures[column.key] == sum(part.figures[column.key] or 0 for part in parts if part)


def test_schools_destinations_and_tuition(ledger: list[int]) -> None:
    with open_session(SYSTEM.scope) as session:
        schooling = five_years.schooling(session)
    assert [schooling.schools[f"P{number}"] for number in range(1, 6)] == [984, 820, 655, 652, 489]
    assert (schooling.yangtze, schooling.pearl) == (1_200, 600)
    assert schooling.money == {"tuition": 5_303_700, "waiver": 1_620_500, "centre": 2_274_900, "learner": 1_408_300}
    assert schooling.hours == 595_840
    paid = figures(list(read().tables[0].rows), "amount_fen")["training"]
    assert paid == schooling.money["centre"] * 100


def test_the_clock_plays_no_part(ledger: list[int]) -> None:
    before = read()
    with clock.frozen(clock.now().replace(year=2031, month=5, day=5)):
        assert read() == before
