"""Writing an opening: in five short steps that can be left and resumed, or the whole form at once."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field, ValidationError
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Fen, Line, Paragraph, RecordId, RegionCode, Words, problems_of
from centre.errors import Invalid, Problem, Refusal
from centre.people import EDUCATION_LABELS, Education
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from centre.translation import N_, translate
from employers.companies.models import Employer
from employers.companies.queries import employer as employer_in_sight
from employers.companies.queries import own_employer_id
from employers.openings import actions
from employers.openings.checks import SCREENED, columns_of, legal_faults, missing_elements
from employers.openings.columns import joined, plain_parts, skills_cell, skills_of
from employers.openings.models import Opening
from employers.openings.queries import own_opening, pay_questions, publication_limits
from employers.openings.rules import (
    CERTIFICATE_LABELS,
    CONTRACT_LABELS,
    EMPLOYMENT_LABELS,
    OPENING,
    PAYER_LABELS,
    PROVISION_LABELS,
    RESERVED_LABELS,
    SEX_GROUND_LABELS,
    WAGE_UNIT_LABELS,
    CertificateKind,
    ContractParty,
    EmploymentType,
    OpeningDraft,
    OpeningState,
    Payer,
    Provision,
    ReservedFor,
    SexGround,
    SkillRequirement,
    WageUnit,
)
from employers.openings.screening import restore, screen_fields
from employers.openings.wordings import settled
from web import choices
from web.forms import Bound, bind, bind_edit, blank, editing, yuan
from web.rendering import page

routes = Pages("/employer/openings")

ALLOW = Permission.POST_OPENING
DIGITS = re.compile("[0-9]{1,15}")
RecordPath = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Part = Literal["", "work", "who", "pay", "place", "contract"]

PARTS: dict[Part, tuple[str, ...]] = {
    "work": ("title", "headcount", "content", "occupation_code", "reserved_for"),
    "who": (
        "conditions",
        "age_min",
        "age_max",
        "age_reason",
        "min_education",
        "certificates",
        "skills",
        "accepts_training",
        "sex_limit_ground",
        "sex_limit_evidence",
    ),
    "pay": ("wage_unit", "wage_min_fen", "wage_max_fen", "base_pay_fen", "overtime_rule", "pay_day"),
    "place": ("region_code", "address", "shift", "hours_per_week", "night_shift", "hazardous", "board", "lodging"),
    "contract": (
        "employment_type",
        "client_name",
        "contract_party",
        "social_insurance",
        "travel_paid_by",
        "medical_paid_by",
        "valid_until",
    ),
}
"""The steps in their order, with the fields of each. The whole form has no part."""

PART_LABELS: dict[Part, str] = {
    "work": N_("招什么人"),
    "who": N_("有什么要求"),
    "pay": N_("工资"),
    "place": N_("在哪里、怎么干"),
    "contract": N_("合同和期限"),
}


class OpeningForm(Draft):
    """The form of an opening (招聘简章); staff who write for an employer name it."""

    employer_id: RecordId | None = None
    title: Words
    headcount: Annotated[int, Field(ge=1, le=10_000)]
    content: Paragraph = ""
    conditions: Paragraph = ""
    region_code: RegionCode | None = None
    address: Line = ""
    wage_min_fen: Fen | None = None
    wage_max_fen: Fen | None = None
    wage_unit: WageUnit = WageUnit.MONTH
    base_pay_fen: Fen | None = None
    employment_type: EmploymentType = EmploymentType.DIRECT
    contract_party: ContractParty | None = None
    client_name: Line = ""
    shift: Line = ""
    night_shift: bool | None = None
    board: Provision = Provision.UNSTATED
    lodging: Provision = Provision.UNSTATED
    min_education: Education | None = None
    certificates: Annotated[tuple[CertificateKind, ...], Field(max_length=7)] = ()
    occupation_code: Annotated[str, Field(pattern=r"^([0-9]-[0-9]{2}(-[0-9]{2}){0,2})?$")] = ""
    reserved_for: Annotated[tuple[ReservedFor, ...], Field(max_length=4)] = ()
    skills: Line = ""
    age_min: Annotated[int, Field(ge=16, le=80)] | None = None
    age_max: Annotated[int, Field(ge=16, le=80)] | None = None
    sex_limit_ground: SexGround | None = None
    sex_limit_evidence: Line = ""
    overtime_rule: Line = ""
    pay_day: Annotated[int, Field(ge=1, le=31)] | None = None
    hours_per_week: Annotated[int, Field(ge=1, le=100)] | None = None
    hazardous: bool = False
    social_insurance: Line = ""
    travel_paid_by: Payer = Payer.UNSTATED
    medical_paid_by: Payer = Payer.UNSTATED
    accepts_training: bool = False
    age_reason: Line = ""
    valid_until: date | None = None
    step: Literal["keep", "next", "submit"] = "keep"
    part: Part = ""

    def draft(self, opening: Opening | None = None) -> OpeningDraft:
        """The draft; values that the form does not show stay unchanged. Raises Invalid for unreadable skills."""
        values: dict[str, Any] = {}
        if opening is not None:
            values = {name: getattr(opening, name) for name in OpeningDraft.model_fields}
            values["region_code"] = opening.region_code or None
        kept = [
            requirement
            for requirement in values.get("certificate_requirements", [])
            if requirement["kind"] in self.certificates
        ]
        known = {requirement["kind"] for requirement in kept}
        added = [{"kind": kind, "must": True} for kind in self.certificates if kind not in known]
        own = self.model_dump(
            exclude={"certificates", "skills", "step", "part"} | ({"employer_id"} if opening else set())
        )
        own |= {
            "certificate_requirements": [*kept, *added],
            "skill_requirements": self._skills(),
            "social_insurance": plain_parts(self.social_insurance),
        }
        try:
            return OpeningDraft.model_validate(values | own)
        except ValidationError as wrong:
            raise Invalid(problems_of(wrong)) from None

    def _skills(self) -> list[SkillRequirement]:
        skills = skills_of(self.skills)
        if skills is None:
            message = N_("技能看不懂，请一样一样写，用“、”隔开，必须会的后面加 *，例如：平车*、锁边")
            raise Invalid([Problem("skills", "skills-unreadable", message)])
        return skills


def can_be_changed(opening: Opening) -> bool:
    """Whether a changed opening could be saved: a draft, or what may become one again."""
    return opening.state is OpeningState.DRAFT or (opening.state, "revise") in OPENING.table


def still_missing(opening: Opening) -> list[str]:
    """The mandatory elements that an opening lacks; a draft gets its validity when it is submitted."""
    given = {"valid_until"} if opening.state is OpeningState.DRAFT else set()
    return [name for name in missing_elements(opening) if name not in given]


def next_part(opening: Opening) -> Part:
    """The step with which to go on: the first that lacks a mandatory element, otherwise the last."""
    missing = set(still_missing(opening))
    return next((part for part, fields in PARTS.items() if missing & set(fields)), "contract")


@routes.get("/new", allow=ALLOW)
def ask_opening(unit: Unit, part: Literal["", "work"] = "work", employer_id: RecordId | None = None) -> Response:
    """The first step of a new opening, or the whole form; staff name the employer that they write for."""
    own = _recruiter(unit, employer_id)
    values = {"region_code": own.region_code, "address": own.address, "headcount": 1, "employer_id": own.id}
    return _form(unit, blank(unit, OpeningForm, **values), part=part)


@routes.post("/new", allow=ALLOW)
def create(unit: Unit) -> Response:
    """Save an opening, and submit it to the centre if requested."""
    return _save(unit, None)


@routes.get("/{opening_id:int}/edit", allow=ALLOW)
def ask_change(unit: Unit, opening_id: RecordPath, part: Part = "") -> Response:
    """The form for editing an opening: one step of it, or the whole."""
    opening = own_opening(unit.session, unit.actor, opening_id)
    if not can_be_changed(opening):  # nothing of it could be saved; its page says why
        return RedirectResponse(f"/employer/openings/{opening_id}", 303)
    return _form(unit, editing(unit, OpeningForm, _stored(opening)), opening=opening, part=part)


@routes.post("/{opening_id:int}/edit", allow=ALLOW)
def change(unit: Unit, opening_id: RecordPath) -> Response:
    """Edit an opening that is not published."""
    return _save(unit, own_opening(unit.session, unit.actor, opening_id))


@routes.post("/check", allow=ALLOW)
def check(unit: Unit) -> Response:
    """What the screening says of an opening that is being typed; nothing is kept."""
    bound = bind(unit, OpeningForm)
    own = _recruiter(unit, _named(bound))
    texts = {name: bound.value(name) for name in SCREENED if isinstance(bound.value(name), str)}
    known = ["pay"] if bound.value("base_pay_fen") or bound.value("wage_min_fen") else []
    draft = _draft_of(bound)
    written_pay = pay_questions(unit.session, draft) if draft else []
    return page(
        unit,
        "employer/warnings.html",
        findings=settled(unit.session, [*screen_fields(texts, known=known), *written_pay]),
        faults=_faults(unit, draft, own) if draft else [],
    )


def _named(bound: Bound[OpeningForm]) -> int | None:
    """The employer that a form names, also where something else in it is wrong."""
    typed = str(bound.value("employer_id"))
    return int(typed) if DIGITS.fullmatch(typed) else None


def _recruiter(unit: Unit, employer_id: int | None) -> Employer:
    """The employer whose opening is written. Raises NotFound where the reader has none and names none."""
    return employer_in_sight(unit.session, own_employer_id(unit.actor, employer_id))


def way_to(unit: Unit, own: Employer) -> list[tuple[str, str]]:
    """The pages above an employer's openings: the employer's own desk or, for staff, its page among the employers."""
    if unit.actor.employer_id:
        return [(translate(unit.locale, N_("用人单位")), "/employer")]
    verification = (translate(unit.locale, N_("核实岗位和单位")), "/counter/verify")
    return [verification, (own.name, f"/counter/verify/employers/{own.id}")]


def _draft_of(bound: Bound[OpeningForm]) -> OpeningDraft | None:
    try:
        return bound.draft.draft() if bound.draft else None
    except Refusal:
        return None


def _faults(unit: Unit, written: Opening | OpeningDraft, own: Employer) -> list[Problem]:
    """What would refuse the opening when it is submitted, besides what is not written yet."""
    limits = publication_limits(unit.session, clock.today(), written.region_code or "")
    return legal_faults(written, limits, service_licence=own.service_licence)


def _stored(opening: Opening) -> dict[str, Any]:
    """What the form shows of an opening."""
    values = {name: getattr(opening, name) for name in OpeningForm.model_fields if hasattr(opening, name)}
    for name in [name for name in values if name.endswith("_fen")]:
        values[name] = yuan(values[name])
    values["certificates"] = [requirement["kind"] for requirement in opening.certificate_requirements]
    values["skills"] = skills_cell(opening.skill_requirements)
    values["social_insurance"] = joined(opening.social_insurance)
    return {name: "" if value is None else value for name, value in values.items()}


def _save(unit: Unit, opening: Opening | None) -> Response:
    bound = bind(unit, OpeningForm) if opening is None else bind_edit(unit, OpeningForm, _stored(opening))
    if bound.draft is None:
        return _form(unit, bound, bound.status, opening=opening)
    try:
        draft = bound.draft.draft(opening)
        if opening is None:
            kept = actions.create_opening(unit.session, unit.actor, draft)
        elif bound.draft.step != "submit" and not _differs(opening, draft):
            kept = opening  # saved as it was: what waits for the centre goes on waiting
        else:
            kept = actions.update_opening(unit.session, unit.actor, opening_id=opening.id, draft=draft)
        if bound.draft.step == "submit":
            actions.submit_opening(unit.session, unit.actor, opening_id=kept.id)
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), refusal.status, opening=opening)
    following = _following(bound.draft.part) if bound.draft.step == "next" else ""
    address = f"/employer/openings/{kept.id}"
    return RedirectResponse(f"{address}/edit?part={following}" if following else address, 303)


def _differs(opening: Opening, draft: OpeningDraft) -> bool:
    """Whether a draft says anything else than the opening does."""
    return any(getattr(opening, name) != value for name, value in columns_of(draft).items())


def _trades(chosen: Any) -> list[tuple[str, str]]:
    """Everyday trades to choose from, and the one that the opening has."""
    trades = [(trade.code, trade.label) for trade in choices.TRADES]
    if chosen and chosen not in dict(trades):
        trades.append((chosen, vocabulary().name(chosen) or chosen))
    return trades


def _following(part: Part) -> Part:
    parts = [*PARTS, ""]
    return parts[parts.index(part) + 1] if part else ""


def _shown_part(bound: Bound[OpeningForm], asked: Part) -> Part:
    """The step to show: the whole form when something is wrong outside the step."""
    part: Part = asked or bound.value("part")
    if part not in PARTS or any(problem.field.split(".")[0] not in PARTS[part] for problem in bound.problems):
        return ""
    return part


def _form(
    unit: Unit,
    bound: Bound[OpeningForm],
    status_code: int = 200,
    *,
    opening: Opening | None = None,
    part: Part = "",
) -> Response:
    part, steps = _shown_part(bound, part), list(PARTS)
    own = opening.employer if opening else _recruiter(unit, _named(bound))
    return page(
        unit,
        "employer/opening-form.html",
        status_code,
        part=part,
        parts=[translate(unit.locale, label) for label in PART_LABELS.values()],
        position=steps.index(part) + 1 if part else 0,
        before=steps[steps.index(part) - 1] if part and part != steps[0] else "",
        unseen=[name for other, names in PARTS.items() for name in names if part and other != part],
        bound=bound,
        opening=opening,
        opening_id=opening.id if opening else None,
        employer=own,
        way=way_to(unit, own),
        title=opening.title if opening else "",
        findings=[] if opening is None or bound.problems else restore(opening.screening),
        faults=[] if opening is None or bound.problems else _faults(unit, opening, own),
        places=choices.places_near(bound.value("region_code")),
        units=WAGE_UNIT_LABELS,
        employments=EMPLOYMENT_LABELS,
        contracts=CONTRACT_LABELS,
        provisions=PROVISION_LABELS,
        educations=EDUCATION_LABELS,
        certificates=CERTIFICATE_LABELS,
        trades=_trades(bound.value("occupation_code")),
        groups=RESERVED_LABELS,
        grounds=SEX_GROUND_LABELS,
        payers=PAYER_LABELS,
    )
