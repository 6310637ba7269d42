"""asvs.toml: each requirement names a test that exists, or says why there is none."""

import ast
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
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
    items: list[dict[str, Any]] = tomllib.loads((ROOT / "asvs.toml").read_text("utf-8"))["item"]
    return items


def test_every_requirement_names_a_test_that_exists_or_says_why_not() -> None:
    assert faults(listed()) == []


def test_requirements_stand_in_their_order() -> None:
    numbers = [tuple(int(part) for part in item["id"].split(".")) for item in listed()]
    assert numbers == sorted(numbers)


def test_a_planted_test_that_does_not_exist_is_caught() -> None:
    planted = {"id": "8.2.2", "level": 1, "about": "x", "tests": ["tests/centre/test_asvs.py::test_of_nothing"]}
    silent = {"id": "8.2.3", "level": 2, "about": "x"}
    assert faults([planted, silent, {**silent, "gap": "y"}]) == [
        "8.2.2: there is no tests/centre/test_asvs.py::test_of_nothing",
        "8.2.3: says nothing or two things",
        "8.2.3: number, level or words",
    ]
