"""The made-up market as two tables, to measure the whole command: `python -m tests.bench.sheets FOLDER N M`."""

import sys
from pathlib import Path

from matching.engine.fit.profiles import WorkerProfile
from tests.bench.city import Market


def write_openings(path: Path, market: Market, count: int) -> None:
    """A table of openings."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,title,occupation,skills,certificates,region,wage_min,wage_max\n")
        for one in market.openings(count):
            skills = ";".join(need.term for need in one.skills)
            papers = ";".join(need.kind for need in one.certificates)
            low, high = (one.wage_min_fen or 0) // 100, (one.wage_max_fen or 0) // 100
            file.write(f"o{one.id},Post {one.id},{one.occupation},{skills},{papers},{one.region},{low},{high}\n")


def line_of(one: WorkerProfile) -> str:
    """A line of the table of workers."""
    practised = (one.practised or ())[0]
    skills = ";".join(skill.term for skill in one.skills or ())
    papers = ";".join(paper.kind for paper in one.certificates or ())
    leave = one.leave_home_ok.value if one.leave_home_ok else ""
    wishes = f"{';'.join(one.wanted or ())},{';'.join(one.regions)},{leave},{(one.wage_floor_fen or 0) // 100}"
    return f"w{one.id},{practised.code},{practised.years},{skills},{papers},{one.home},{wishes}\n"


def write_workers(path: Path, market: Market, count: int) -> None:
    """A table of workers."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,occupation,years,skills,held_certificates,region,wanted_occupations,allowed_regions,")
        file.write("leave_home_ok,wage_floor\n")
        file.writelines(map(line_of, market.workers(count)))


def write_tables(folder: Path, openings: int, workers: int) -> Path:
    """Write openings.csv and workers.csv into a folder, which is returned."""
    write_openings(folder / "openings.csv", Market(), openings)
    write_workers(folder / "workers.csv", Market(), workers)
    return folder


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
