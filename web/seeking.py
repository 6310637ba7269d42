"""What forms show of a profile and a wish, and how it is written back without losing what they do not show."""

from collections.abc import Collection, Iterable
from typing import Any

from matching.profiles.models import HeldCertificate, JobWish, WorkedOccupation
from matching.profiles.rules import CertificateDraft, OccupationDraft
from web import choices

TERMS = ("board", "lodging", "no_night", "no_shift", "training")


def terms_shown(wish: JobWish | None) -> list[str]:
    """The boxes that are ticked for a wish."""
    if wish is None:
        return []
    ticked = {
        "board": wish.needs_board,
        "lodging": wish.needs_lodging,
        "no_night": wish.night_ok is False,
        "no_shift": wish.shift_ok is False,
        "training": wish.accepts_training,
    }
    return [name for name in TERMS if ticked[name]]


def terms_written(terms: Collection[str], wish: JobWish | None) -> dict[str, bool | None]:
    """The wish that the boxes mean. An empty box takes back a yes; it is no answer to what was never asked."""
    return {
        "needs_board": "board" in terms,
        "needs_lodging": "lodging" in terms,
        "night_ok": _without("no_night" in terms, wish.night_ok if wish else None),
        "shift_ok": _without("no_shift" in terms, wish.shift_ok if wish else None),
        "accepts_training": True if "training" in terms else (False if wish and wish.accepts_training else None),
    }


def _without(refused: bool, before: bool | None) -> bool | None:
    if refused:
        return False
    return True if before is False else before


def occupation(row: WorkedOccupation, **changes: Any) -> OccupationDraft:
    """An occupation as it is stored, with some answers changed."""
    kept = {"years": row.years, "last_used_year": row.last_used_year, "level": row.self_level}
    return OccupationDraft.model_validate({"occupation": row.occupation} | kept | changes)


def nearest_years(years: int | None) -> int | str:
    """The answer on the page that years of practice fall under; empty when they are not known."""
    fitting = [value for value, _label in choices.YEARS if years is not None and years >= value]
    return fitting[-1] if fitting else ""


def certificates(kinds: Iterable[str], held: Iterable[HeldCertificate]) -> list[CertificateDraft]:
    """The certificates of the ticked kinds: stored ones as they are, new ones by their kind alone."""
    chosen, rows = list(dict.fromkeys(kinds)), list(held)
    kept = [
        CertificateDraft(
            kind=row.kind, number=row.number, level=row.level, issued_on=row.issued_on, expires_on=row.expires_on
        )
        for row in rows
        if row.kind.value in chosen and not row.verified_by
    ]
    there = {row.kind.value for row in rows}
    return kept + [CertificateDraft.model_validate({"kind": kind}) for kind in chosen if kind not in there]


def counties_with(codes: Iterable[str]) -> list[tuple[str, str]]:
    """The counties of the network's city, and those further regions that a wish names."""
    own = choices.home_counties()
    known = {code for code, _name in own}
    return own + [(code, choices.place(code)) for code in codes if code not in known]
