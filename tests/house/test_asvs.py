"""asvs.toml: each requirement names a test that exists, or says why there is none."""

import ast
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123", "2.1": "122", "2.2": "112",
    "2.3": "12223", "2.4": "23", "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333",
    "3.6": "3", "3.7": "22333", "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222", "5.1": "2",
    "5.2": "112333", "5.3": "113", "5.4": "222", "6.1": "122", "6.2": "111111112222", "6.3": "11223333",
    "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222", "7.1": "222", "7.2": "1111",
    "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22", "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222", "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333",
    "10.5": "22222", "10.6": "22", "10.7": "222", "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222",
    "11.5": "23", "11.6": "23", "11.7": "33", "12.1": "12233", "12.2": "11", "12.3": "22223", "13.1": "2333",
    "13.2": "222223", "13.3": "2233", "13.4": "1222233", "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333", "16.1": "2", "16.2": "22222", "16.3": "2222",
    "16.4": "222", "16.5": "2223", "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
"""The level of each requirement of each section, in their order: the standard's own, to see that none is left out."""
NUMBER = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})")


@lru_cache(maxsize=64)
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests of a file."""
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    )


def faults(items: list[dict[str, Any]]) -> list[str]:
    """What is wrong with a map of requirements."""
    wrong, seen = [], set()
    for item in items:
        name = item["id"]
        if not NUMBER.fullmatch(name) or name in seen or item["level"] not in (1, 2, 3) or not item["about"]:
            wrong.append(f"{name}: number, level or words")
        seen.add(name)
        if len({"tests", "because", "gap"} & item.keys()) != 1:
            wrong.append(f"{name}: says nothing or two things")
        for test in item.get("tests", []):
            file, _, function = test.partition("::")
            if not function.startswith("test_") or function not in names_in(ROOT / file):
                wrong.append(f"{name}: there is no {test}")
    return wrong


def listed() -> list[dict[str, Any]]:
    """The items of asvs.toml."""
    items: list[dict[str, Any]] = tomllib.loads((ROOT / "docs" / "asvs.toml").read_text("utf-8"))["item"]
    return items


def test_every_requirement_names_a_test_that_exists_or_says_why_not() -> None:
    assert faults(listed()) == []


def levels() -> dict[str, int]:
    """The level of every requirement of the standard."""
    return {f"{part}.{at}": int(level) for part, each in LEVELS.items() for at, level in enumerate(each, 1)}


def test_no_requirement_of_the_first_two_levels_is_left_out() -> None:
    wanted = {number for number, level in levels().items() if level < 3}
    assert len(wanted) == 70 + 183
    assert wanted - {item["id"] for item in listed()} == set()
    assert [item["id"] for item in listed() if levels().get(item["id"]) != item["level"]] == []


def test_requirements_stand_in_their_order() -> None:
    numbers = [tuple(int(part) for part in item["id"].split(".")) for item in listed()]
    assert numbers == sorted(numbers)


def test_a_planted_test_that_does_not_exist_is_caught() -> None:
    planted = {"id": "8.2.2", "level": 1, "about": "x", "tests": ["tests/house/test_asvs.py::test_of_nothing"]}
    silent = {"id": "8.2.3", "level": 2, "about": "x"}
    assert faults([planted, silent, {**silent, "gap": "y"}]) == [
        "8.2.2: there is no tests/house/test_asvs.py::test_of_nothing",
        "8.2.3: says nothing or two things",
        "8.2.3: number, level or words",
    ]
