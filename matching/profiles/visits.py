"""Visits and calls that are no introduction: an entry in the service ledger (窗口服务)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from centre.drafts import Draft, Line
from centre.errors import Forbidden
from centre.ledger import Channel, ServiceCategory, ServiceEvent, record_service
from centre.permissions import Actor, Permission, require
from centre.translation import N_
from matching.profiles.queries import person_in_sight

TOPICS = (
    N_("找工作咨询"),
    N_("培训咨询"),
    N_("拖欠工资"),
    N_("生活困难"),
    N_("看病减免"),
    N_("子女上学"),
    N_("劳动争议"),
    N_("其他"),
)


class VisitDraft(Draft):
    """A visit or a call: its subject and the channel (来访登记)."""

    category: ServiceCategory = ServiceCategory.PETITION
    channel: Channel = Channel.COUNTER
    topic: Annotated[Line, Field(max_length=60)] = ""
    note: Line = ""


def record_visit(session: Session, actor: Actor, *, draft: VisitDraft, person_id: int | None = None) -> ServiceEvent:
    """Write one entry into the service ledger, for a person or an anonymous caller. Raises NotFound, Forbidden."""
    require(actor, Permission.RECORD_SERVICE)
    if actor.centre_id is None:
        raise Forbidden
    if person_id is not None:
        person_in_sight(session, person_id)
    return record_service(
        session,
        actor,
        centre_id=actor.centre_id,
        category=draft.category,
        channel=draft.channel,
        person_id=person_id,
        topic=draft.topic,
        note=draft.note,
    )
