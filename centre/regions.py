"""Administrative regions by six-digit code: a tree read once from `data/`, found by name, old name or search words.

A province ends in 0000, a city in 00. 东莞, 中山 and a few others are cities without counties: one code for both.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from centre.errors import Refusal
from centre.text import normalise, pinyin
from centre.translation import N_

_DATA = Path(__file__).parent / "data"

YRD = frozenset({"310000", "320000", "330000", "340000"})
"""The Yangtze River delta (长三角)."""

PRD = frozenset({"440100", "440300", "440400", "440600", "440700", "441200", "441300", "441900", "442000"})
"""The nine cities of the Pearl River delta (珠三角)."""

_XIXIAN = frozenset({"610112", "610116", "610118", "610402", "610404", "610423", "610481"})
"""The counties over which the Xixian New Area (西咸新区) extends; the national table has no code for it."""

_AREAS = {
    "西咸新区": _XIXIAN,
    "西咸": _XIXIAN,
    "长三角": YRD,
    "长江三角洲": YRD,
    "江浙沪": YRD - {"340000"},
    "珠三角": PRD,
    "珠江三角洲": PRD,
}
_PLACEHOLDERS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
_PEOPLES = (
    "壮族|回族|维吾尔|蒙古|朝鲜|藏族|羌族|彝族|哈尼|傣族|白族|傈僳|景颇|哈萨克|柯尔克孜|土家|苗族|侗族|布依|瑶族|满族|土族|撒拉|"
    "东乡|保安|裕固|锡伯|达斡尔|塔吉克|黎族|畲族|仫佬|毛南|仡佬|水族|拉祜|佤族|布朗|纳西|普米|怒族|独龙|各族"
)
_AUTONOMOUS = re.compile(
    rf"(?:(?:{_PEOPLES})族?){{0,6}}自治[区州县旗]$|(?:特别行政区|地区|新区|林区|特区|省|市|区|县|盟|旗)$"
)
_GOING = re.compile(r"^[去到在往]|^的(?!士)|^[、,/·\- ]+")
_READ_IN_PLACES = str.maketrans("都长朝单什珲涡峙莘", "督常潮善十浑锅侍身")
"""Characters that names of places read otherwise than most words do, to others of that reading: 秦都, 长武, 朝阳."""
_STREET = re.compile(
    "[东西南北中]?(?:[一二三四五六七八九十]{0,2}(?:路(?![政桥灯边演])|街(?!道办|[边舞拍区])|巷)|大道|大街|胡同|镇(?!政)|村(?![镇官医民干])|乡(?![镇村下]))"
)
"""Behind the bare name of a place: 长安南路, 昆山路, 北关村 and 鼓楼街道 lie anywhere."""
_KINDS = tuple("省市区县旗州盟")
_CODE = re.compile("[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")
_SHORTEST_SPELLING = 4
_ALIASES = {"杨凌": "610403", "杨凌区": "610403", "杨凌示范区": "610403"}


@dataclass(frozen=True, slots=True)
class Region:
    """A province, city or county-level unit (行政区划); `parent` is empty for a province."""

    code: str
    name: str
    level: int
    parent: str


@dataclass(frozen=True, slots=True)
class Place:
    """A parsed search text: the regions (any of them) and the remaining normalised words."""

    codes: tuple[str, ...]
    rest: str


class CountyNeeded(Refusal, ValueError):
    """The town exists in more than one county (VR27)."""

    code = "county-needed"
    status = 422
    message = N_("“{town}”不止一处（{counties}），请写明县区")

    def __init__(self, *, town: str, counties: Sequence[str]) -> None:
        super().__init__(town=town, counties="、".join(map(full_name, counties)))
        self.counties = tuple(counties)


class RegionUnknown(Refusal, LookupError):
    """No such region code."""

    code = "region-unknown"
    status = 422
    message = N_("没有代码为 {code} 的地区")


def region(code: str) -> Region:
    """The region of a code; an abolished code gives its successor. Raises RegionUnknown."""
    tree = _tree()
    area = tree.get(code) or tree.get(_history().get(code, ""))
    if area is None:
        raise RegionUnknown(code=code)
    return area


def coded(text: str) -> Region | None:
    """The region of a code of any depth, 61, 6104, 610402 or 610402001 (a town's county); None for any other text."""
    try:
        return region(text[:6].ljust(6, "0")) if _CODE.fullmatch(text) else None
    except RegionUnknown:
        return None


def exists(code: str) -> bool:
    """Whether the code is, or ever was, in the table."""
    return code in _tree() or code in _history()


def was_ever_county(code: str) -> bool:
    """Whether an identity number may begin with the code: a current county-level code or a known former one."""
    return code in _history() or (code in _tree() and not code.endswith("00"))


def name(code: str) -> str:
    """The short official name: `610402` -> 秦都区. Raises RegionUnknown."""
    return region(code).name


def full_name(code: str) -> str:
    """From the province down: `610402` -> 陕西省咸阳市秦都区. Raises RegionUnknown."""
    line = [name(step) for step in reversed([code, *ancestors(code)])]
    return "".join(part for part in line if part not in _PLACEHOLDERS)


@lru_cache(maxsize=1)
def fully_named() -> dict[str, str]:
    """Codes by the normalised full name, which is read before its parts: 晋城市城区 is a district, no part of town."""
    return {normalise(full_name(place.code)): place.code for place in reversed(every())}


def ancestors(code: str) -> tuple[str, ...]:
    """The codes of the ancestors, nearest first: `610402` -> (610400, 610000). Raises RegionUnknown."""
    above: list[str] = []
    step = region(code).parent
    while step:
        above.append(step)
        step = region(step).parent
    return tuple(above)


def every() -> Sequence[Region]:
    """All regions in the order of their codes."""
    return sorted(_tree().values(), key=lambda region: region.code)


def children(code: str = "") -> Sequence[Region]:
    """The regions directly below, by code; the provinces without a code."""
    return _children().get(code, ())


def is_written(text: str) -> bool:
    """Whether a normalised text is a way to write the name of a region, in full or without its kind."""
    return text in _names()


def is_city(code: str) -> bool:
    """Whether a centre network can be a code's: a prefecture city, or one of the four municipalities."""
    place = region(code)
    return place.level <= 2 and place.name not in _PLACEHOLDERS and (place.level == 2 or place.name.endswith("市"))


def counties(city: str) -> list[Region]:
    """The counties of a city, those of a municipality included; none for 东莞 and others that have none."""
    below: list[Region] = []
    for place in children(city):
        below += counties(place.code) if place.name in _PLACEHOLDERS else [place]
    return below


def within(code: str, outer: str) -> bool:
    """Whether `code` is `outer` or lies in it: within("610402", "610400"). Raises RegionUnknown."""
    inner, around = region(code).code, region(outer).code
    return inner == around or around in ancestors(inner)


def within_any(code: str, outers: frozenset[str]) -> bool:
    """Whether the region lies in one of a set, such as YRD or PRD. Raises RegionUnknown."""
    return not outers.isdisjoint((region(code).code, *ancestors(code)))


def search(text: str, limit: int = 10, home: str = "") -> list[Region]:
    """Regions by full or partial name in either script, with or without 市/县/区, nearest to `home` first."""
    wanted = normalise(text).replace(" ", "")
    if not wanted:
        return []
    exact = _names().get(wanted, ())
    begun = [code for known, codes in _names().items() if known.startswith(wanted) for code in codes]
    near = {*_outwards(home), *(child.code for child in children(home) if home)}
    ranked = sorted(set(begun), key=lambda code: (code not in exact, code not in near, _tree()[code].level, code))
    return [_tree()[code] for code in ranked[:limit]]


def is_spelling(letters: str) -> bool:
    """Whether letters are the pinyin of a place, in full or without its kind: xianyang, xianyangshi."""
    return len(letters) >= _SHORTEST_SPELLING and letters in _spellings()


def parse_place(query: str, home: str = "", spelt: Collection[str] = ()) -> Place:
    """Split a search text into places and words: `咸阳 挡车工` -> (610400), `挡车工`; `渭城区缝纫` -> (610404), `缝纫`.

    Of several places of one name, those near `home`, the region of the city centre, win (see `centre.network.home`).
    The words among `spelt` are places in pinyin.
    """
    codes: list[str] = []
    rest: list[str] = []
    for word in normalise(query).split():
        left = word
        while leading := _spelt(left, codes, home) if left in spelt else _leading(left, codes, home):
            taken, left = leading
            # 咸阳渭城 means the narrower one, 昆山 南通 means both.
            codes = [code for code in codes if not any(within(new, code) for new in taken)]
            codes += [new for new in taken if not any(within(code, new) for code in codes)]
            left = _GOING.sub("", left)
        if left:
            rest.append(left)
    return Place(tuple(codes), " ".join(rest))


def county_of(address: str, home: str = "") -> str:
    """The most specific region code of an address. Raises CountyNeeded, or RegionUnknown if none is recognised.

    The table of towns knows some of one city's, and other cities have towns of these names, so that a town says its
    county only inside the city that is named or is `home`.
    """
    place = parse_place(address, home)
    around = place.codes[0] if place.codes else home
    if place.codes and region(place.codes[0]).level == 3:
        return place.codes[0]
    for town in (known for known in _towns() if known in place.rest):
        counties = [county for county in _towns()[town] if not place.codes or within(county, place.codes[0])]
        if len(counties) > 1:
            raise CountyNeeded(town=town, counties=counties)
        if counties and around and within(counties[0], around):
            return counties[0]
    if not place.codes:
        raise RegionUnknown(code=address[:20])
    return place.codes[0]


def begins_with_town(text: str) -> bool:
    """Whether a text begins with the name of a town or street office: 永乐镇三组."""
    return any(text[:length] in _towns() for length in range(2, 9))


def _leading(text: str, before: list[str], home: str) -> tuple[list[str], str] | None:
    """The regions whose name the text begins with, by the longest name, and what follows."""
    onward = _GOING.sub("", text)
    length = _begins(onward)
    if not length:
        return None
    word = onward[:length]
    codes = sorted(_AREAS[word]) if word in _AREAS else _meant(_names()[word], before, home)
    return codes, onward[length:]


def _spelt(letters: str, before: list[str], home: str) -> tuple[list[str], str]:
    return _meant(_spellings()[letters], before, home), ""


def _begins(text: str) -> int:
    """How many of the first characters name a place; 资源 alone, 兰州拉面 and 昆山路 name none."""
    for length in range(min(len(text), 16), 1, -1):
        word = text[:length]
        if word in _AREAS or word in _names():
            is_other = any(text[:longer] in _not_places() for longer in range(length, 5))
            return 0 if is_other or (not word.endswith(_KINDS) and _STREET.match(text, length)) else length
    return 0


def _meant(codes: Sequence[str], before: list[str], home: str) -> list[str]:
    """Of several places of one name: those inside what was named before, else near home, else of the highest level."""
    inside = [code for code in codes if any(within(code, outer) for outer in before)]
    if inside:
        return inside
    for around in _outwards(home):
        near = [code for code in codes if within(code, around)]
        if near:
            return near
    highest = min(_tree()[code].level for code in codes)
    return [code for code in codes if _tree()[code].level == highest]


def _outwards(home: str) -> tuple[str, ...]:
    """A region and its surroundings, nearest first; empty before the city is set up."""
    return (home, *ancestors(home)) if home else ()


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (_DATA / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@lru_cache(maxsize=1)
def _tree() -> dict[str, Region]:
    tree: dict[str, Region] = {}
    for row in _rows("provinces.csv"):
        code = row["code"] + "0000"
        tree[code] = Region(code, row["name"], 1, "")
    for row in _rows("cities.csv"):
        code = row["code"] + "00"
        tree[code] = Region(code, row["name"], 2, row["provinceCode"] + "0000")
    for row in _rows("areas.csv"):
        code = row["code"]
        if code not in tree:  # 东莞 is its own county
            tree[code] = Region(code, row["name"], 3, row["cityCode"] + "00")
    return tree


@lru_cache(maxsize=1)
def _children() -> dict[str, tuple[Region, ...]]:
    below: defaultdict[str, list[Region]] = defaultdict(list)
    for code in sorted(_tree()):
        below[_tree()[code].parent].append(_tree()[code])
    return {code: tuple(regions) for code, regions in below.items()}


@lru_cache(maxsize=1)
def _history() -> dict[str, str]:
    return {row["old_code"]: row["code"] for row in _rows("region_history.csv")}


@lru_cache(maxsize=1)
def _towns() -> dict[str, tuple[str, ...]]:
    towns: defaultdict[str, list[str]] = defaultdict(list)
    for row in _rows("towns.csv"):
        towns[normalise(row["name"])].append(row["code"][:6])
    return {town: tuple(counties) for town, counties in towns.items()}


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    """Every way to write a region, normalised, to the codes that it may mean."""
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for place in _tree().values():
        if place.name in _PLACEHOLDERS:
            continue
        for written in _ways(place.name):
            names[written][place.code] = None
    for row in _rows("region_history.csv"):
        if row["old_name"] not in _PLACEHOLDERS:
            for written in _ways(row["old_name"]):
                names[written][row["code"]] = None
    for alias, code in _ALIASES.items():
        names[alias][code] = None
    return {written: tuple(codes) for written, codes in names.items()}


@lru_cache(maxsize=1)
def _spellings() -> dict[str, tuple[str, ...]]:
    """The pinyin of every way to write a region, to the codes that it may mean."""
    spellings: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for written, codes in (*_names().items(), *_AREAS.items()):
        for letters in {pinyin(written), pinyin(written.translate(_READ_IN_PLACES))}:
            spellings[letters].update(dict.fromkeys(sorted(codes)))
    return {letters: tuple(codes) for letters, codes in spellings.items()}


@lru_cache(maxsize=1)
def _not_places() -> frozenset[str]:
    """Words that begin with the bare name of a place and mean something else."""
    return frozenset((_DATA / "not_places.txt").read_text(encoding="utf-8").split())


def _ways(official: str) -> set[str]:
    full = normalise(official)
    bare = _AUTONOMOUS.sub("", full)
    if len(bare) < 2:
        bare = full.removesuffix("自治区")  # 内蒙古, whose people is half of its name
    return {full, bare} if len(bare) > 1 else {full}
