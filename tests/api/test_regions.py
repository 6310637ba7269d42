"""A place means the same at every door, however it is written: 61, 6104, 610404, 渭城区, 咸阳市."""

import re
from collections.abc import Iterator

import pytest

from centre.first_run import city_named, read_centres
from matching.bulk.parsing import region_of
from tests.web.desks import Hall, opened

DOORS = (
    "/api/v1/openings", "/api/v1/fairs", "/api/v1/classes", "/fairs.ics", "/openings", "/fairs", "/training",
)  # fmt: skip
WAYS = {
    "610000": ["61", "陕西", "陕西省"],
    "610400": ["6104", "咸阳", "咸阳市", "陕西省咸阳市"],
    "610482": ["610427", "彬县", "彬州市", "咸阳市彬县"],
    "610404": ["渭城区", "咸阳市渭城区", "咸阳（渭城区）", "610404001"],
}
ENTRY = re.compile(r'/(?:openings|fairs|training/classes)/[0-9]+|UID:\S+|"id":[0-9]+')


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


def shown(hall: Hall, door: str, **query: str) -> list[str]:
    answer = hall.enter().client.get(door, params=query)
    assert answer.status_code == 200, answer.text
    return ENTRY.findall(answer.text)


@pytest.mark.rule("region-successor", "page", "api")
@pytest.mark.parametrize("door", DOORS)
def test_a_door_shows_the_same_for_every_way_to_write_a_place(hall: Hall, door: str) -> None:
    there = {code: shown(hall, door, region=code) for code in WAYS}
    assert there["610400"]
    assert there["610400"] != shown(hall, door, region="540000")
    for code, ways in WAYS.items():
        for way in ways:
            assert shown(hall, door, region=way) == there[code], way


@pytest.mark.rule("region-successor", "search")
def test_a_search_finds_the_same_by_the_code_and_the_name_of_a_place(hall: Hall) -> None:
    there = shown(hall, "/api/v1/openings", q="渭城区")
    assert there
    assert shown(hall, "/api/v1/openings", q="610404") == there
    assert shown(hall, "/api/v1/openings", q="weichengqu") == there


def test_setting_up_and_matching_tables_read_a_place_alike() -> None:
    for code, ways in WAYS.items():
        for way in ways:
            assert region_of(way) == code
            assert read_centres([f"1,某中心,{way}"])[0].region == code
    assert {city_named(way) for way in ("6104", "610400", "咸阳", "咸阳市")} == {"610400"}
