"""What each process removes from memory when a person is erased."""

import shutil

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.records.rules import PersonErased
from centre.settings import settings


@subscribe(PersonErased)
def forget_indexes(_session: Session, _fact: PersonErased) -> None:
    """No index keeps an erased person's skills; the next question builds a new one."""
    for folder in settings().data_dir.glob("index/people-*"):
        shutil.rmtree(folder, ignore_errors=True)
