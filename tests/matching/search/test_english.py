"""English searches: every English name of a trade or wish on the pages is understood."""

import pytest

from centre.translation import translate
from matching.search.english import in_chinese
from matching.search.wishes import _TICKS, understand
from web.choices import TRADES


@pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.code)
def test_every_english_name_of_a_trade_on_the_pages_is_understood(trade: object) -> None:
    name = translate("en", getattr(trade, "label", ""))
    chinese = in_chinese(name)
    assert chinese, name
    assert not any(letter.isascii() and letter.isalpha() for letter in chinese), "no word was left over"


@pytest.mark.parametrize(("kind", "offers"), [(kind, offers) for kind, (offers, _message) in _TICKS.items()])
def test_every_english_name_of_a_wish_on_the_pages_is_that_wish(kind: str, offers: tuple[str, ...]) -> None:
    name = translate("en", _TICKS[kind][1])
    wishes = understand(in_chinese(name)).wishes
    assert [wish.offers for wish in wishes] == [offers], name


def test_places_stay_as_they_are_spelt_and_what_is_not_english_is_left_alone() -> None:
    assert in_chinese("sewing jobs in Kunshan") == "缝纫 kunshan"
    assert in_chinese("cooks, no night shifts") == "厨师 不上夜班"
    assert [in_chinese(text) for text in ("缝纫", "fengren", "kunshan", "", "的 night")] == [""] * 5
