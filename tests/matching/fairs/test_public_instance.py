"""A public instance: problem 062 of CSPLib, interviews of students with companies (H. Simonis, 2016), its first day.

The data are our own transcription: one row a student, one digit a company, from 1 (very interested) to 5 (not at all).
Everybody is to have three interviews; the sum of the wishes is to be as small as the companies' limits allow.
"""

import numpy as np
from scipy.optimize import linprog

from matching.fairs.interviews.rules import Interview, Panel, Plan, Wishes, faults
from matching.fairs.interviews.solving import solve

LIMITS = (5, 5, 3, 10, 10, 10, 5, 10, 10, 3, 3, 3, 3, 5, 5)
STUDENTS = [
    "341111222442232",
    "244113111211151",
    "343555334344333",
    "523111442444232",
    "221523445422355",
    "343221334442333",
    "434222343332343",
    "552111553555525",
    "555111555555555",
    "535111553552535",
    "424422342334323",
    "555333353555555",
    "555113555555555",
    "444422344444334",
    "222111222212222",
    "555555555555555",
    "555544553545534",
    "224555225213322",
    "231322412121124",
    "543333554534535",
    "555212553355555",
    "423324434544434",
    "333212535323154",
    "343444334334453",
    "222342522441124",
    "232511554225424",
]
EACH = 3
SLOTS = frozenset(range(12))


def wishes() -> Wishes:
    return Wishes(
        panels={number: Panel(number, SLOTS, limit) for number, limit in enumerate(LIMITS)},
        seekers=dict.fromkeys(range(len(STUDENTS)), SLOTS),
        weights={
            (student, company): 120 - 20 * int(digit)
            for student, digits in enumerate(STUDENTS)
            for company, digit in enumerate(digits)
        },
        gap=0,
        most=EACH,
    )


def cost(plan: Plan) -> int:
    return sum(int(STUDENTS[interview.seeker][interview.panel]) for interview in plan)


def least_cost() -> int:
    """The optimum by a linear program of its own; a transport problem has whole solutions."""
    students, companies = len(STUDENTS), len(LIMITS)
    costs = np.array([[int(digit) for digit in digits] for digits in STUDENTS], dtype=float).ravel()
    rows = np.kron(np.eye(students), np.ones(companies))
    columns = np.kron(np.ones(students), np.eye(companies))
    result = linprog(costs, A_ub=columns, b_ub=LIMITS, A_eq=rows, b_eq=[EACH] * students, bounds=(0, 1))
    return round(float(result.fun))


def wrong(plan: Plan) -> list[str]:
    """Why a plan is no best solution of the instance; empty for one that is."""
    problems = [str(fault) for fault, _ in faults(wishes(), plan)]
    if len(plan) != EACH * len(STUDENTS):
        problems.append(f"{len(plan)} interviews")
    if cost(plan) != least_cost():
        problems.append(f"costs {cost(plan)}, {least_cost()} is possible")
    return problems


def test_the_public_instance_is_solved_to_the_optimum() -> None:
    assert {len(digits) for digits in STUDENTS} == {len(LIMITS)}
    assert wrong(solve(wishes(), seconds=30).plan) == []


def test_a_planted_plan_that_is_worse_or_over_a_limit_is_noticed() -> None:
    plan = solve(wishes(), seconds=30).plan
    first = min(plan)
    assert wrong(plan - {first})
    assert wrong(plan - {first} | {Interview(first.seeker, first.panel, 99)})
