import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import money
from centre.money import Figure, Qualifier


@pytest.mark.parametrize(
    ("written", "fen"),
    [("1,200.50", 120_050), ("1200", 120_000), ("￥1，200元", 120_000), ("１２００", 120_000), ("1.2万", 1_200_000),
     (1200, 120_000),
     (0.1, 10), (1200.5, 120_050), (" 3 000 元", 300_000), ("0", 0), ("2亿", 20_000_000_000), ("4500.00", 450_000)],
    ids=repr,
)  # fmt: skip
def test_amounts_are_read_into_fen(written: object, fen: int) -> None:
    assert money.yuan(written) == fen


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-5",
        "1,20",
        "1.005",
        "abc",
        "1e5",
        None,
        True,
        -5,
        float("nan"),
        float("inf"),
        2**70,
        "9" * 40,
        "１.２.３",
        "面议",
    ],
    ids=repr,
)
def test_text_that_is_not_an_amount_is_refused(written: object) -> None:
    with pytest.raises(money.AmountForm):
        money.yuan(written)


def test_ten_million_million_yuan_is_the_most() -> None:
    assert money.yuan("10000000000000") == 1_000_000_000_000_000
    with pytest.raises(money.AmountForm):
        money.yuan("10000000000000.01")


@given(st.integers(0, money.LARGEST_FEN))
def test_formatted_amounts_are_read_back(fen: int) -> None:
    assert money.yuan(money.show(fen)) == fen
    assert money.yuan(money.show(fen, "en")) == fen


def test_amounts_are_formatted_in_both_languages() -> None:
    assert [money.show(120_050), money.show(120_000), money.show(-5)] == ["1,200.50 元", "1,200 元", "-0.05 元"]
    assert money.show(120_050, "en") == "¥1,200.50"


@pytest.mark.parametrize(
    ("words", "yuan", "qualifier"),
    [
        ("近千万元", 10_000_000, Qualifier.NEARLY),
        ("2,000,000多", 2_000_000, Qualifier.MORE_THAN),
        ("56万余元", 560_000, Qualifier.MORE_THAN),
        ("数万", 0, Qualifier.RHETORICAL),
        ("几百万元", 0, Qualifier.RHETORICAL),
        ("1620500", 1_620_500, Qualifier.EXACT),
        ("80万元", 800_000, Qualifier.EXACT),
        ("约200万元", 2_000_000, Qualifier.ABOUT),
        ("三百二十万元", 3_200_000, Qualifier.EXACT),
        ("一亿二千万", 120_000_000, Qualifier.EXACT),
        ("三亿五百万零三", 300_000_000 + 5_000_003, Qualifier.EXACT),
        ("三千多万元", 30_000_000, Qualifier.MORE_THAN),
        ("2.5千万元", 25_000_000, Qualifier.EXACT),
        ("100万元以上", 1_000_000, Qualifier.MORE_THAN),
        ("十万", 100_000, Qualifier.EXACT),
        ("十二亿元", 1_200_000_000, Qualifier.EXACT),
        ("三百二十五万元", 3_250_000, Qualifier.EXACT),
        ("一万二千亿元", 1_200_000_000_000, Qualifier.EXACT),
        ("一万三百亿零六元", 1_030_000_000_006, Qualifier.EXACT),
        ("两千四百九十元", 2_490, Qualifier.EXACT),
        ("七万八千六百元", 78_600, Qualifier.EXACT),
        ("零元", 0, Qualifier.EXACT),
        ("〇元", 0, Qualifier.EXACT),
    ],
)
def test_published_figures_keep_their_qualifier(words: str, yuan: int, qualifier: Qualifier) -> None:
    assert money.figure(words) == Figure(yuan * 100, qualifier, words)


def test_a_sum_has_the_weakest_qualifier_of_its_parts() -> None:
    parts = [money.figure("56万余元"), money.figure("近千万元"), money.figure("80万元")]
    assert money.total(parts) == Figure(1_136_000_000, Qualifier.NEARLY)
    assert money.total(parts[::2]).qualifier is Qualifier.MORE_THAN
    assert money.total([]) == Figure(0)


def test_a_figure_without_a_number_refuses_arithmetic() -> None:
    with pytest.raises(money.RhetoricalFigure):
        money.total([money.figure("80万元"), money.figure("数万")])


@pytest.mark.parametrize("words", ["", "元", "多", "abc", "近"])
def test_words_without_a_number_are_not_a_figure(words: str) -> None:
    with pytest.raises(money.AmountForm):
        money.figure(words)


def test_wages_are_brought_to_a_month_under_a_stated_assumption() -> None:
    band = (28_000, 35_000)
    assert [money.monthly(fen, "day", days_hundredths=2_600) for fen in band] == [728_000, 910_000]
    assert [money.monthly(fen, "day", days_hundredths=2_200) for fen in band] == [616_000, 770_000]
    assert money.monthly(2_000, "hour", days_hundredths=2_175) == 348_000
    assert money.monthly(450_000, "month", days_hundredths=2_600) == 450_000
    assert money.monthly(50, "piece", days_hundredths=2_600) is None
    with pytest.raises(ValueError, match="year"):
        money.monthly(1, "year", days_hundredths=2_600)
