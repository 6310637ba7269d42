"""Display preferences: language, text size, contrast. Stored in cookies, not in accounts."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import RedirectResponse

from api.dependencies import LANGUAGE_COOKIE
from centre.translation import LOCALES

SIZES = ("standard", "big", "huge")
CONTRASTS = ("standard", "high")

SIZE_COOKIE = "gq_size"
CONTRAST_COOKIE = "gq_contrast"

_CHOICES = {"size": (SIZE_COOKIE, SIZES), "contrast": (CONTRAST_COOKIE, CONTRASTS), "lang": (LANGUAGE_COOKIE, LOCALES)}
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Display:
    """The reader's display settings (显示方式): text size and contrast."""

    size: str = "standard"
    contrast: str = "standard"

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> "Display":
        """The settings in the cookies; unknown values fall back to the default."""
        size, contrast = cookies.get(SIZE_COOKIE, ""), cookies.get(CONTRAST_COOKIE, "")
        return cls(size if size in SIZES else "standard", contrast if contrast in CONTRASTS else "standard")

    @property
    def classes(self) -> str:
        """CSS classes of the `<html>` element."""
        return f"size-{self.size} contrast-{self.contrast}"

    @property
    def next_size(self) -> str:
        """The next text size; after the largest comes the default again."""
        return SIZES[(SIZES.index(self.size) + 1) % len(SIZES)]

    @property
    def next_contrast(self) -> str:
        """The other contrast."""
        return CONTRASTS[1 - CONTRASTS.index(self.contrast)]


def safe_return(path: str) -> str:
    """The path to return to, or the front page when it could lead to another site."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"


def change_display(wishes: Mapping[str, str], *, secure: bool = False) -> RedirectResponse:
    """Store `size`, `contrast` and `lang` for a year and redirect to `back`; unknown values are ignored."""
    response = RedirectResponse(safe_return(wishes.get("back", "/")), status_code=303)
    for name, (cookie, allowed) in _CHOICES.items():
        if wishes.get(name) in allowed:
            response.set_cookie(cookie, wishes[name], max_age=_YEAR, samesite="lax", secure=secure, httponly=True)
    response.headers["Cache-Control"] = "no-store"
    return response
