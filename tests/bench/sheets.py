"""The made-up market as two tables, to measure the whole command: `python -m tests.bench.sheets FOLDER N M`."""

import sys
from pathlib import Path

from matching.engine.fit.profiles import WorkerProfile
from tests.bench.city import Market


def write_openings(path: Path, market: Market, count: int) -> None:
    """A table of openings."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,title,occupation,skills,certificates,region,wage_min,wage_max\n")
        for opening in market.openings(count):
            skills = ";".join(need.term for need in opening.skills)
            papers = ";".join(need.kind for need in opening.certificates)
            low, high = (opening.wage_min_fen or 0) // 100, (opening.wage_max_fen or 0) // 100
            cells = (
                f"o{opening.id}",
                f"Post {opening.id}",
                opening.occupation,
                skills,
                papers,
                opening.region,
                low,
                high,
            )
            file.write(",".join(map(str, cells)) + "\n")


def line_of(worker: WorkerProfile) -> str:
    """A line of the table of workers."""
    practised = (worker.practised or ())[0]
    skills = ";".join(skill.term for skill in worker.skills or ())
    papers = ";".join(paper.kind for paper in worker.certificates or ())
    leave = worker.leave_home_ok.value if worker.leave_home_ok else ""
    wishes = f"{';'.join(worker.wanted or ())},{';'.join(worker.regions)},{leave},{(worker.wage_floor_fen or 0) // 100}"
    return f"w{worker.id},{practised.code},{practised.years},{skills},{papers},{worker.home},{wishes}\n"


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
