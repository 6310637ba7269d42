import csv
import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from centre import clock
from centre.sheets.reading import read_sheets, text_of
from matching.bulk import blocks, command, parsing
from matching.bulk.command import Journal, Mark, match
from matching.bulk.encoding import KEPT, Encoder
from matching.bulk.verdicts import Verdicts
from matching.engine.fit.profiles import CertificateNeed, Ground, Skill, SkillNeed, WageUnit
from matching.engine.fit.reference import rank, rank_workers
from matching.engine.pairs import engine
from matching.engine.pairs.encode import OpeningColumns, Register, WorkerColumns, signatures, taken
from tests.planted import planted

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


def cells_of(path: Path) -> list[parsing.Cells]:
    table = blocks.open_sheet(path)
    pick = parsing.picker(table.names)
    return [pick(row) for block in blocks.blocks(table) for _, row in blocks.numbered(table, block)]


def cells_in(text: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    head, *rows = (tuple(cell.strip(" ") for cell in line.split(",")) for line in text.strip().splitlines())
    return head, rows


OPENING_CELLS = cells_in("""
id, occupation, title, skills, certificates, region, wage_min, wage_max, wage_unit, night, lodging, headcount, risk
a, 6-04-02-01, x, 细纱;接头*, 健康证?, 610404, 3200, 4500, , 是, , ,
b, , 缝纫工, , , , , , , , 否, 0,
c, , , 焊接(3)* | 看图, 特种作业操作证(2);健康证?, 610000, 280, , 日, 否, 是, 3, watch
d, 6-04-02-01, , 细纱, , 610481, , 9000, , , , , suspended
e, 6-04-02-01, , 细纱;接头*, , 610404, 3200, 4500, , 是, , 2,
""")
WORKER_CELLS = cells_in("""
id, occupation, years, skills, certificates, region, wanted, regions, leave_home_ok, wage_floor, birth_date, hardship
1, 6-04-02-01;缝纫工, 3, 细纱(2);络筒, 健康证, 610404, 6-04-02-01, 610404;320600, , 3000, , 是
2, , , , , , , , , , 2009-09-01,
3, 焊工, , 焊接;, , 610481, , , city, 2500.5, 1990-01-31, 否
4, , , 细纱(2), 健康证, 610481, 6-04-02-01, , county, 3000, ,
""")


def run(
    folder: Path, *, encoding: str = "utf-8", out: str = "out.csv", language: str = "zh-Hans", **how: Any
) -> list[dict[str, str]]:
    files = write(folder, "o.csv", OPENINGS, encoding), write(folder, "w.csv", WORKERS, encoding)
    match(*files, out=folder / out, language=language, **how)
    if not out.endswith(".csv"):
        return []
    with (folder / out).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_hard_conditions_hold_and_points_add_up_for_every_line(tmp_path: Path) -> None:
    lines = run(tmp_path)
    pairs = {(line["worker"], line["opening"]) for line in lines}
    assert pairs == {("w1", "o1"), ("w1", "'=1+1"), ("w2", "o3"), ("w4", "o2")}
    parts = ("trade", "experience", "skills", "wage", "place", "terms")
    for line in lines:
        assert sum(int(line[part]) for part in parts) == int(line["points"])
        assert len(line["reasons"].split("；")) >= 3


def test_the_command_gives_the_list_of_the_reference(tmp_path: Path) -> None:
    lines = run(tmp_path)
    openings = [parsing.opening_of(cells) for cells in cells_of(tmp_path / "o.csv")]
    for worker in map(parsing.worker_of, cells_of(tmp_path / "w.csv")):
        slow = rank(worker, openings, Ground(today=clock.today())).suggestions
        mine = [line for line in lines if line["worker"] == worker.id]
        assert [(line["opening"].lstrip("'"), int(line["points"])) for line in mine] == [
            (suggestion.opening_id, suggestion.points) for suggestion in slow
        ]
        for line, suggestion in zip(mine, slow, strict=True):
            assert [int(line[factor.part.value]) for factor in suggestion.factors] == [
                factor.points for factor in suggestion.factors
            ]


def test_a_table_in_gb18030_and_one_in_json_lines_read_alike(tmp_path: Path) -> None:
    plain = run(tmp_path)
    assert run(tmp_path, encoding="gb18030") == plain
    objects = [json.dumps(dict(zip(WORKERS[0].split(","), line.split(","), strict=True))) for line in WORKERS[1:]]
    out = tmp_path / "again.csv"
    match(tmp_path / "o.csv", write(tmp_path, "w.jsonl", objects), out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
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
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == plain


def test_cells_carry_levels_requirements_and_units() -> None:
    cells = {"id": "7", "skills": "焊接(3)*；看图", "certificates": "健康证?", "wage_unit": "日", "wage_min": "280.5"}
    opening = parsing.opening_of(cells)
    assert opening.skills == (SkillNeed("焊接", 3, True), SkillNeed("看图"))
    assert opening.certificates == (CertificateNeed("健康证", must=False),)
    assert (opening.wage_unit, opening.wage_min_fen) == (WageUnit.DAY, 28_050)
    worker = parsing.worker_of({"id": 7.0, "skills": ["焊接(2)"], "birth_date": "2000-02-29"})
    assert (worker.id, worker.skills, worker.certificates) == ("7", (Skill("焊接", 2),), None)
    assert worker.birth_date == date(2000, 2, 29)


def test_a_broken_cell_is_named_by_line_and_the_good_lines_are_matched(tmp_path: Path) -> None:
    whole = run(tmp_path)
    bad = write(tmp_path, "bad.csv", [*OPENINGS, "o9,,,,,,abc,,"])
    verdicts = Verdicts("bad.csv"), Verdicts("w.csv")
    assert match(bad, tmp_path / "w.csv", out=tmp_path / "out.csv", verdicts=verdicts) == len(whole)
    assert [(fault.row, fault.id, fault.problem.field) for fault in verdicts[0].faults] == [(7, "o9", "wage_min")]
    assert (verdicts[0].read, verdicts[0].refused, verdicts[1].read) == (5, 1, 4)


def test_a_table_without_an_id_is_refused(tmp_path: Path) -> None:
    bad = write(tmp_path, "o.csv", ["title,region", "a,b"])
    with pytest.raises(blocks.UnreadableSheet):
        match(bad, write(tmp_path, "w.csv", WORKERS), out=tmp_path / "out.csv")


def test_a_truncated_run_resumes_where_it_stopped(tmp_path: Path) -> None:
    whole = run(tmp_path)
    out = tmp_path / "out.csv"
    complete = out.read_bytes()
    head = complete.split(b"worker,w2")[0]
    out.write_text("an older result", encoding="utf-8")
    command.beside(out).write_bytes(head + b"worker,w2,half a li")
    Journal(out, (tmp_path / "o.csv", tmp_path / "w.csv"), (20, False, "csv", "zh-Hans")).note(
        Mark(len("\n".join(WORKERS[:2]).encode()) + 1, 3, len(head), 1)
    )
    assert match(tmp_path / "o.csv", tmp_path / "w.csv", out=out) == len(whole) - 2
    assert out.read_bytes() == complete
    assert not out.with_name("out.csv.progress").exists()


PARTS = ("trade", "experience", "skills", "wage", "place", "terms")


def test_both_directions_give_the_same_pairs_and_points(tmp_path: Path) -> None:
    lines = run(tmp_path, both=True)
    sides = {side: {} for side in ("worker", "opening")}  # type: dict[str, dict[tuple[str, str], list[str]]]
    for line in lines:
        values = [line[part] for part in (*PARTS, "points", "reasons")]
        sides[line["for"]][line["worker"], line["opening"]] = values
    assert sides["worker"] == sides["opening"]
    assert len(sides["worker"]) == 4


def test_the_best_workers_of_an_opening_are_those_of_the_reference(tmp_path: Path) -> None:
    lines = [line for line in run(tmp_path, both=True) if line["for"] == "opening"]
    workers = [parsing.worker_of(cells) for cells in cells_of(tmp_path / "w.csv")]
    for opening in map(parsing.opening_of, cells_of(tmp_path / "o.csv")):
        slow = rank_workers(opening, workers, Ground(today=clock.today())).suggestions
        mine = [line for line in lines if line["opening"].lstrip("'") == opening.id]
        assert [(line["worker"], int(line["points"])) for line in mine] == [
            (suggestion.worker_id, suggestion.points) for suggestion in slow
        ]


def test_compiled_and_plain_runs_write_the_same_bytes(tmp_path: Path) -> None:
    kept = Path(__file__).parents[3] / "build" / "kernels"
    for kind in ("csv", "jsonl"):
        with planted(engine, WARM=set()):
            run(tmp_path, both=True, out=f"plain.{kind}")
        with planted(command, SMALL=0, kernels=lambda: kept):
            run(tmp_path, both=True, out=f"fast.{kind}")
        assert (tmp_path / f"plain.{kind}").read_bytes() == (tmp_path / f"fast.{kind}").read_bytes()


def test_the_file_extension_decides_the_output_format(tmp_path: Path) -> None:
    table = run(tmp_path)
    run(tmp_path, out="out.jsonl")
    objects = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [{name: str(value) for name, value in record.items()} for record in objects] == [
        {name: value.lstrip("'") for name, value in line.items()} for line in table
    ]
    run(tmp_path, out="out.xlsx")
    head, *rows = read_sheets((tmp_path / "out.xlsx").read_bytes(), "out.xlsx").sheets[0].rows
    assert [dict(zip(head.cells, map(text_of, row.cells), strict=True)) for row in rows] == table


def test_reasons_appear_in_the_requested_language(tmp_path: Path) -> None:
    english = run(tmp_path, language="en")
    assert all(line["reasons"].isascii() and line["reasons"].count("; ") == 5 for line in english)


def test_quoted_line_breaks_never_split_a_row_between_blocks(tmp_path: Path) -> None:
    lines = ["id,skills,region", *(f'"w{n}\n""x""","细纱;\n络筒",610404' for n in range(500))]
    table = blocks.open_sheet(write(tmp_path, "w.csv", lines))
    cut = list(blocks.blocks(table, size=300))
    assert len(cut) > 10
    ids = [cell for block in cut for cell in blocks.columns(table, block)[0]]
    assert ids == [f'w{n}\n"x"' for n in range(500)]


def test_several_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    alone = run(tmp_path, both=True)
    small = {"SLICE": 2, "blocks": partial(blocks.blocks, size=40), "_prepared": lambda plan, _count: plan}
    with planted(blocks, SIZE=40), planted(command, **small):
        assert run(tmp_path, both=True, out="many.csv", backend="threading", jobs=2) == alone


@pytest.mark.parametrize("opening", [True, False])
def test_cells_encoded_by_column_equal_encoded_profiles(opening: bool) -> None:
    header, rows = OPENING_CELLS if opening else WORKER_CELLS
    ground, register, other = Ground(today=date(2026, 3, 2)), Register(), Register()
    encoder = Encoder(header, register, ground, opening=opening)
    encoded, lists = encoder.encode(list(zip(*rows, strict=True)))
    pick = parsing.picker(header)
    if opening:
        gathered = OpeningColumns(other, ground)
        kept = [gathered.add(parsing.opening_of(pick(row))) for row in rows]
        assert (encoded[:, KEPT] != 0).tolist() == kept
        some = [place for place, is_kept in enumerate(kept) if is_kept]
        encoded = encoded[some]
        lists = {name: taken(part, np.array(some)) for name, part in lists.items()}
        filled = encoded[:, :16].copy()
        signatures(filled, lists["terms"], lists["papers"])
        expected = np.array(gathered.rows, np.int32).reshape(-1, 16)
        names: tuple[str, ...] = ("terms", "papers")
    else:
        people = WorkerColumns(other, ground, grow=False)
        for row in rows:
            people.add(parsing.worker_of(pick(row)))
        filled, expected = encoded[:, :16], np.array(people.rows, np.int32).reshape(-1, 16)
        names = ("trades", "terms", "papers", "areas")
        gathered = people  # type: ignore[assignment]
    assert np.array_equal(filled, expected)
    for name in names:
        plain = getattr(gathered, name).lists()
        assert np.array_equal(plain.ptr, lists[name].ptr)
        assert np.array_equal(plain.of, lists[name].of)
