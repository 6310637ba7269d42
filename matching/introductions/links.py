"""The link by which an employer answers a letter in one tap, without signing in (一键答复).

It goes to the employer's own messages and never onto the letter, which the worker carries: who holds the letter must
not be able to answer for the employer. The code is a keyed digest of the letter, so all reminders carry one link.
"""

from hmac import compare_digest

from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.privacy import lasting_digest
from centre.scopes import seeing_everything
from matching.introductions.models import Introduction
from matching.introductions.queries import introductions
from matching.introductions.rules import EDITABLE, WITH_EMPLOYER

CODE = 24
"""Hexadecimal digits of a code: 96 bits."""


def answer_code(introduction: Introduction) -> str:
    """The code that opens the answer page of a letter."""
    return lasting_digest("letter-answer", f"{introduction.id}:{introduction.letter_no}")[:CODE]


def answer_path(introduction: Introduction) -> str:
    """The address of the answer page of a letter."""
    return f"/answers/{introduction.letter_no}/{answer_code(introduction)}"


def introduction_of_link(session: Session, letter_no: str, code: str) -> Introduction:
    """The introduction behind a link, read with the rights of the service.

    Raises NotFound for a wrong code, and once the letter is too old to be answered.
    """
    with seeing_everything(session):
        introduction = session.scalar(introductions().where(Introduction.letter_no == letter_no))
    if introduction is None or not compare_digest(answer_code(introduction).encode(), code.encode(errors="replace")):
        raise NotFound
    too_old = introduction.issued_at is None or clock.now() - introduction.issued_at > EDITABLE
    if too_old or introduction.state not in WITH_EMPLOYER:
        raise NotFound
    return introduction
