"""Places as people write them: 610402, 秦都区, 咸阳市秦都区, 咸阳（秦都区）, 兴平县 (地区). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from centre import regions
from centre.grammars.reading import Unreadable
from centre.text import normalise
from centre.translation import N_

LONGEST = 200
MOST_CANDIDATES = 8


class PlaceUnknown(Unreadable):
    """No place of this name is known, or part of the text is not understood."""

    code = "place-unknown"
    message = N_("地点“{text}”认不出来，请写到县区，如 浙江省绍兴市越城区")


class PlaceAmbiguous(Unreadable):
    """The text can mean several places; the candidates say which."""

    code = "place-ambiguous"
    message = N_("“{text}”不止一处：{candidates}。请连市一起写")

    def __init__(self, text: str, codes: Sequence[str]) -> None:
        super().__init__(text)
        self.codes = tuple(codes)
        shown = "、".join(map(regions.full_name, self.codes[:MOST_CANDIDATES]))
        self.params["candidates"] = shown + ("……" if len(self.codes) > MOST_CANDIDATES else "")


@dataclass(frozen=True, slots=True)
class Place:
    """One region, and the rest of the address after it (人民路5号), empty if there is none."""

    code: str
    rest: str = ""


_BETWEEN = re.compile(r"[()（）\[\]【】·/\\>,，、;；:：_\-—–~\s]+")
# These look like counties and are none of the national table; what stands before them says which county is meant.
_ZONE = re.compile(r"(?:高新|经开|开发|工业|产业|保税|新城|园|科技|示范|度假|社|小)[\u4e00-\u9fff]{0,6}区")
_LIKE_A_REGION = re.compile(r"[\u4e00-\u9fff]{1,6}?(?:省|市|区|县|旗|自治州)")


def read_place(text: str, *, home: str = "") -> Place:
    """The region that a text names, whole. An old name or code means its successor.

    Raises PlaceUnknown, or PlaceAmbiguous with the candidates; a bare name of several places is read only where one of
    them lies in the city or the province of `home`.
    """
    level = normalise(text)
    if not level or len(level) > LONGEST:
        raise PlaceUnknown(text)
    if level.isascii() and level.isdigit():
        if coded := regions.coded(level):
            return Place(coded.code)
        raise PlaceUnknown(text)
    if whole := regions.fully_named().get(level.replace(" ", "")):
        return Place(whole)
    words = " ".join(_BETWEEN.sub(" ", level).split())
    place = regions.parse_place(words, home)
    if len(place.codes) > 1:
        raise PlaceAmbiguous(text, place.codes)
    rest = place.rest.replace(" ", "")
    if len(rest) == 1:  # no address is that short: 朝阳门 is no gate in the city of 朝阳
        raise PlaceUnknown(text)
    if place.codes and (not rest or regions.region(place.codes[0]).level == 3):
        if _LIKE_A_REGION.match(rest) and not _ZONE.match(rest) and not _is_town(rest):
            raise PlaceUnknown(text)
        return Place(place.codes[0], rest)
    return _of_town(place, rest, text, home)


def _of_town(place: regions.Place, rest: str, text: str, home: str) -> Place:
    """A town without its county, or an address behind a city."""
    try:
        code = regions.county_of(" ".join(filter(None, (*map(regions.full_name, place.codes), rest))), home)
    except regions.CountyNeeded as refusal:
        raise PlaceAmbiguous(text, refusal.counties) from None
    except regions.RegionUnknown:
        raise PlaceUnknown(text) from None
    if code in place.codes and _LIKE_A_REGION.match(rest) and not _ZONE.match(rest):
        raise PlaceUnknown(text)
    return Place(code, rest)


def _is_town(rest: str) -> bool:
    return regions.begins_with_town(rest)
