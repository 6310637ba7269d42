"""The map of the deltas: areas, batches, and retention of those whose day has come."""

from datetime import date, timedelta

import pytest

from matching.export.stay.flows import Area, Journey, area_of, flows_of, published

HOME = "610400"
TODAY = date(2026, 6, 30)


def journey(place: str, batch: int, ago: int, *, day_30: bool = False, day_90: bool = False) -> Journey:
    """Somebody who signed some days ago, and on which days they are known to have been at work."""
    signed = TODAY - timedelta(days=ago)
    after_30 = signed + timedelta(days=30) if day_30 else None
    after_90 = signed + timedelta(days=90) if day_90 else None
    return Journey(place, batch, signed, after_30, after_90, returned=ago >= 30 and not day_30)


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("320583", Area.YANGTZE), ("310000", Area.YANGTZE), ("440300", Area.PEARL), ("441900", Area.PEARL),
        ("440000", Area.OTHER), ("610100", Area.PROVINCE), ("650000", Area.OTHER),
    ],
)  # fmt: skip
def test_a_destination_lies_in_one_area(code: str, area: Area) -> None:
    assert area_of(code, HOME) is area


def test_without_a_city_nothing_is_in_the_province() -> None:
    assert area_of("610100", "") is Area.OTHER


def test_retention_counts_only_those_whose_day_has_come() -> None:
    flows = flows_of(
        [
            journey("320500", 1, 100, day_30=True, day_90=True),
            journey("320500", 1, 100, day_30=True),
            journey("320500", 2, 90),
            journey("320600", 3, 89, day_30=True),
            journey("320600", 3, 10),
            journey("440300", 4, 29),
        ],
        TODAY,
        HOME,
    )
    yangtze, pearl, province, other = flows.areas
    assert (yangtze.people, yangtze.batches) == (5, 3)
    assert (yangtze.stayed_30, yangtze.due_30) == (3, 4)
    assert (yangtze.stayed_90, yangtze.due_90) == (1, 3)
    assert yangtze.returned == 1
    assert (pearl.people, pearl.due_30, pearl.due_90) == (1, 0, 0)
    assert (province.people, other.people, flows.people) == (0, 0, 6)
    assert [(line.name, line.people) for line in flows.places["yangtze"]] == [("320500", 3), ("320600", 2)]


def test_a_day_that_was_reached_early_is_never_more_than_those_due() -> None:
    early = Journey("440300", 1, TODAY - timedelta(days=29), TODAY, None, returned=False)
    pearl = flows_of([early], TODAY, HOME).areas[1]
    assert (pearl.stayed_30, pearl.due_30) == (1, 1)


def test_the_public_reads_whole_fives_and_no_place_with_fewer_people() -> None:
    journeys = [journey("320500", 1, 100, day_30=True, day_90=True) for _ in range(9)]
    journeys += [journey("320600", 2, 100) for _ in range(4)] + [journey("440300", 3, 10)]
    flows = published(flows_of(journeys, TODAY, HOME))
    yangtze, pearl, *_ = flows.areas
    assert (yangtze.people, yangtze.batches, yangtze.stayed_30, yangtze.due_30, yangtze.returned) == (10, 2, 5, 10, 0)
    assert (pearl.people, pearl.batches) == (0, 0)
    assert [(line.name, line.people) for line in flows.places["yangtze"]] == [("320500", 5)]
    assert flows.places["pearl"] == ()
