"""Names of people: one rule for writing (VR26), storing and asking, for rosters, forms and searches. Pure."""

import re
import unicodedata

from centre.errors import Refusal
from centre.text import HAN, clean, fold_width, name_readings, normalise, pinyin, shown_sign, strip_glosses
from centre.translation import N_

LONGEST_SPELLING = 160
_DOTS = re.compile(r"[ \u3000]{0,4}[·•・．‧∙⋅･●][ \u3000]{0,4}|(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff])")
_OWN = rf"{HAN}\ue000-\uf8ff\U000f0000-\U000ffffd"  # old systems kept rare characters in the private area
_ROMAN, _CYRILLIC = r"A-Za-z\u00c0-\u024f", r"\u0400-\u04ff"
_LATIN = _ROMAN + _CYRILLIC
_NAME = re.compile(rf"[{_OWN}]+(?:·[{_OWN}{_LATIN}.]+)*|[{_LATIN}]+(?:[ ·.'-]{{1,2}}[{_LATIN}]+)*\.?")
_STRANGE = re.compile(rf"[^{_OWN}{_LATIN} ·.'-]")
_OF_CYRILLIC, _OF_OTHERS = re.compile(f"[{_CYRILLIC}]"), re.compile(rf"[{_OWN}{_ROMAN}]")
_HAN_AND_SPACES = re.compile(rf"[{HAN}\s]+")
_MARKUP = re.compile("[<>]")
_SEVERAL = re.compile(r"[、，,;；/\n]")
_NO_NAMES = frozenset({"同上", "姓名", "无", "合计", "小计", "总计"})
_DOUBLE_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳上官司马诸葛司徒夏侯皇甫尉迟公孙慕容长孙宇文令狐东方南宫西门端木独孤万俟澹台司空申屠呼延轩辕赫连拓跋百里东郭钟离"
        "太史闻人单于淳于公冶濮阳宗政仲孙鲜于闾丘",
    )
)
_BETWEEN = re.compile(r"[\s·•・．.‧∙⋅･●'’`-]+")
# One character that fonts and old systems draw in two ways; those whose holders mean two names stay apart.
_DRAWN_ALIKE = str.maketrans("𠮷髙﨑邨峯濵", "吉高崎村峰滨")


class NameLength(Refusal, ValueError):
    """Shorter than 2 or longer than 50 characters."""

    code = "name-length"
    status = 422
    message = N_("姓名应为 2 至 50 个字")


class NameCharacters(Refusal, ValueError):
    """Figures, signs, or a word that is no name."""

    code = "name-characters"
    status = 422
    message = N_("姓名里有不该出现的字符，一格只填一个人的姓名")


class SeveralNames(NameCharacters):
    """Two people in one cell."""

    code = "two-people"
    message = N_("一格里像是写了两个人，请分成两行")


class NameSign(NameCharacters):
    """One sign that no name has, or that is of another alphabet than the rest."""

    code = "name-sign"
    message = N_("姓名里的 {sign} 不是姓名用字，请改正后再填；少数民族姓名用“·”分开")


def parse_name(raw: object) -> str:
    """A person's name: glosses and the spaces of Han names out, all middle dots as `·`.

    Rare characters beyond the basic plane, and private-use ones of old systems, are kept as they are. Raises
    NameLength, NameCharacters and its kinds, UnsafeText.
    """
    name = strip_glosses(clean(str(raw) if raw is not None else "", field="name"))
    name = fold_width(_DOTS.sub("·", name)).strip()
    name = unicodedata.normalize("NFC", name[:60])
    if _HAN_AND_SPACES.fullmatch(name):
        name = _joined(name.split())
    if not 2 <= len(name) <= 50:
        raise NameLength(field="name")
    if name in _NO_NAMES:
        raise NameCharacters(field="name")
    is_markup = _MARKUP.search(name) is not None  # the slash of </b> does not separate people
    if not is_markup and (_SEVERAL.search(name) or (" " in name and _HAN_AND_SPACES.fullmatch(name))):
        raise SeveralNames(field="name")
    if strange := _strange_sign(name):
        raise NameSign(field="name", sign=shown_sign(strange))
    if not _NAME.fullmatch(name):
        raise NameCharacters(field="name")
    return name


def name_columns(name: str) -> dict[str, str]:
    """A name as it is stored: as written, as it is compared, and as it is spelt in Latin letters."""
    return {"name": name, "name_norm": name_key(name), "name_spelt": name_spelling(name)}


def name_key(name: str) -> str:
    """A key that is equal for all spellings of a name: it ignores script, width, dots, spaces and case."""
    return _BETWEEN.sub("", normalise(name).translate(_DRAWN_ALIKE))


def same_name(first: str, second: str) -> bool:
    """Whether two spellings are one name."""
    return first == second or name_key(first) == name_key(second)


def name_spelling(name: str) -> str:
    """The likely readings without tones, with a space between them: 单雄信 -> `shanxiongxin danxiongxin`."""
    key = name_key(name)
    if key.isascii():
        return key[:LONGEST_SPELLING]
    spelt = name_readings(key) if len(key) <= 4 else (pinyin(key),)
    return " ".join(spelt)[:LONGEST_SPELLING]


def _joined(parts: list[str]) -> str:
    """A Han name without its spaces: `王 秀 兰`, `欧阳 修文`; two words that can be two people stay apart."""
    compact = "".join(parts)
    is_one = len(compact) <= 3 or all(len(part) == 1 for part in parts)
    is_one |= len(parts) == 2 and normalise(parts[0]) in _DOUBLE_SURNAMES and len(parts[1]) <= 2
    return compact if is_one and len(compact) <= 4 else " ".join(parts)


def _strange_sign(name: str) -> str:
    """The first sign that no name has, else the first Cyrillic letter among others (Анна is whole, Вang is not)."""
    of_cyrillic = _OF_CYRILLIC.findall(name) if _OF_OTHERS.search(name) else []
    return next(iter([*_STRANGE.findall(name), *of_cyrillic]), "")
