"""500 people in 40 messy rosters with known right values: nothing is read wrongly, unclear cells are queried."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from centre import person_names
from centre.people import Education, PersonCategory
from centre.text import traditional
from tests.layouts import Layout, layouts, written
from tests.planted import planted
from tests.training.rostering import readings, send
from tests.training.world import City, add_class, identity
from training.rosters.rules import RosterReading

EACH = 13
ASK = object()
UNCLEAR = 0.03
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
GIVEN_NAMES = "秀兰芳建国志强小红玉梅春花文军"
Cell = tuple[str, Any]


def name(dice: random.Random) -> Cell:
    """A name of two to four characters, or one with a dot."""
    short = dice.choice("王李张刘陈杨周") + "".join(dice.sample(GIVEN_NAMES, 2))
    dotted = dice.choice(["古丽·阿依", "阿卜杜热西提·伊敏", "叶尔波力·样"])
    forms = [
        (short, short), (" ".join(short), short), (f"{short}\u3000", short), (f"{short[0]}\u200b{short[1:]}", short),
        (dotted, dotted), (dotted.replace("·", "•"), dotted), (dotted.replace("·", "."), dotted),
        (dotted.replace("·", " ‧ "), dotted), ("𠮷样", "𠮷样"), ("王𠣴", "王𠣴"), ("欧阳 修文", "欧阳修文"),
    ]  # fmt: skip
    return dice.choice(forms)


def number(dice: random.Random, serial: int) -> Cell:
    """An identity number as programs and people write it."""
    right = identity(serial)
    if right.endswith("000"):  # by chance, as if its digits had been lost
        right = identity(serial + 40 * EACH)
    shown = right.lower() if dice.random() < 0.5 else right
    forms = [
        right, shown, f"'{right}", f" {right[:6]} {right[6:14]} {right[14:]}", right.translate(FULL_WIDTH),
        f"{right}\t",
        f"{right[:17]}\u200b{right[17]}",
    ]  # fmt: skip
    return dice.choice(forms), right


def wrong_number(dice: random.Random, serial: int) -> Cell:
    """A number that lost digits, has a false sign or fails its check."""
    right = identity(serial)
    checks = "0123456789X"
    other = checks[(checks.index(right[17]) + 3) % 11]
    forms = [
        right[:17] + other, right[:15] + "000", right[:17] + "Х", f"\u202d{right}\u202c", right[:16], "6.10499E+17",
        f"{right}、{identity(1)}",
    ]  # fmt: skip
    return dice.choice(forms), ASK


def phone(dice: random.Random, serial: int) -> Cell:
    """A mobile number or a landline."""
    mobile = f"139{serial:08d}"
    forms = [
        (mobile, mobile), (f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", mobile), (f"+86 {mobile}", mobile),
        (f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", mobile), (mobile.translate(FULL_WIDTH), mobile),
        ("029-33211234", "029-33211234"), ("(029)33211234", "029-33211234"),
    ]  # fmt: skip
    return dice.choice(forms)


def schooling(dice: random.Random) -> Cell:
    """Schooling in the words of schools."""
    forms = [
        ("初中", Education.JUNIOR), ("初级中学", Education.JUNIOR), ("大专", Education.COLLEGE),
        ("本科", Education.UNIVERSITY),
        ("大学专科", Education.COLLEGE), ("中专", Education.SECONDARY_VOCATIONAL), ("技校", Education.TECHNICAL),
        ("小学", Education.PRIMARY),
    ]  # fmt: skip
    return dice.choice(forms)


def group(dice: random.Random) -> Cell:
    """A group of people that policies refer to."""
    forms = [
        ("登记失业人员", PersonCategory.REGISTERED_UNEMPLOYED), ("失业", PersonCategory.REGISTERED_UNEMPLOYED),
        ("农民工", PersonCategory.RURAL_TRANSFER), ("下岗职工", PersonCategory.LAID_OFF),
        ("退役军人", PersonCategory.VETERAN),
        ("残疾人", PersonCategory.DISABLED),
    ]  # fmt: skip
    return dice.choice(forms)


HEADINGS: Sequence[tuple[str, ...]] = (
    ("姓名", "学员姓名"), ("身份证号", "身份证号码", "公民身份号码"), ("文化程度", "学历"), ("人员类别",),
    ("联系电话", "手机号", "电话"),
)  # fmt: skip
FIELDS = ("name", "id_number", "education", "category", "phone")
UNCLEAR_WORDS = {
    "name": (
        "王芳、李红",
        "王芳 李红花",
        "张样1",
        "李某（曾用名李样）",
        "王样(女)",
        "玛依拉—样",
        "王⿰王民",
        "Вang Li",
        "同上",
    ),
    "education": ("看情况", "高一", "大专/本科"),
    "category": ("好人", "失业或下岗"),
    "phone": ("1234567", "139000011", "13900001111或13900002222", "同上"),
}


def row_of(dice: random.Random, serial: int) -> dict[str, Cell]:
    """A person in any of the clear forms, rarely with a cell that nobody can read for certain."""
    cells = {
        "name": name(dice), "id_number": number(dice, serial), "education": schooling(dice), "category": group(dice),
        "phone": phone(dice, serial),
    }  # fmt: skip
    for field in FIELDS:
        if dice.random() < UNCLEAR:
            known = UNCLEAR_WORDS.get(field)
            cells[field] = (dice.choice(known), ASK) if known else wrong_number(dice, serial)
    return cells


def value_of(reading: RosterReading, field: str) -> Any:
    """What a row was read as."""
    assert reading.trainee is not None
    return reading.trainee.number if field == "id_number" else getattr(reading.trainee, field)


def one_roster(city: City, class_id: int, layout: Layout) -> tuple[list[tuple[str, Any, Any]], int, int]:
    """The wrong values of one roster, how many people were queried, and how many had an unclear cell."""
    dice = random.Random(layout.seed + 2_000)
    people = [row_of(dice, layout.seed * EACH + number) for number in range(EACH)]
    texts = [[person[field][0] for field in FIELDS] for person in people]
    if layout.old_script:
        texts = [[row[0], row[1], *(traditional(text) for text in row[2:])] for row in texts]
    data = written(layout, HEADINGS, texts, ["合计", "", "", "", str(EACH)])
    upload = send(city, class_id, data, layout.name)
    rows = [row for row in readings(upload.id) if row.trainee is not None or row.problems]
    assert len(rows) == EACH, (layout, len(rows))
    wrong: list[tuple[str, Any, Any]] = []
    for person, row in zip(people, rows, strict=True):
        if row.trainee is not None:
            wrong += [
                (person[field][0], value_of(row, field), person[field][1])
                for field in FIELDS
                if person[field][1] is ASK or value_of(row, field) != person[field][1]
            ]
    asked = sum(row.trainee is None for row in rows)
    return wrong, asked, sum(any(value is ASK for _, value in person.values()) for person in people)


def outcome(city: City, kinds: Sequence[str] = ("xlsx", "xls", "csv", "csv")) -> tuple[list[Any], int, int, int]:
    """All forty rosters: the wrong values, the people, those queried, and those with an unclear cell."""
    class_id = add_class(city)
    outcomes = [one_roster(city, class_id, layout) for layout in layouts(kinds)]
    wrong = [value for values, _, _ in outcomes for value in values]
    return wrong, len(outcomes) * EACH, sum(asked for _, asked, _ in outcomes), sum(un for _, _, un in outcomes)


def test_no_value_of_500_people_in_messy_rosters_is_wrong(city: City) -> None:
    wrong, people, asked, unclear = outcome(city)
    assert wrong == []
    assert people >= 500
    assert asked == unclear > 0


def test_a_reader_that_takes_the_first_name_is_caught(city: City) -> None:
    right: Callable[[object], str] = person_names.parse_name

    def first(raw: object) -> str:
        return right(re.split("[、 1(（]", str(raw).strip())[0])

    with planted(person_names, parse_name=first):
        wrong, *_ = outcome(city)
    assert any(right is ASK for _, _, right in wrong), "one of two people was taken for both"
