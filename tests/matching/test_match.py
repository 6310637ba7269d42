import csv
import json
from datetime import date
from pathlib import Path

import pytest

from matching import intake, sheet
from matching.engine.features import CertificateNeed, Skill, SkillNeed, WageUnit
from matching.engine.reference import rank
from matching.match import Journal, Mark, match

OPENINGS = [
    "id,title,occupation,skills,certificates,region,wage_min,wage_max,text",
    "o1,纺纱工,6-04-02-01,细纱;接头,,610404,3200,4500,",
    "o2,缝纫工,缝纫工,缝纫*,,610402,3000,4000,",
    "o3,焊工,6-18-02-04,焊接,特种作业操作证,610481,5000,7500,",
    "o4,挡车工,,细纱,健康证?,610404,2800,2900,",
    "=1+1,织布工,6-04-03-03,织布,,610404,3600,4100,",
]
WORKERS = [
    "id,occupation,skills,held_certificates,region,wanted_occupations,allowed_regions,wage_floor",
    "w1,6-04-02-01,细纱(3),,610404,6-04-02-01,610404;610402,3000",
    "w2,,焊接,特种作业操作证,610481,6-18-02-04,610400,4500",
    "w3,,焊接,,610481,6-18-02-04,610400,4500",
    "w4,,缝纫,,610402,缝纫工,,",
]


def write(folder: Path, name: str, lines: list[str], encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def cells_of(path: Path) -> list[intake.Cells]:
    table = sheet.open_sheet(path, ("id",))
    pick = intake.picker(table.header)
    return [pick(row) for block in sheet.blocks(table) for _, row in sheet.numbered(table, block)]


def run(folder: Path, *, both: bool = False, encoding: str = "utf-8") -> list[dict[str, str]]:
    out = folder / "out.csv"
    match(write(folder, "o.csv", OPENINGS, encoding), write(folder, "w.csv", WORKERS, encoding), out=out, both=both)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_hard_conditions_hold_and_points_add_up_for_every_line(tmp_path: Path) -> None:
    lines = run(tmp_path)
    pairs = {(line["worker"], line["opening"]) for line in lines}
    assert pairs == {("w1", "o1"), ("w1", "'=1+1"), ("w2", "o3"), ("w4", "o2")}
    parts = ("trade", "experience", "skills", "wage", "place", "terms")
    for line in lines:
        assert sum(int(line[part]) for part in parts) == int(line["points"])
        assert len(line["reasons"].split("；")) >= 3


def test_the_command_gives_the_list_of_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run(tmp_path)
    openings = [intake.opening_of(cells) for cells in cells_of(tmp_path / "o.csv")]
    from centre import clock
    from matching.engine.features import Ground

    for worker in map(intake.worker_of, cells_of(tmp_path / "w.csv")):
        slow = rank(worker, openings, Ground(today=clock.today())).suggestions
        mine = [line for line in lines if line["worker"] == worker.id]
        assert [(line["opening"].lstrip("'"), int(line["points"])) for line in mine] == [
            (one.opening_id, one.points) for one in slow
        ]
        for line, one in zip(mine, slow, strict=True):
            assert [int(line[factor.part.value]) for factor in one.factors] == [factor.points for factor in one.factors]


def test_a_table_in_gb18030_and_one_in_json_lines_read_alike(tmp_path: Path) -> None:
    plain = run(tmp_path)
    assert run(tmp_path, encoding="gb18030") == plain
    objects = [json.dumps(dict(zip(WORKERS[0].split(","), line.split(","), strict=True))) for line in WORKERS[1:]]
    out = tmp_path / "again.csv"
    match(tmp_path / "o.csv", write(tmp_path, "w.jsonl", objects), out=out)
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == plain


def test_a_workbook_reads_like_the_table(tmp_path: Path) -> None:
    import xlsxwriter

    plain = run(tmp_path)
    with xlsxwriter.Workbook(str(tmp_path / "w.xlsx")) as book:
        page = book.add_worksheet()
        for place, line in enumerate(WORKERS):
            page.write_row(place, 0, line.split(","))
    out = tmp_path / "again.csv"
    match(tmp_path / "o.csv", tmp_path / "w.xlsx", out=out)
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == plain


def test_cells_carry_levels_musts_and_units() -> None:
    cells = {"id": "7", "skills": "焊接(3)*；看图", "certificates": "健康证?", "wage_unit": "日", "wage_min": "280.5"}
    opening = intake.opening_of(cells)
    assert opening.skills == (SkillNeed("焊接", 3, True), SkillNeed("看图"))
    assert opening.certificates == (CertificateNeed("健康证", must=False),)
    assert (opening.wage_unit, opening.wage_min_fen) == (WageUnit.DAY, 28_050)
    worker = intake.worker_of({"id": 7.0, "skills": ["焊接(2)"], "birth_date": "2000-02-29"})
    assert (worker.id, worker.skills, worker.certificates) == ("7", (Skill("焊接", 2),), None)
    assert worker.birth_date == date(2000, 2, 29)


def test_a_broken_cell_is_named_by_file_and_line(tmp_path: Path) -> None:
    bad = write(tmp_path, "o.csv", [*OPENINGS, "o9,,,,,,abc,,"])
    with pytest.raises(sheet.UnreadableSheet, match=r"o\.csv, line 7"):
        match(bad, write(tmp_path, "w.csv", WORKERS), out=tmp_path / "out.csv")


def test_a_table_without_an_id_is_refused(tmp_path: Path) -> None:
    bad = write(tmp_path, "o.csv", ["title,region", "a,b"])
    with pytest.raises(sheet.UnreadableSheet, match="id"):
        match(bad, write(tmp_path, "w.csv", WORKERS), out=tmp_path / "out.csv")


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole = run(tmp_path)
    out = tmp_path / "out.csv"
    complete = out.read_bytes()
    head = complete.split(b"worker,w2")[0]
    out.write_bytes(head + b"worker,w2,half a li")
    Journal(out, (tmp_path / "o.csv", tmp_path / "w.csv"), (20, False, "csv", "zh-Hans")).note(
        Mark(len("\n".join(WORKERS[:2]).encode()) + 1, 3, len(head), 1)
    )
    assert match(tmp_path / "o.csv", tmp_path / "w.csv", out=out) == len(whole) - 2
    assert out.read_bytes() == complete
    assert not out.with_name("out.csv.progress").exists()
