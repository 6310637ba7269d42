"""The roll on telephones: its readers see names, telephones, seats, emergency contacts and pick-ups only."""

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit, UnitOfWork
from centre.drafts import Draft, RecordId
from centre.permissions import Permission
from centre.sheets.reading import read_sheets
from centre.translation import N_, translate
from matching.export import batches, queries
from matching.export.roll import actions
from matching.export.roll.queries import callers, devices, roll
from matching.export.roll.rules import SOURCE_LABELS, WORD_LABELS, RollSource, RollWord
from matching.export.roll.sheets import read_roll, write_roll
from matching.export.rules import BATCH_LABELS, EXPORT_BATCH, MEMBER_LABELS, TRANSPORT_LABELS, BatchState
from web.forms import Bound, ButtonForm, attempt, bind, blank, upload
from web.manifest import app_manifest
from web.pages.export.sheets import ON_A_PAGE
from web.rendering import page

routes = Pages("/roll")

CALLED = N_("带队点名")
ROLL = Permission.CALL_ROLL
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


PageNumber = Annotated[int, Query(alias="page", ge=1, le=200)]


class RollForm(Draft):
    """Several members and one word about them (点名表单)."""

    member_ids: Annotated[tuple[RecordId, ...], Field(max_length=2000)] = ()
    word: RollWord
    rest_absent: bool = False


@routes.get("", allow=ROLL)
def mine(unit: Unit) -> Response:
    """The batches that the reader leads."""
    return page(
        unit,
        "export/roll-list.html",
        batches=queries.led(unit.session, unit.actor),
        calling=actions.CALLING,
        states=BATCH_LABELS,
        when=batches.when_of,
    )


@routes.get("/app.webmanifest", allow=PUBLIC)
def manifest(unit: Unit) -> Response:
    """What a browser needs to install the roll call."""
    return app_manifest(translate(unit.locale, CALLED), scope="/roll")


@routes.get("/{batch_id}/call", allow=ROLL)
def call_without_network(unit: Unit, batch_id: RecordId) -> Response:
    """The roll call that goes on without network; the page itself contains no names, so a browser may cache it."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    return page(unit, "export/call.html", batch=batch, words=WORD_LABELS)


@routes.get("/{batch_id}", allow=ROLL)
def call(unit: Unit, batch_id: RecordId) -> Response:
    """The roll of one batch."""
    return _page(unit, batch_id, blank(unit, RollForm))


@routes.post("/{batch_id}/say", allow=ROLL)
def say(unit: Unit, batch_id: RecordId) -> Response:
    """Say a word of those who are ticked."""

    def act(form: RollForm) -> object:
        words = dict.fromkeys(form.member_ids, form.word)
        device = f"page-{unit.actor.account_id}"
        return actions.say_words(unit.session, unit.actor, batch_id=batch_id, device=device, words=words)

    return attempt(unit, bind(unit, RollForm), act, partial(_page, unit, batch_id), f"/roll/{batch_id}")


@routes.post("/{batch_id}/moves/{event}", allow=ROLL)
def move(unit: Unit, batch_id: RecordId, event: Annotated[str, Path(pattern="^(depart|arrive)$")]) -> Response:
    """The batch leaves, or has arrived."""
    step = actions.depart_batch if event == "depart" else actions.arrive_batch
    return attempt(
        unit,
        bind(unit, ButtonForm),
        lambda _: step(unit.session, unit.actor, batch_id=batch_id),
        partial(_page, unit, batch_id),
        f"/roll/{batch_id}",
    )


@routes.get("/{batch_id}/paper", allow=ROLL)
def ask_paper(
    unit: Unit, batch_id: RecordId, number: Annotated[int, Query(alias="page", ge=1, le=200)] = 1
) -> Response:
    """The form that reads one page of the paper roll back."""
    return _paper(unit, batch_id, number, blank(unit, RollForm))


@routes.post("/{batch_id}/paper/{number}", allow=ROLL)
def read_paper(unit: Unit, batch_id: RecordId, number: Annotated[int, Path(ge=1, le=200)]) -> Response:
    """Read one page of the paper roll back."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)

    def act(form: RollForm) -> object:
        words = dict.fromkeys(form.member_ids, RollWord.BOARDED)
        if form.rest_absent:
            listed = [line.member_id for line in _lines(unit, batch_id, number)]
            words |= {who: RollWord.ABSENT for who in listed if who not in words}
        device = f"paper-v{batch.edition}-p{number}"
        return actions.say_words(
            unit.session, unit.actor, batch_id=batch_id, device=device, words=words, source=RollSource.PAPER
        )

    bound = bind(unit, RollForm, word=RollWord.BOARDED)
    return attempt(unit, bound, act, partial(_paper, unit, batch_id, number), f"/roll/{batch_id}")


@routes.get("/{batch_id}/roll.xlsx", allow=ROLL)
def sheet(unit: Unit, batch_id: RecordId) -> Response:
    """The roll as a spreadsheet."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    content = write_roll(batch.batch_no, queries.seated(unit.session, batch))
    return Response(content, 200, {"content-disposition": f'attachment; filename="roll-{batch.id}.xlsx"'}, XLSX)


def _read(unit: UnitOfWork, **_: object) -> Any:
    return read_sheets(*upload(unit))


@routes.post("/{batch_id}/sheet", allow=ROLL, upload=True, before=_read)
def read_sheet(unit: Unit, batch_id: RecordId) -> Response:
    """Read a filled-in spreadsheet back."""

    def act(_: ButtonForm) -> object:
        said = read_roll(unit.prepared)
        return actions.say_words(
            unit.session, unit.actor, batch_id=batch_id, device=said.device, words=said.words, source=RollSource.SHEET
        )

    bound: Bound[Any] = Bound({}, unit.locale, ButtonForm())
    return attempt(unit, bound, act, partial(_page, unit, batch_id), f"/roll/{batch_id}")


def _lines(unit: UnitOfWork, batch_id: int, number: int) -> list[queries.Seated]:
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    return queries.seated(unit.session, batch)[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]


def _paper(unit: UnitOfWork, batch_id: int, number: int, bound: Bound[Any], status_code: int = 200) -> Response:
    return page(
        unit,
        "export/paper.html",
        status_code,
        batch=queries.led_batch(unit.session, unit.actor, batch_id),
        lines=_lines(unit, batch_id, number),
        number=number,
        bound=bound,
    )


def _page(unit: UnitOfWork, batch_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    lines = queries.seated(unit.session, batch)
    listed = {line.member_id for line in lines}
    escorts = unit.session.scalars(queries.escorts(batch_id)).all()
    whole = unit.actor.scope.staff or unit.actor.account_id in {duty.account_id for duty in escorts}
    events = EXPORT_BATCH.events(batch.state, unit.actor) if whole else []
    return page(
        unit,
        "export/roll.html",
        status_code,
        batch=batch,
        lines=lines,
        truths=roll(unit.session, batch_id).members,
        conflicts=[truth for truth in roll(unit.session, batch_id).conflicts if truth.member_id in listed],
        devices=devices(unit.session, batch_id),
        callers=callers(unit.session, batch_id),
        escorts=escorts,
        calls=batch.state in actions.CALLING,
        gate=batch.state is BatchState.LOCKED,
        events=events,
        states=MEMBER_LABELS,
        batch_states=BATCH_LABELS,
        words=WORD_LABELS,
        sources=SOURCE_LABELS,
        modes=TRANSPORT_LABELS,
        when=batches.when_of,
        bound=bound,
    )
