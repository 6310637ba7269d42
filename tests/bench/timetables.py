"""P8: an interview timetable of 600 people, 60 employers and 24 slots, and its repair when an employer leaves.

`python -m tests.bench.timetables [people employers slots seconds]` prints one JSON line.
"""

import json
import random
import sys
import time
from dataclasses import replace

from matching.fairs.interviews.rules import Panel, Wishes, booking_limit, faults, greedy, repair_wishes, value
from matching.fairs.interviews.solving import solve

SHOW_RATE = 0.85


def day(people: int, employers: int, slots: int, seed: int = 8) -> Wishes:
    """A fair in which everybody wishes for up to six employers and half of the people come later."""
    dice = random.Random(seed)
    every = frozenset(range(slots)) - {slots // 2}
    limit = booking_limit(len(every), reserve=0.15, show_rate=SHOW_RATE)
    panels = {number: Panel(number, every, limit) for number in range(employers)}
    seekers = {
        who: frozenset(range(dice.choice((0, slots // 2)), slots if dice.random() < 0.7 else slots * 3 // 4))
        for who in range(people)
    }
    weights = {(who, panel): dice.randint(30, 100) for who in seekers for panel in dice.sample(range(employers), 6)}
    return Wishes(panels, seekers, weights, gap=1, most=2)


def measured(people: int, employers: int, slots: int, seconds: float) -> dict[str, object]:
    """Solve, check without the solver, take one employer away at half time, repair, check again."""
    wishes = day(people, employers, slots)
    began, processor = time.perf_counter(), time.process_time()
    solved = solve(wishes, seconds=seconds)
    took, spent = time.perf_counter() - began, time.process_time() - processor
    half = slots // 2
    panels = dict(wishes.panels)
    panels[0] = Panel(0, frozenset(slot for slot in panels[0].slots if slot < half), panels[0].limit)
    again = repair_wishes(replace(wishes, panels=panels), solved.plan, now=half)
    began = time.perf_counter()
    repaired = solve(again, seconds=seconds)
    staying = {cell for cell in solved.plan if cell.panel != 0 or cell.slot < half}
    return {
        "name": "P8 timetable",
        "people": people,
        "employers": employers,
        "slots": slots,
        "interviews": len(solved.plan),
        "people_placed": len({cell.seeker for cell in solved.plan}),
        "faults": len(faults(wishes, solved.plan)),
        "gap_to_bound": round(solved.gap, 6),
        "plain_share": round(value(wishes, greedy(wishes)) / solved.value, 4),
        "by_solver": solved.by_solver,
        "note": solved.note,
        "seconds": round(took, 1),
        "cpu_seconds": round(spent, 1),
        "repair_seconds": round(time.perf_counter() - began, 1),
        "repair_faults": len(faults(again, repaired.plan)),
        "kept": round(len(staying & repaired.plan) / len(staying), 4),
    }


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]] or [600, 60, 24, 55]
    print(json.dumps(measured(int(given[0]), int(given[1]), int(given[2]), given[3])))
