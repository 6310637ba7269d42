"""Code lists for programs: whole, in order, and the same that searches and imports understand."""

import re
from typing import Any

from starlette.testclient import TestClient

from api.app import build
from centre import regions
from centre.skills.esco import esco_concepts
from centre.skills.vocabulary import vocabulary

CODES = "/api/v1/codes"


def whole(client: TestClient, name: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    while True:
        part = client.get(f"{CODES}/{name}", params={"offset": len(rows)}).json()
        rows += part["items"]
        if len(rows) == part["total"]:
            return rows
        assert part["items"], "a page before the end holds something"


def test_every_occupation_region_and_word_is_listed_once(database: str) -> None:
    with TestClient(build()) as client:
        occupations, places, words = (whole(client, name) for name in ("occupations", "regions", "skills"))
    assert {row["code"] for row in occupations} == set(vocabulary().nodes)
    assert sum(row["level"] == 4 for row in occupations) == 1_639
    assert all(row["parent"] in {"", *vocabulary().nodes} for row in occupations)
    assert len(places) == len({row["code"] for row in places})
    assert all(regions.exists(row["code"]) for row in places)
    assert {row["code"] for row in places} >= {row["parent"] for row in places if row["parent"]}
    assert {row["word"]: tuple(row["occupations"]) for row in words} == vocabulary().words


def test_a_list_that_has_not_changed_is_not_sent_again(database: str) -> None:
    with TestClient(build()) as client:
        tag = client.get(f"{CODES}/regions").headers["etag"]
        assert client.get(f"{CODES}/regions", headers={"if-none-match": tag}).status_code == 304


def test_every_link_to_esco_is_an_address_of_an_occupation_that_exists_here() -> None:
    concepts = esco_concepts()
    assert len(concepts) >= 70
    known = {node.code for node in vocabulary().occupations}
    address = re.compile(r"http://data\.europa\.eu/esco/occupation/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    assert set(concepts) <= known
    assert all(address.fullmatch(concept.uri) and concept.label.strip() for concept in concepts.values())
    assert len({concept.uri for concept in concepts.values()}) == len(concepts), "two of ours cannot mean the same"


def test_occupations_and_words_carry_their_links_to_esco(database: str) -> None:
    welder = next(node.code for node in vocabulary().occupations if node.name == "焊工")
    with TestClient(build()) as client:
        occupations = {row["code"]: row["esco"] for row in whole(client, "occupations")}
        words = {row["word"]: row["esco"] for row in whole(client, "skills")}
    assert occupations[welder]["label"] == "welder"
    assert occupations[welder]["match"] == "exact"
    assert occupations["1"] is None
    assert occupations[welder]["uri"] in words["电焊"]
