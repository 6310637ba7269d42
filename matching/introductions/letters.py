"""The letter: its number, its validity, the ledger entry, and the stored reasons."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.installation import sign
from centre.ledger import ServiceCategory, record_service
from centre.messages import send
from centre.messages.employers import APPLICANT
from centre.messages.jobseekers import LETTER
from centre.network import Centre
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.signing import sign_payload
from centre.translation import SOURCE_LOCALE, translate
from employers.companies.messages import tell_employer
from employers.openings.models import Opening
from employers.openings.rules import WAGE_UNIT_LABELS
from matching.introductions.credentials import PURPOSE, LetterFacts
from matching.introductions.links import answer_path
from matching.introductions.models import Introduction, LetterBook
from matching.introductions.rules import letter_number
from matching.introductions.skills import letter_skills
from matching.suggestions.wording import Fit


def next_number(session: Session, centre_id: int) -> str:
    """A new letter number; the row of the number book is locked until the transaction ends."""
    today = clock.today()
    line = (LetterBook.centre_id == centre_id, LetterBook.day == today)
    step = update(LetterBook).where(*line).values(last=LetterBook.last + 1).execution_options(synchronize_session=False)
    if not getattr(session.execute(step), "rowcount", 0):
        try:
            with session.begin_nested():
                session.add(LetterBook(centre_id=centre_id, day=today, last=0))
                session.flush()
        except IntegrityError:
            pass  # another process has just opened this day's row
        session.execute(step)
    serial = session.scalar(select(LetterBook.last).where(*line).execution_options(populate_existing=True))
    code = session.scalar(select(Centre.code).where(Centre.id == centre_id))
    return letter_number(code or "", today, serial or 1)


def write_letter(session: Session, actor: Actor, introduction: Introduction, opening: Opening) -> None:
    """Assign number and validity to the introduction, write the ledger, notify the worker and the employer."""
    require(actor, Permission.INTRODUCE)
    days = int(policy(session, "letter-valid-days", on=clock.today()))
    with seeing_everything(session):
        introduction.letter_no = next_number(session, introduction.centre_id)
        introduction.issued_at = clock.now()
        introduction.expires_on = clock.today() + timedelta(days=days)
        _sign(session, introduction, opening)
        record_service(
            session,
            actor,
            centre_id=introduction.centre_id,
            category=ServiceCategory.INTERMEDIATION,
            channel=introduction.channel,
            person_id=introduction.person_id,
            topic=opening.occupation_code,
            subject=f"introduction:{introduction.id}",
        )
        expires = introduction.expires_on.isoformat()
        send(
            session,
            LETTER.of(title=opening.title, letter=introduction.letter_no, expires=expires),
            to_person_id=introduction.person_id,
            link=f"/me/introductions/{introduction.id}",
            dedupe_key=f"letter:{introduction.id}",
        )
        tell_employer(
            session,
            introduction.employer_id,
            APPLICANT.of(title=opening.title, letter=introduction.letter_no, expires=expires),
            link=answer_path(introduction),
            dedupe_key=f"applicant:{introduction.id}",
        )


def _sign(session: Session, introduction: Introduction, opening: Opening) -> None:
    """Put the rated skills and the signature on the letter; both stay as they are on this day."""
    centre = session.get_one(Centre, introduction.centre_id)
    skills = letter_skills(session, introduction.person_id, occupation=opening.occupation_code)
    facts = LetterFacts(
        number=introduction.letter_no or "",
        issuer=centre.name,
        contact=centre.phone or sign().hotline,
        worker=introduction.worker_name,
        employer=opening.recruiter(SOURCE_LOCALE),
        title=opening.title,
        place=regions.full_name(opening.region_code) if regions.exists(opening.region_code) else "",
        pay=pay_in_words(opening),
        issued_on=clock.today(),
        expires_on=introduction.expires_on or clock.today(),
        skills=tuple(skills),
    )
    introduction.skills = [skill.as_row() for skill in skills]
    introduction.signed_letter = sign_payload(session, PURPOSE, facts.payload())


def pay_in_words(opening: Opening) -> str:
    """The pay of an opening as a letter states it, in Chinese; empty when the opening states none."""
    ends = (opening.wage_min_fen, opening.wage_max_fen)
    amounts = dict.fromkeys(f"{fen / 100:,.2f}".removesuffix(".00") for fen in ends if fen is not None)
    unit = translate(SOURCE_LOCALE, WAGE_UNIT_LABELS[opening.wage_unit])
    return f"{'–'.join(amounts)} {unit}" if amounts else ""


def frozen_reasons(fit: Fit) -> list[dict[str, Any]]:
    """The parts of a fit as stored with the introduction."""
    return [{"name": part.name, "points": part.points, "most": part.most, "told": part.sentence} for part in fit.parts]
