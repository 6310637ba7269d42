"""What a page needs to show a letter: its issuer, rated skills, the way there, and the QR code with the signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from api.dependencies import UnitOfWork
from api.security import own_address
from centre import regions
from centre.installation import sign
from centre.network import Centre, home
from centre.scopes import seeing_everything
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.introductions.credentials import BASIS_LABELS, LetterSkill, kept_letter
from matching.introductions.letters import pay_in_words
from matching.introductions.models import Introduction
from web import choices
from web.formats import wage
from web.qr import qr

HERE = N_("在本市，可以坐公交车去；不认得路，打单位或中心电话问")
FAR = N_("在外地，先和单位说好谁出路费、哪天到，再动身")


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A letter as pages show it (推荐信版面).

    Title, employer, place and pay are those that were signed, whatever has become of the opening since: who scans the
    code must read what the paper says.
    """

    title: str
    employer: str
    place: str
    pay: str
    issuer: str
    address: str
    contact: str
    dialled: str
    travel: str
    map: str
    skills: tuple[LetterSkill, ...]
    bases: Mapping[str, str]
    drawing: Markup | None


def letter_page(unit: UnitOfWork, introduction: Introduction) -> LetterPage | None:
    """The letter of an introduction; None while there is none."""
    if not introduction.letter_no:
        return None
    with seeing_everything(unit.session):
        centre = unit.session.get_one(Centre, introduction.centre_id)
    contact = centre.phone or sign().hotline
    address = f"{own_address(unit.request)}/letters/verify#{introduction.signed_letter}"
    is_here = not home() or regions.within(introduction.opening.region_code, home())
    title, employer, place, pay = _signed(unit.locale, introduction)
    return LetterPage(
        title=title,
        employer=employer,
        place=place,
        pay=pay,
        issuer=centre.name,
        address=centre.address,
        contact=contact,
        dialled=dialled(contact),
        travel=translate(unit.locale, HERE if is_here else FAR),
        map=map_address(introduction.opening),
        skills=tuple(LetterSkill.of_row(row) for row in introduction.skills),
        bases={basis.value: label for basis, label in BASIS_LABELS.items()},
        drawing=qr(address, scale=3) if introduction.signed_letter else None,
    )


def _signed(locale: str, introduction: Introduction) -> tuple[str, str, str, str]:
    """Title, employer, place and pay as signed; in the reader's language where the opening still says the same."""
    opening, facts = introduction.opening, kept_letter(introduction.signed_letter)
    region = regions.full_name(opening.region_code) if regions.exists(opening.region_code) else ""
    employer, source = (_recruiter(opening, opening.employer, said) for said in (locale, SOURCE_LOCALE))
    pay = str(wage(locale, opening))
    place = f"{choices.place(opening.region_code)} {opening.address}"
    if facts is None:
        return opening.title, employer, place, pay
    return (
        facts.title,
        employer if facts.employer == source else facts.employer,
        place if facts.place == region else facts.place,
        pay if facts.pay == pay_in_words(opening) else facts.pay,
    )


def _recruiter(opening: Opening, company: Employer | None, locale: str) -> str:
    """Who recruits; empty where the reader may not see the employer any more."""
    return opening.recruiter(locale) if company else ""


def dialled(number: str) -> str:
    """A telephone number as a telephone dials it; of several the first."""
    first = number.replace("、", " ").replace("/", " ").split(" ")[0]
    return "".join(mark for mark in first if mark.isascii() and (mark.isdigit() or mark == "+"))


def map_address(opening: Opening) -> str:
    """A `geo:` address that opens the telephone's own map at the place of work; no third party is asked by the page."""
    place = regions.full_name(opening.region_code) if regions.exists(opening.region_code) else ""
    return f"geo:0,0?q={quote(f'{place}{opening.address}')}"
