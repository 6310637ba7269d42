"""The two profiles as columns of numbers, the form that kernels read.

Flat arrays only: a kernel that receives a few flat arrays runs twenty times as fast as one that receives the same data
in tuples. Dates are yyyymmdd, so that turning 16 is adding 160000.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

I1 = NDArray[np.int8]
I2 = NDArray[np.int16]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

NEVER = 99991231
ANY_LEVEL = 9
NAME = 1_000_000
"""Areas that are names instead of codes are numbered from here."""
NO_AREA, ANY_AREA = -2, -1
"""Instead of an area code: a worker with no known area, and one who would go anywhere."""

# Columns of an opening's row. REGION is a place in the order of `Layout.regions`, wages are fen a month, -1 = unknown.
REGION, LOW, HIGH, ATTRS, LIFTED, TIE, ASKED, EDUCATION = range(8)
MIN_AGE, STARTS, OPENS, LAST, OCCUPATION, SIGN, SIGN_MORE, SLACK = range(8, 16)
OPENING_WIDTH = 16

# SIGN and SIGN_MORE have one bit set per skill term asked (two terms may share one); SLACK packs what is needed to
# bound the credit from the bits that worker and opening share: credit <= unit * (bits + lost) + papers.
SLACK_UNIT, SLACK_LOST = 16, 8

# Columns of a worker's row.
FLOOR, FORBID, TYPES, NEEDS, FLAGS, MODE, LISTED, HOME = range(8)
SCHOOLING, BORN, FREE, HARDSHIP, RANK = range(8, 13)
WORKER_WIDTH = 16

# Properties of an opening (ATTRS), and what a worker rules out (FORBID) or asks for (TYPES, NEEDS).
NIGHT, SHIFT, HAZARD, NO_LODGING, NO_BOARD, LODGING, BOARD = (1 << bit for bit in range(7))
FIRST_TYPE = 7
ALL_TYPES = 0b111111 << FIRST_TYPE
TEACHES = 1 << 13

# What is recorded of a worker (FLAGS).
TRADE_KNOWN, WISH_KNOWN, PRACTICE_KNOWN, SKILLS_KNOWN, PAPERS_KNOWN, TRAINS = (1 << bit for bit in range(6))

# How a worker's areas are meant (MODE).
LISTED_ONLY, ANYWHERE, NO_WISH = range(3)

# The weights and the day, one number each; REST is the maximum beyond trade and experience, OPEN that less the place.
# Then three per kinship, four of distance, and the table of wishes.
TODAY, NEIGHBOUR, SKILL_ONLY, TRADE_UNKNOWN, EXPERIENCE_UNKNOWN, SKILLS, SKILLS_UNKNOWN, WAGE_MET = range(8)
WAGE_ABOVE, WAGE_PARTLY, WAGE_UNKNOWN, PLACE_UNKNOWN, ENGAGED, ENGAGED_UNKNOWN, LIVING, LIVING_UNKNOWN = range(8, 16)
REST, OPEN, LIFT, WANTED, HELD, DISTANCE, PLACES = 16, 17, 18, 19, 22, 25, 29


class Lists(NamedTuple):
    """Lists of different lengths: row `i` has the entries from `ptr[i]` to `ptr[i + 1]`."""

    ptr: I8
    of: I4


class Openings(NamedTuple):
    """Rows in the order (occupation, region, pay downward); `papers` are (number, level, must), `terms` the same three
    packed into one number by 5 and 1 bits; `bounds` repeats SIGN, SIGN_MORE, SLACK and ASKED, a line each."""

    rows: I4
    terms: Lists
    papers: Lists
    bounds: I4


class Workers(NamedTuple):
    """Rows as added; entries: trades (occupation, points or -1 for a wish), terms (number, level),
    papers (number, level, valid until), areas (level, code, code filled up to six digits)."""

    rows: I4
    trades: Lists
    terms: Lists
    papers: Lists
    areas: Lists


class Layout(NamedTuple):
    """Lookup tables for rows of openings.

    `regions`: (level, county, city, province, padded code) in order of the last. `trades`: (group, field) of each
    occupation. `spans`: (first run, last run, first row, last row) of each occupation; a run is one region of it,
    `runs`: (region, first row). `fields`: occupations of a field that have rows. `postings`: rows by skill term, in the
    order of regions, `posted`: their (region, packed level and must). `musts`: the number of required skills of each
    row. `row_of` turns a rank among ties into a row. Rows without an occupation are the last, from `nameless` on.
    """

    regions: I4
    trades: I4
    spans: I4
    runs: I4
    fields: Lists
    neighbours: Lists
    postings: Lists
    posted: I4
    musts: I4
    row_of: I4
    nameless: int


class People(NamedTuple):
    """Lookup tables for workers: by occupation, small group, field and skill term; those without a trade; all.

    Each holds (area, worker, maximum points of trade, experience, place and policy, minimum wage), by area and then
    points descending, with one entry per area of a worker. `row_of` finds a worker by rank among ties, `signs` are the
    bits of the skills (all set where unknown).
    """

    trades: Lists
    groups: Lists
    fields: Lists
    terms: Lists
    tradeless: I4
    everyone: I4
    row_of: I4
    signs: I4


class Crowd(NamedTuple):
    """Workers with their lookup tables, and the kinship of all occupations that they name."""

    workers: Workers
    people: People
    trades: I4


class Index(NamedTuple):
    """All that the kernels read of the openings; shared between processes as memory-mapped files."""

    openings: Openings
    layout: Layout
    marks: I4
