"""Tables as offices send them to `gangqiao match`: the right value, or a verdict for the line."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from centre.grammars.reading import Unreadable
from matching.bulk import blocks, command, parsing, verdicts
from matching.bulk.command import match
from matching.bulk.verdicts import Verdicts
from matching.engine.fit.profiles import Leave
from tests.planted import planted
from web.commands import app

DATA = Path(__file__).parent / "data"


def cells_of(name: str) -> dict[str, parsing.Cells]:
    """The cells of every line of a table by its id."""
    table = blocks.open_sheet(DATA / name)
    pick = parsing.picker(table.names)
    lines = [pick(row) for block in blocks.blocks(table) for _, row in blocks.numbered(table, block)]
    return {str(cells["id"]): cells for cells in lines}


def verdicts_of(openings: str, workers: str, out: Path) -> tuple[Verdicts, Verdicts]:
    tables = Verdicts(openings), Verdicts(workers)
    match(DATA / openings, DATA / workers, out=out, verdicts=tables)
    return tables


def codes(table: Verdicts) -> dict[tuple[str, int], str]:
    return {(fault.sheet, fault.row): fault.problem.code for fault in table.faults}


def test_codes_and_names_of_places_mean_the_same() -> None:
    places = {name: parsing.opening_of(cells).region for name, cells in cells_of("oR.csv").items()}
    assert places == {
        "R1": "610402", "R2": "610402", "R3": "610400", "R4": "610402", "R5": "610100", "R6": "110105",
    }  # fmt: skip
    people = {name: parsing.worker_of(cells) for name, cells in cells_of("wR.csv").items()}
    assert [people[name].regions for name in "ABCD"] == [("610402",), ("610402",), ("610400",), ("610400",)]
    assert (people["E"].home, people["F"].home) == ("610402", "610402")


def test_every_worker_is_matched_alike_however_the_place_is_written(tmp_path: Path) -> None:
    openings, workers = verdicts_of("oR.csv", "wR.csv", tmp_path / "out.csv")
    assert (openings.read, openings.refused, workers.read, workers.refused) == (6, 0, 6, 0)
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    of_worker = {name: {line.split(",")[2] for line in lines if line.split(",")[1] == name} for name in "ABCDEF"}
    assert of_worker["A"] == of_worker["B"] >= {"R1", "R2", "R4"}
    assert of_worker["C"] == of_worker["D"]
    assert of_worker["E"] == of_worker["F"]


def test_workers_whose_places_are_written_in_three_ways_get_both_openings_of_the_county(tmp_path: Path) -> None:
    verdicts_of("o2b.csv", "w2b.csv", tmp_path / "out.csv")
    lines = [line.split(",") for line in (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert {(line[1], line[2]) for line in lines} == {
        (worker, job) for worker in ("P1", "P2", "P3") for job in ("J1", "J2")
    }


def test_text_called_a_workbook_reads_like_the_table() -> None:
    tables = [
        {name: parsing.opening_of(cells) for name, cells in cells_of(table).items()} for table in ("oG2.csv", "oG2.xls")
    ]
    assert tables[0] == tables[1]
    assert [opening.remaining for opening in tables[0].values()] == [1, 0, None]


def test_a_table_of_people_without_a_column_of_ids_is_refused_in_words(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(
        app, ["match", str(DATA / "o1.csv"), str(DATA / "w10.csv"), "--out", str(out), "--lang", "zh-Hans"]
    )
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "w10.csv" in result.stderr
    assert "编号" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("name", ["o3.csv", "o4.csv", "o5.csv"])
def test_title_lines_semicolons_and_other_encodings_are_read(name: str) -> None:
    assert parsing.opening_of(cells_of(name)["J1"]).region == "610402"


def test_cells_with_units_signs_and_words_are_read() -> None:
    first = parsing.opening_of(cells_of("o2.csv")["J1"])
    assert (first.wage_min_fen, first.wage_max_fen, first.valid_until) == (280_000, 320_000, date(2026, 12, 31))
    wide = {name: parsing.opening_of(cells) for name, cells in cells_of("oF.csv").items()}
    assert [(opening.wage_min_fen, opening.remaining) for opening in wide.values()] == [(280_000, 1)] * 2
    some = {name: parsing.opening_of(cells).remaining for name, cells in cells_of("oG.csv").items()}
    assert some == {"J1": 1, "J2": 0, "J3": None}
    people = {name: parsing.worker_of(cells) for name, cells in cells_of("w1.csv").items()}
    assert (people["P1"].night_ok, people["P1"].shift_ok, people["P1"].education) == (False, False, 1)
    worker = parsing.worker_of(cells_of("w2.csv")["P1"])
    assert (worker.birth_date, worker.regions) == (date(1985, 3, 8), ("610402",))
    assert set(cells_of("wT.csv")) == {"P1"}
    assert "=1+1" in cells_of("wI.csv")


def test_unknown_words_are_reported_and_never_read_as_not_recorded(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("an older result", encoding="utf-8")
    tables = Verdicts("o1.csv"), Verdicts("w8.csv")
    with pytest.raises(command.NothingToMatch):
        match(DATA / "o1.csv", DATA / "w8.csv", out=out, verdicts=tables)
    assert codes(tables[1]) == {("", 2): "word-unknown"}
    assert out.read_text(encoding="utf-8") == "an older result"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv"]


def test_ids_that_are_missing_cut_or_repeated_are_refused_with_their_line(tmp_path: Path) -> None:
    openings, _ = verdicts_of("o7.xlsx", "w9.csv", tmp_path / "out.csv")
    assert codes(openings) == {
        ("Sheet", 3): "id-repeated", ("Sheet", 4): "id-missing", ("Sheet", 5): "digits-lost",
    }  # fmt: skip
    assert openings.read == 1
    openings, _ = verdicts_of("o6.xlsx", "w9.csv", tmp_path / "out.csv")
    assert codes(openings) == {("岗位", 3): "id-repeated"}


def test_a_match_that_compares_no_ids_is_caught(tmp_path: Path) -> None:
    with planted(command, repeated_ids=lambda _sheet: {}), pytest.raises(AssertionError):
        test_ids_that_are_missing_cut_or_repeated_are_refused_with_their_line(tmp_path)


def test_ids_in_different_blocks_are_compared(tmp_path: Path) -> None:
    table = tmp_path / "w.csv"
    table.write_text("id,region\n" + "".join(f"w{n % 50},610402\n" for n in range(100)), encoding="utf-8")
    with planted(blocks, SIZE=40), planted(verdicts, blocks=lambda sheet: blocks.blocks(sheet, size=40)):
        repeats = verdicts.repeated_ids(blocks.open_sheet(table))
    assert sorted(row for lines in repeats.values() for _, row in lines.values()) == list(range(2, 52))


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"night_ok": "看情况"}, "night_ok"), ({"region": "鼓楼区"}, "region"), ({"regions": "火星"}, "regions"),
        ({"education": "看情况"}, "education"), ({"birth_date": "1985-03"}, "birth_date"),
        ({"wage_floor": "3000-4000"}, "wage_floor"), ({"wage_floor": "20元/小时"}, "wage_floor"),
        ({"years": "很多年"}, "years"), ({"employment_type": "全职"}, "employment_type"),
        ({"leave_home_ok": "愿意"}, "leave_home_ok"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_names_its_column(cells: dict[str, str], field: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parsing.worker_of({"id": "1", **cells})
    assert refusal.value.field == field


def test_words_of_the_forms_are_read_as_codes() -> None:
    worker = parsing.worker_of({"id": "1", "leave_home_ok": "全省都行", "wage_floor": "面议", "years": "三年"})
    assert (worker.leave_home_ok, worker.wage_floor_fen) == (Leave.PROVINCE, None)


@pytest.mark.parametrize(("language", "words"), [("zh-Hans", "编号: 没有写编号"), ("en", "id: no id is given")])
def test_the_command_reports_in_the_language_of_the_reader(tmp_path: Path, language: str, words: str) -> None:
    out, report = tmp_path / "out.csv", tmp_path / "report.csv"
    result = CliRunner().invoke(
        app,
        ["match", str(DATA / "o7.xlsx"), str(DATA / "w9.csv"), "--out", str(out), "--lang", language,
         "--report", str(report)],
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert words in result.stderr
    assert "Sheet" in result.stderr
    assert out.exists()
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 4
