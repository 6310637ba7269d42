"""The roll call of a batch: the sheet of escorts, the roll on telephones, what devices say, decisions."""

from datetime import datetime

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre import clock
from centre.drafts import RecordId
from centre.permissions import Permission
from matching.export import queries
from matching.export.models import ExportMember
from matching.export.roll import actions
from matching.export.roll import queries as rolls
from matching.export.roll.rules import DecisionDraft, Roll, RollSource, RollWord, ScansDraft
from matching.export.rules import BatchState, MemberState

routes = Routes(prefix="/labour-export", tags=["boarding"])

ROLL = Permission.CALL_ROLL


class SeatedOut(Wire):
    """The data of a member that escorts and group leaders see (带队名单)."""

    member_id: int
    name: str
    phone: str
    vehicle: int
    seat: int
    emergency_name: str
    emergency_phone: str
    pick_up: str
    group: str
    state: MemberState


class SaidOut(Wire):
    """What one device said of a member; its own clock is shown and never decides."""

    device: str
    counter: int
    word: RollWord
    source: RollSource
    at: datetime | None


class TruthOut(Wire):
    """What holds of a member, with the contradicting words, if any."""

    member_id: int
    word: RollWord | None
    disputed: list[SaidOut]


class RollOut(Wire):
    """The reconciled roll (点名结果)."""

    members: list[TruthOut]
    conflicts: int
    server_at: datetime


class CalledOut(SeatedOut):
    """A member on the roll that a telephone keeps, with the word that holds so far (待点名人员)."""

    word: RollWord | None
    is_conflict: bool


class BoardingRollOut(Wire):
    """The roll of a batch as a telephone keeps it for places without network, until `keep_until` (手机点名册)."""

    server_at: datetime
    keep_until: datetime
    batch_no: str
    edition: int
    open: bool
    at_gate: bool
    entries: list[CalledOut]


@routes.get("/batches/{batch_id}/sheet", allow=ROLL)
def sheet(unit: Unit, batch_id: RecordId) -> list[SeatedOut]:
    """Get the sheet of the members whom the caller leads."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    return [SeatedOut.model_validate(line) for line in queries.seated(unit.session, batch)]


@routes.post("/batches/{batch_id}/scans", allow=ROLL)
def take_scans(unit: Unit, batch_id: RecordId, draft: ScansDraft) -> RollOut:
    """Take in what a device says; sending it again changes nothing, and nothing is overwritten."""
    return _roll(actions.take_scans(unit.session, unit.actor, batch_id=batch_id, draft=draft), unit, batch_id)


@routes.get("/batches/{batch_id}/roll", allow=ROLL)
def boarding_roll(unit: Unit, batch_id: RecordId) -> BoardingRollOut:
    """Get the roll of the members whom the caller leads, for storage on a telephone."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    truths = rolls.roll(unit.session, batch_id).members
    entries = []
    for line in queries.seated(unit.session, batch):
        truth = truths.get(line.member_id)
        known = {"word": truth and truth.word, "is_conflict": truth is not None and truth.is_conflict}
        entries.append(CalledOut.model_validate(SeatedOut.model_validate(line).model_dump() | known))
    return BoardingRollOut(
        server_at=clock.now(),
        keep_until=queries.sheet_until(batch),
        batch_no=batch.batch_no,
        edition=batch.edition,
        open=batch.state in actions.CALLING,
        at_gate=batch.state is BatchState.LOCKED,
        entries=entries,
    )


@routes.post("/members/{member_id}/decide", allow=Permission.RUN_EXPORT)
def decide(unit: Unit, member_id: RecordId, draft: DecisionDraft) -> RollOut:
    """Decide between sources of the roll that differ about a member."""
    row = queries.member(unit.session, member_id)
    return _roll(actions.decide_roll(unit.session, unit.actor, member_id=member_id, draft=draft), unit, row.batch_id)


def _roll(roll: Roll, unit: Unit, batch_id: int) -> RollOut:
    own = set(unit.session.scalars(queries.members(batch_id).with_only_columns(ExportMember.id)))
    truths = [truth for truth in roll.members.values() if truth.member_id in own]
    return RollOut(
        members=[TruthOut.model_validate(truth) for truth in truths],
        conflicts=sum(truth.is_conflict for truth in truths),
        server_at=clock.now(),
    )
