"""Chinese text: made safe at the boundary, levelled for search, spelt in pinyin, masked for display. Pure."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from centre.errors import Refusal
from centre.translation import N_

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, the rare ones of names included, for use inside a character class."""

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff"
    r"\uffa0"
)
"""Invisible characters without a meaning, for use inside a character class: the only list of them."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
_UNSAFE_IN_LINE = re.compile(_UNSAFE.pattern + r"|[\t\n\u2028\u2029]")
# Machine-converted pages carry the reading after the character: 業(yè). All have a tone mark; real brackets have none.
_GLOSS = re.compile(
    rf"(?<=[{HAN}])(?:[(（](?=[^()（）]{{0,7}}[{_TONED}])[a-zɑɡüêńňǹḿ{_TONED}]{{1,8}}[)）])+", re.IGNORECASE
)
# The converter leaves 著 alone, because 著名 keeps it; everywhere else the simplified word has 着.
_ZHU = re.compile("(?<![显卓昭原名专论编巨遗土合译])著(?![名作述称者录])")
_LEFTOVERS = {"甚么": "什么", "妳": "你", "搾": "榨", "干县": "乾县"}
_LEFTOVER = re.compile("甚么|妳|搾|(?<![能实骨])干县(?![长委级])")
# Python's NFKC is quadratic in a run of combining marks, so long text goes through it in pieces.
_PIECE = re.compile(r"(?s).{1,128}(?=[ -~\u3400-\u9fff]|\Z)|.{1,128}")
_TOKEN = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WIDE_DIGITS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}

# Readings that the dictionary gets wrong when the character is a surname.
_SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "澹台": "tan tai", "长孙": "zhang sun", "宰父": "zai fu",
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "盖": "ge", "乐": "yue",
    "任": "ren", "华": "hua", "朴": "piao", "翟": "zhai", "缪": "miao", "种": "chong", "召": "shao", "覃": "qin",
    "冼": "xian", "繁": "po", "员": "yun", "秘": "bi", "黑": "he", "折": "she", "牟": "mu", "宁": "ning", "葛": "ge",
    "洗": "xian", "能": "nai", "幺": "yao", "那": "na", "哈": "ha", "谌": "chen", "都": "du", "曲": "qu", "宿": "su",
    "行": "xing", "藏": "zang", "祭": "zhai", "尉": "wei", "燕": "yan", "纪": "ji", "石": "shi", "沈": "shen",
    "卜": "bu", "车": "che", "郗": "xi", "隗": "wei", "强": "qiang", "晁": "chao", "褚": "chu", "庞": "pang",
}  # fmt: skip


class UnsafeText(Refusal, ValueError):
    """The text holds a character that cannot be kept or that would disguise what is read."""

    code = "text-unsafe"
    status = 422
    message = N_("内容里有无法保存的字符（{character}），请删掉后再填")


def clean(text: str, *, paragraphs: bool = False, field: str = "") -> str:
    """The text as it may be stored: stripped, without invisible characters. Raises UnsafeText.

    Control characters, NUL, lone surrogates, noncharacters and bidirectional overrides are refused; line breaks and
    tabs are welcome only in `paragraphs`.
    """
    text = text.strip()
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", text).strip()
    if paragraphs:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    unsafe = (_UNSAFE if paragraphs else _UNSAFE_IN_LINE).search(text)
    if unsafe:
        raise UnsafeText(field=field, character=shown_sign(unsafe[0]))
    return text


def shown_sign(sign: str) -> str:
    """A character so that a reader can find it: `?`, `Х (U+0425)`; an invisible one by its code point alone."""
    if "!" <= sign <= "~":
        return sign
    number = f"U+{ord(sign):04X}"
    return f"{sign} ({number})" if sign.isprintable() and not sign.isspace() else number


def strip_glosses(text: str) -> str:
    """The text without pinyin glosses: `熱門專業(yè)` -> `熱門專業`; real brackets stay."""
    return _GLOSS.sub("", text)


def simplify(text: str) -> str:
    """Traditional to simplified characters, with what the converter leaves behind (著力 -> 着力)."""
    try:
        text = _converter()(text)
    except UnicodeEncodeError:
        text = _converter()(text.encode("utf-8", "replace").decode())
    if "著" in text:
        text = _ZHU.sub("着", text)
    return _LEFTOVER.sub(lambda sign: _LEFTOVERS[sign[0]], text)


def normalise(text: str) -> str:
    """The text levelled for search and comparison; keep the original beside it. Never fails, linear time.

    Invisible characters out, NFKC (full-width forms, compatibility ideographs), pinyin glosses out, traditional to
    simplified, spaces collapsed, case folded.
    """
    return _remembered(text) if len(text) <= 64 else _level(text)


def bigrams(text: str) -> list[str]:
    """Search tokens of normalised text: two-character pieces of Han runs (a lone one stays), other words whole."""
    tokens: list[str] = []
    for han, word in _TOKEN.findall(text):
        if len(han) > 1:
            tokens += [han[at : at + 2] for at in range(len(han) - 1)]
        else:
            tokens.append(han or word)
    return tokens


def pinyin(text: str) -> str:
    """The likeliest reading without tones or spaces: 挡车工 -> dangchegong (ü is written v, as people type it)."""
    return _remembered_reading(text) if len(text) <= 4 else "".join(_syllables(text))


def initials(text: str) -> str:
    """First letters of the reading: 挡车工 -> dcg; words that are not Han stay whole."""
    return "".join(part[0] if _is_han(source) else part for source, part in _spelt(text))


def name_readings(name: str) -> tuple[str, ...]:
    """How a name is read: with its surname read as one, then as plain words: 单雄信 -> shanxiongxin, danxiongxin."""
    name = _compact(normalise(name))
    plain = pinyin(name)
    for length in (2, 1):
        surname = _SURNAMES.get(name[:length])
        if surname and len(name) > length:
            return tuple(dict.fromkeys([surname.replace(" ", "") + pinyin(name[length:]), plain]))
    return (plain,)


def fold_digits(text: str) -> str:
    """Full-width digits as ASCII digits; everything else unchanged."""
    return text.translate(_WIDE_DIGITS)


def fold_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, the ideographic space as a space; everything else unchanged."""
    return text if text.isascii() else text.translate(_WIDE)


def mask_phone(phone: str) -> str:
    """`13891012345` -> `138****2345`; shorter numbers keep their last two digits."""
    if len(phone) >= 11:
        return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 2 else "*" * len(phone)


def mask_id(number: str) -> str:
    """`610499197503080022` -> `610499********0022`; anything shorter than 15 characters is hidden whole."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def mask_name(name: str) -> str:
    """`王秀兰` -> `王*兰`, `赵敏` -> `赵*`."""
    if len(name) < 3:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _level(text: str) -> str:
    if not text.isascii():
        text = _nfkc(_INVISIBLE.sub("", text))
        if "(" in text:
            text = strip_glosses(text)
        text = simplify(text)
    return " ".join(text.split()).casefold()


_remembered = lru_cache(maxsize=8192)(_level)


@lru_cache(maxsize=8192)
def _remembered_reading(text: str) -> str:
    """The reading of a name: that of its characters one by one, unless it contains a phrase read otherwise (重庆).

    The library cuts every text into phrases, which took a sixth of a roster's import; few names hold one.
    """
    from pypinyin.constants import PHRASES_DICT

    name = _compact(text)
    if any(name[start:end] in PHRASES_DICT for start in range(len(name)) for end in range(start + 2, len(name) + 1)):
        return "".join(_syllables(name))
    return "".join(map(_reading_of_one, name))


@lru_cache(maxsize=8192)
def _reading_of_one(character: str) -> str:
    return "".join(_syllables(character))


def traditional(text: str) -> str:
    """Simplified to traditional characters, as titles of lists write them."""
    return _expander()(text)


@lru_cache(maxsize=1)
def _expander() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def _nfkc(text: str) -> str:
    if len(text) <= 128:
        return unicodedata.normalize("NFKC", text)
    return "".join(unicodedata.normalize("NFKC", piece) for piece in _PIECE.findall(text))


def _compact(text: str) -> str:
    return "".join(text.split()).casefold()


def _is_han(character: str) -> bool:
    return len(character) == 1 and character >= "\u3007" and _TOKEN.match(character) is not None


def _spelt(text: str) -> list[tuple[str, str]]:
    """Each Han character, and each run of anything else, beside its spelling."""
    spelt: list[tuple[str, str]] = []
    for han, word in _TOKEN.findall(text):
        spelt += zip(han, _syllables(han), strict=True) if han else [(word, word.casefold())]
    return spelt


def _syllables(text: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    one_by_one = cast(Any, list)  # characters without a reading stay separate; the stub knows only str
    parts = lazy_pinyin(_compact(text), style=Style.NORMAL, v_to_u=False, errors=one_by_one)
    return [part.casefold() for part in parts]
