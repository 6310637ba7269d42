"""How the caller's messages are delivered: by telephone, by e-mail or in the pages only, and the quiet hours."""

from api.dependencies import Routes, Unit, UnitOfWork
from api.security import caller_of
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.accounts.emails import EmailDraft, EmailProof, ask_email, prove_email
from centre.message_ways import MessageChoice, MessageWay, choose_messages, message_ways, own_records
from centre.permissions import Permission

routes = Routes(prefix="/message-settings", tags=["message_settings"])


class MessageSettingsOut(Wire):
    """What was chosen, between which ways; quiet hours are full hours of the day, the address is masked."""

    way: MessageWay
    quiet_from: int | None
    quiet_until: int | None
    ways: list[MessageWay]
    email: str


class AskedOut(Wire):
    """The code was sent; `asked` goes back with it."""

    asked: str


@routes.get("", allow=Permission.KEEP_OWN_ACCOUNT)
def read(unit: Unit) -> MessageSettingsOut:
    """Read how the caller's messages come."""
    return _out(unit)


@routes.put("", allow=Permission.KEEP_OWN_ACCOUNT)
def choose(unit: Unit, choice: MessageChoice) -> MessageSettingsOut:
    """Choose how the caller's messages come; codes come to the telephone all the same."""
    expect_version(unit, *own_records(unit.session, unit.actor))
    choose_messages(unit.session, unit.actor, choice=choice)
    unit.session.flush()
    return _out(unit)


@routes.post("/email", allow=Permission.KEEP_OWN_ACCOUNT, status_code=202, keep=False)
def ask(unit: Unit, draft: EmailDraft) -> AskedOut:
    """Send a code to an address that the caller wants on record."""
    return AskedOut(asked=ask_email(unit.session, unit.actor, draft=draft).asked)


@routes.post("/email/code", allow=Permission.KEEP_OWN_ACCOUNT, status_code=204, keep=False)
def prove(unit: Unit, proof: EmailProof) -> None:
    """Put the address on record with the code that came there."""
    prove_email(unit.session, unit.actor, proof=proof, caller=caller_of(unit.request))


def _out(unit: UnitOfWork) -> MessageSettingsOut:
    tell_version(unit, *own_records(unit.session, unit.actor))
    return MessageSettingsOut.model_validate(message_ways(unit.session, unit.actor))
