"""What stands in the holes of addresses: the model whose ids fit, or the words that are tried."""

import re
from typing import Any

from centre.accounts.approvals import AccountApproval
from centre.accounts.models import Account, ApiToken, SignIn
from centre.exports.models import Export
from centre.funds.models import Fund
from centre.ledger import ServiceEvent
from centre.people import Person
from employers.companies.models import Employer
from employers.fairs.models import Booth, Fair, Venue, VenueBlock, VenueEntrance
from employers.openings.models import Opening
from employers.uploads.models import OpeningUpload, OpeningUploadRow
from matching.brands.models import BrandStatement, LabourBrand
from matching.export.models import EscortDuty, ExportBatch, ExportMember, ExportProject
from matching.export.stay.models import TravelSubsidy
from matching.fairs.contacts.models import FairComplaint
from matching.fairs.interviews.models import BookedInterview
from matching.fairs.visitors.models import Visitor
from matching.interviews.models import Interview
from matching.introductions.models import FollowUp, Introduction
from matching.learning.models import ModelCard
from matching.plans.models import NightPlan, PlanPin
from matching.promises.models import StatedTerms
from matching.reports.rules import ReportKey
from matching.search.models import SavedSearch, Synonym
from tests.ordeal.world_desk import desk_model
from training.attendance.models import Lesson, SeatOffer
from training.certificates.models import TrainingCertificate
from training.claims.models import Claim
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.integrity.models import Flag
from training.providers.models import Major, TrainingProvider
from training.rosters.models import RosterRow, RosterUpload

HOLE = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")
MODELS: dict[str, type[Any]] = {
    "account_id": Account, "approval_id": AccountApproval, "batch_id": ExportBatch, "duty_id": EscortDuty,
    "member_id": ExportMember, "project_id": ExportProject, "subsidy_id": TravelSubsidy,
    "booth_id": Booth, "brand_id": LabourBrand, "card_id": ModelCard,
    "claim_id": Claim, "class_id": TrainingClass, "complaint_id": FairComplaint,
    "code": TrainingCertificate, "device_id": SignIn, "employer_id": Employer, "enrolment_id": Enrolment,
    "export_id": Export, "fair_id": Fair, "figure_id": BrandStatement, "flag_id": Flag,
    "follow_up_id": FollowUp, "fund_id": Fund, "interview_id": Interview,
    "introduction_id": Introduction, "lesson_id": Lesson, "major_id": Major, "offer_id": SeatOffer,
    "opening_id": Opening, "person_id": Person, "provider_id": TrainingProvider, "row_id": RosterRow,
    "search_id": SavedSearch, "service_id": ServiceEvent, "statement_id": StatedTerms,
    "synonym_id": Synonym, "token_id": ApiToken, "upload_id": RosterUpload, "plan_id": NightPlan, "pin_id": PlanPin,
    "venue_id": Venue, "entrance_id": VenueEntrance, "block_id": VenueBlock, "visitor_id": Visitor,
}  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {
    "role": ("registrar", "employer"),
    "stage": ("contract", "payslip"),
    "step": ("trades", "years", "papers", "wanted", "place", "pay"),
    "event": ("submit", "cancel", "withdraw", "accept"),
    "answer": ("take", "decline"),
    "number": ("1",),
    "verdict": ("approve", "refuse", "close", "agree"),
    "state": ("end", "reopen"), "name": ("letter",),
    # Nothing of these kinds is in the world: the addresses are tried with numbers that nobody has.
    "centre_id": ("1", "99"), "change_id": ("99",), "invitation": ("unknown",), "letter_no": ("unknown",),
    "link_code": ("unknown",),
    "job": ("run-fairs", "unknown"),
    "key": tuple(ReportKey),
    "kind": ("openings", "fairs"),
    "year": ("2027",),
}  # fmt: skip
ELSEWHERE: dict[tuple[str, str], type[Any]] = {
    ("/openings/lists/", "upload_id"): OpeningUpload,
    ("/openings/lists/", "row_id"): OpeningUploadRow,
    ("/organiser/interviews/", "interview_id"): BookedInterview,
}
"""Addresses below which a hole has another meaning."""


def models_of(path: str) -> dict[str, type[Any]]:
    """The model of each hole of a path that stands for an id."""
    known = {}
    for hole in HOLE.findall(path):
        here = (model for (start, name), model in ELSEWHERE.items() if name == hole and path.startswith(start))
        model = next(here, None) or desk_model(path, hole) or MODELS.get(hole)
        if model is not None:
            known[hole] = model
    return known
