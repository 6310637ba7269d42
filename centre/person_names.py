"""Names of people as they are written in rosters (VR26). Pure."""

import re
import unicodedata

from centre.errors import Refusal
from centre.text import HAN, clean, fold_width, strip_glosses
from centre.translation import N_

_DOTS = re.compile(r"[ \u3000]{0,4}[·•・．‧∙⋅･][ \u3000]{0,4}")
_OWN = rf"{HAN}\ue000-\uf8ff\U000f0000-\U000ffffd"  # old systems kept rare characters in the private area
_LATIN = r"A-Za-z\u00c0-\u024f\u0400-\u04ff"
_NAME = re.compile(rf"[{_OWN}]+(?:·[{_OWN}{_LATIN}.]+)*|[{_LATIN}]+(?:[ ·.'-]{{1,2}}[{_LATIN}]+)*\.?")
_HAN_AND_SPACES = re.compile(rf"[{HAN}\s]+")
_NO_NAMES = frozenset({"同上", "姓名", "无", "合计", "小计", "总计"})


class NameLength(Refusal, ValueError):
    """Shorter than 2 or longer than 50 characters."""

    code = "name-length"
    status = 422
    message = N_("姓名应为 2 至 50 个字")


class NameCharacters(Refusal, ValueError):
    """Figures, signs, two people in one cell, or a word that is no name."""

    code = "name-characters"
    status = 422
    message = N_("姓名“{name}”里有不该出现的字符，一格只填一个人的姓名")


def parse_name(raw: object) -> str:
    """A person's name: glosses and the spaces of short Han names out, all middle dots as `·`.

    Rare characters beyond the basic plane, and private-use ones of old systems, are kept as they are. Raises
    NameLength, NameCharacters, UnsafeText.
    """
    name = strip_glosses(clean(str(raw) if raw is not None else "", field="name"))
    name = fold_width(_DOTS.sub("·", name)).strip()
    name = unicodedata.normalize("NFC", name[:60])
    if _HAN_AND_SPACES.fullmatch(name):
        compact = "".join(name.split())
        name = compact if len(compact) <= 3 else name
    if not 2 <= len(name) <= 50:
        raise NameLength(field="name")
    if name in _NO_NAMES or not _NAME.fullmatch(name):
        raise NameCharacters(field="name", name=name)
    return name
