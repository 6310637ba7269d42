"""Text contrast in each of the three colour schemes; sizes of stylesheet and script."""

import gzip
import re

import pytest

from web.assets import SHEETS, STATIC, content

TONES = ("good", "warn", "bad", "info")
BODY = [("ink", ground) for ground in ("paper", "card", "sunk", "plain-wash", "indigo-wash")]
BODY += [("ink", f"{tone}-wash") for tone in TONES]
WORDS = [(word, ground) for word in ("soft", "link", "indigo", "vermilion") for ground in ("paper", "card")]
WORDS += [(tone, ground) for tone in TONES for ground in (f"{tone}-wash", "paper", "card")]
WORDS += [("on-indigo", "indigo"), ("indigo", "indigo-wash"), ("link", "indigo-wash"), ("soft", "plain-wash")]
WORDS += [("soft", "sunk"), ("vermilion", "vermilion-wash"), ("link", "vermilion-wash"), ("soft", "bad-wash")]
WORDS += [("soft", "warn-wash"), ("link", "info-wash"), ("card", "good")]
SHAPES = [("edge", "paper"), ("edge", "card"), ("good", "plain-wash"), ("indigo", "plain-wash"), ("seal", "card")]
FIXED = {  # the header, the footer and the hero keep their colours in every view
    "header": ("#fffaf0", "#1d3573"),
    "bar": ("#fffaf0", "#14265a"),
    "seal": ("#ffffff", "#b8351b"),
    "hero": ("#1c2130", "#f6e8cc"),
    "hero lead": ("#454a5a", "#f6e8cc"),
    "hero at night": ("#1c2130", "#d9c8a2"),
    "hero lead at night": ("#454a5a", "#d9c8a2"),
}


def tokens(block: str) -> dict[str, str]:
    """The colours of a block of custom properties."""
    return {name: full(value) for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})\b", block)}


def full(colour: str) -> str:
    """#abc as #aabbcc."""
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])


def views() -> dict[str, dict[str, str]]:
    """The colours of the three schemes."""
    sheet = (STATIC / "base.css").read_text("utf-8")
    day, night, strong = re.findall(
        r"(?:^|\n *)(?::root|:root:not\(\.contrast-high\)|\.contrast-high) \{(.*?)\}", sheet, re.DOTALL
    )[:3]
    base = tokens(day)
    return {"day": base, "night": base | tokens(night), "high contrast": base | tokens(strong)}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio by WCAG 2, from 1 to 21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("view", ["day", "night", "high contrast"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(BODY, 7.0), (WORDS, 4.5), (SHAPES, 3.0)], ids=["body", "words", "shapes"]
)
def test_every_pair_of_colours_has_enough_contrast(view: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = views()[view]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_secondary_text_has_a_contrast_of_seven_to_one_by_day() -> None:
    colours = views()["day"]
    assert contrast(colours["soft"], colours["paper"]) >= 7


def test_header_footer_and_hero_are_legible() -> None:
    weak = {name: round(contrast(*pair), 2) for name, pair in FIXED.items()}
    assert {name: ratio for name, ratio in weak.items() if ratio < 4.5} == {}


def test_the_scale_of_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_stylesheet_and_script_stay_small() -> None:
    assert len(content("site.css")) < 36_000
    assert len(gzip.compress(content("site.css"))) < 9_000
    assert len(content("app.js")) < 4_096
    assert len(content("icons.svg")) < 12_000


def test_no_stylesheet_is_left_out() -> None:
    kept = {path.name for path in STATIC.glob("*.css")}
    assert kept == {*SHEETS, "print.css", "fairs.css"}
