"""Distances between regions: rings before kilometres, and no figure where a position is not known."""

from centre import regions
from centre.distances import kilometres, nearest_first


def test_distances_agree_with_those_on_a_map() -> None:
    assert kilometres("610402", "610402") == 0
    assert kilometres("610428", "610402") == kilometres("610402", "610428")
    assert 110 <= (kilometres("610402", "610428") or 0) <= 140  # 长武 lies about 125 km from 秦都 as the crow flies
    assert 1_050 <= (kilometres("610402", "320281") or 0) <= 1_150  # 江阴
    assert kilometres("610402", "610000") is None, "a province has no position"


def test_the_readers_own_county_comes_first_then_city_province_and_country() -> None:
    codes = ["320281", "610113", "610428", "610402", "410105", "610404", "610000"]
    assert nearest_first("610404", codes) == ["610404", "610402", "610428", "610113", "610000", "410105", "320281"]


def test_every_position_is_of_a_known_region_within_china() -> None:
    from centre.distances import _positions

    assert len(_positions()) > 2_500
    assert all(regions.exists(code) for code in _positions())
    for county in regions.counties("610400"):
        assert kilometres("610400", county.code) is not None
