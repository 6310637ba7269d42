"""Code lists for programs: whole, in order, and the same that searches and imports understand."""

from typing import Any

from starlette.testclient import TestClient

from api.app import build
from centre import regions
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
