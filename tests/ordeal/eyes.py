"""The visibility policy: which canaries an actor of the matrix may see."""

from collections.abc import Mapping

from centre.permissions import COUNTER, STAFF, Permission, Role
from tests.ordeal.canaries import Secret
from tests.ordeal.world import Someone
from tests.ordeal.world_desk import desk_tables

# How an actor may stand to a row. "county" and "city" are those who serve people, not everybody who works there.
EVERYBODY = "public"
PEOPLE = "person county city auditor"
LEARNERS = "person school county city auditor"
BUSINESS = "employer staff"

POLICY: Mapping[str, str] = {
    # what the network tells everybody
    "centre": EVERYBODY,
    "training_provider": EVERYBODY,
    "major": EVERYBODY,
    "venue": EVERYBODY,
    "venue_entrance": EVERYBODY,
    "venue_block": "staff",
    "labour_brand": "public staff",
    "brand_statement": "public staff",
    "fair_series": EVERYBODY,
    # an organisation's own business
    "employer": "public employer staff",
    "employer.address": "public employer staff",
    "employer.contact_name": BUSINESS,
    "employer.contact_phone": BUSINESS,
    "employer.legal_person": BUSINESS,
    "employer.licence_file": BUSINESS,
    "employer.service_licence": BUSINESS,
    "employer.dispatch_licence": BUSINESS,
    "employer.hygiene_permit": BUSINESS,
    "opening": "public employer staff",
    "fair": "public staff",
    "fair.organisation_plan": "staff",
    "fair.emergency_plan": "staff",
    "fair.security_plan": "staff",
    "fair.permit_no": "staff",
    "fair.filing_no": "staff",
    "fair.late_reason": "staff",
    "booth": BUSINESS,
    # a fair's day: the own centre, and of a name those who talk with the visitor
    "fair_door": EVERYBODY,
    "visitor": "county city auditor",
    "visitor.worker_name": PEOPLE + " employer",
    "booked_interview": PEOPLE + " employer",
    "fair_complaint": "county city auditor",
    "scan_device": "county city auditor",
    "scan_event": "county city auditor",
    "opening_upload": "employer county city auditor",
    "opening_upload_row": "employer county city auditor",
    "training_class": "public school staff",
    # people
    "person": PEOPLE,
    "person.name": "person school employer account leader county city auditor",
    "person.identity": "person",
    "person.phone": "person employer",
    "held_certificate": PEOPLE,
    "worked_occupation": PEOPLE,
    "recognition": PEOPLE,
    "service_event": PEOPLE,
    "reveal": "person account city auditor",
    "message": "person account",
    "introduction": PEOPLE + " employer",
    "interview": PEOPLE + " employer",
    "stated_terms": PEOPLE,
    "saved_search": "person",
    "synonym": EVERYBODY,
    "model_card": EVERYBODY,
    "introduction.note": "county city",
    "follow_up": "county city",
    # labour export: an escort, and a leader for the own group, know what is on their sheet and nothing else
    "export_project": "staff employer account person fellow",
    "visit_report": "staff",
    "export_batch": "staff employer account person fellow",
    "escort_duty": "staff employer account person fellow",
    "export_group": "staff account person fellow",
    "export_member": PEOPLE + " employer",
    "export_member.pick_up": PEOPLE + " account leader",
    "export_member.phone": "person account leader roll",
    "export_member.emergency_name": PEOPLE + " account leader",
    "export_member.emergency_phone": "person account leader roll",
    "roll_scan": PEOPLE + " account leader",
    "travel_subsidy": PEOPLE,
    "travel_group": f"{PEOPLE} fellow",
    "plan_pin": PEOPLE,
    "night_plan": "staff",
    "self_found_job": PEOPLE,
    # training
    "enrolment": LEARNERS,
    "lesson": EVERYBODY + " school staff",
    "attendance": LEARNERS,
    "assessment": LEARNERS,
    "training_certificate": LEARNERS + " public",
    "training_certificate.reason": LEARNERS,
    "claim": "school county city auditor",
    "fund": "county city auditor",
    "fund_movement": "county city auditor",
    "flag": "county city auditor",
    "phone_call": "county city",
    "roster_row": "school county city",
    "roster_upload": "school county city auditor",
    "seat_offer": LEARNERS,
    # accounts
    "account": "account city county administrator",
    "account.name": "account city county administrator auditor school",
    "sign_in": "account",
    "account_approval": "county city administrator",
    "export": "school county city auditor",
    "api_token": "city administrator",
    # the desk: every kind of case and its lines
    **dict.fromkeys(desk_tables(), PEOPLE),
}


OTHER_PARTS = {"leader_id": "person_id", "fellow_id": "person_id"}
"""People who have a part in a row without being whom it is about: who leads the group, who travels along."""


def relations(someone: Someone, owners: frozenset[tuple[str, int]], *, public: bool) -> set[str]:
    """The relations of an actor to a row with these owners."""
    actor, of = someone.actor, dict(owners)
    related = {"public"} if public else set()
    for name, relation in (
        ("person_id", "person"), ("provider_id", "school"), ("employer_id", "employer"), ("account_id", "account"),
        ("leader_id", "leader"), ("fellow_id", "fellow"),
    ):  # fmt: skip
        own = getattr(actor, OTHER_PARTS.get(name, name))
        if own is not None and of.get(name) == own:
            related.add(relation)
    if actor.roles & STAFF:
        related.add("staff")
        if actor.may(Permission.CALL_ROLL) and (actor.scope.all_centres or of.get("centre_id") == actor.centre_id):
            related.add("roll")
    if actor.roles & COUNTER and Role.CITY_MANAGER not in actor.roles and of.get("centre_id") == actor.centre_id:
        related.add("county")
    for role, relation in (
        (Role.CITY_MANAGER, "city"), (Role.AUDITOR, "auditor"), (Role.ADMINISTRATOR, "administrator"),
        (Role.ORGANISER, "organiser"),
    ):  # fmt: skip
        if role in actor.roles:
            related.add(relation)
    return related


def may_see(someone: Someone, secret: Secret) -> bool:
    """Whether an actor may see a canary; nobody may in a table that the policy does not name."""
    allowed = POLICY.get(f"{secret.table}.{secret.column}") or POLICY.get(secret.table, "")
    return bool(set(allowed.split()) & relations(someone, secret.owners, public=secret.public))


WITH_PERSON = "read only together with a person, whom the reader has to see"
WITH_ROW = "read only by the key of another row, which the reader has to see"
OF_FAIR = "read by the key of a fair or booth, after a check that it is the reader's own"
OWN_KEY = "asked for by the reader's own key as well"
ALL_OR_NONE = "read by one kind of reader alone, who sees all of it"
FIGURES = "shown as figures and states, in which no canary fits"
ITSELF = "read by the service itself, for nobody"

BLIND: Mapping[str, str] = {
    name: why
    for why, names in {
        WITH_PERSON: "Enrolment HeldCertificate JobWish Recognition Registration ServiceEvent SignInCard SkillProfile "
        "TrainingCertificate WorkedOccupation PlannedPlace TravelFellow TravelGroup",
        WITH_ROW: "ApiToken BrandStatement EscortDuty ExportGroup ExportQuota RollScan TravelSubsidy VisitReport "
        "ClaimLine Employer FollowUp FundMovement Interview OpeningUploadRow Placement RosterRow Transition "
        "CardUse Complainant ContactVisit Guest LoanRepayment PairVisit Permit StandardItem "
        "VisitNeed",
        OF_FAIR: "BookedInterview BoothContact FairComplaint FairDoor FairInvitation InterviewDay InterviewGuest "
        "ScanDevice ScanEvent Visitor",
        OWN_KEY: "ExportBatch ExportProject "
        "Account Consent ErasureRequest Message RecoveryCode Reveal SavedSearch SecondFactor "
        "SignIn",
        ALL_OR_NONE: "AuditEntry FairnessReport NightPlan VenueBlock",
        FIGURES: "ClosedMonth ClosedReport QueueNumber ServiceTally SelfFoundJob "
        "Attendance ClassFunding IntegrityCheck "
        "PartnerAgreement PhoneCall PhoneSample",
        ITSELF: "Invitation JobFailure JobRun KeyMark SigningKey Tally",
    }.items()
    for name in names.split()
}
"""Models whose missing scope no read reveals, with the check that comes before."""
