"""A person's telephone number and place of living, corrected at the counter without a new registration (联系方式)."""

from sqlalchemy.orm import Session

from centre import audit, clock
from centre.drafts import Draft
from centre.numbers import parse_mobile
from centre.people import Person
from centre.permissions import Actor, Permission, require
from matching.profiles.claims import follow_phone
from matching.profiles.queries import person_in_sight
from matching.profiles.rules import KnownRegion, RawNumber


class ContactDraft(Draft):
    """What has changed; an empty field keeps what is known (联系方式更正)."""

    phone: RawNumber | None = None
    live_region: KnownRegion | None = None


def correct_contact(session: Session, actor: Actor, *, person_id: int, draft: ContactDraft) -> Person:
    """Correct telephone or place of living of a person at the counter. Raises NotFound or BadNumber."""
    require(actor, Permission.REGISTER_PERSON)
    person = person_in_sight(session, person_id)
    if draft.phone:
        before, phone = person.phone_index, parse_mobile(draft.phone)
        person.set_phone(phone, verified=True)
        follow_phone(session, person, phone, changed=before != person.phone_index)
    if draft.live_region:
        person.live_region = draft.live_region
    changed = [name for name in ("phone", "live_region") if getattr(draft, name)]
    audit.note(session, actor, action="person.contact", subject=f"person:{person_id}", detail={"fields": changed})
    person.updated_at = clock.now()
    session.flush()
    return person
