"""Places are read to one region, or asked back with the regions that the text can mean."""

import pytest

from centre.grammars.hours import Hours, HoursUnreadable, read_hours
from centre.grammars.places import PlaceAmbiguous, PlaceUnknown, read_place


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("610402", "610402", ""), ("秦都区", "610402", ""), ("咸阳市秦都区", "610402", ""),
        ("咸阳（秦都区）", "610402", ""), ("咸陽市秦都區", "610402", ""), ("兴平县", "610481", ""),
        ("610421", "610481", ""), ("6104", "610400", ""), ("广东省 - 东莞市", "441900", ""),
        ("北京市朝阳区", "110105", ""), ("泾阳县永乐镇三组", "610423", "永乐镇三组"),
        ("陕西省咸阳市秦都区人民路5号", "610402", "人民路5号"), ("西安高新区", "610100", "高新区"),
    ],
)  # fmt: skip
def test_a_place_is_read_whole_however_it_is_written(text: str, code: str, rest: str) -> None:
    place = read_place(text)
    assert (place.code, place.rest) == (code, rest)


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("鼓楼区", "江苏省徐州市鼓楼区"), ("朝阳区", "吉林省长春市朝阳区"), ("通州区", "江苏省南通市通州区"),
        ("秦都区、渭城区", "陕西省咸阳市渭城区"), ("咸阳市永乐镇", "陕西省咸阳市泾阳县"),
        ("西咸新区", "陕西省咸阳市渭城区"),
    ],
)  # fmt: skip
def test_a_name_of_several_places_is_returned_with_its_candidates(text: str, candidate: str) -> None:
    with pytest.raises(PlaceAmbiguous) as refusal:
        read_place(text)
    assert candidate in refusal.value.params["candidates"]


@pytest.mark.parametrize("text", ["", "火星市", "咸阳市火星区", "秦都区火星区", "610499", "不限", "全国"])
def test_a_place_that_is_not_known_is_never_cut_to_one_that_is(text: str) -> None:
    with pytest.raises(PlaceUnknown):
        read_place(text)


def test_working_hours_are_read_whole_or_queried() -> None:
    assert read_hours("每周40小时") == Hours(a_week=40)
    assert read_hours("每天8小时，做五休二") == Hours(8, 5, 40)
    for text in ("60/x", "40小时", "每天8小时，每天9小时", "做五休三 8小时"):
        with pytest.raises(HoursUnreadable):
            read_hours(text)
