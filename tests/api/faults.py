"""Invalid requests with their senders and expected responses: the data of test_bad_input."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from centre import clock
from tests.training.world import identity

API = "/api/v1"
W1 = "610499197503080022"
NEW = identity(77)
TODAY = clock.today()
YOUNG = identity(5, f"{TODAY.year - 14}0101")
CODE = "91350100M000100Y43"
BIG = 2**53
MUCH = 2**63
LONG = "长" * 2001


@dataclass(frozen=True, slots=True)
class Sent:
    """One request and its expected response; tests.api.wordings has the messages."""

    name: str
    who: str
    target: str
    body: Any
    status: int
    code: str
    wording: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.target.split(" ")[0]

    @property
    def path(self) -> str:
        """The address."""
        return self.target.split(" ")[1]


def day(days: int) -> str:
    """The day a number of days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


def person(**changes: Any) -> dict[str, Any]:
    """A registration at the counter with some fields changed; None removes a field."""
    good = {"name": "赵小兰", "phone": "13900000077", "id_number": NEW, "live_region": "610404", "consent": True}
    return {name: value for name, value in (good | changes).items() if value is not None}


def opening(**changes: Any) -> dict[str, Any]:
    """An opening with something changed."""
    good = {"title": "缝纫工", "headcount": 3, "content": "做校服", "conditions": "会用平车", "region_code": "610404",
            "wage_min_fen": 300_000, "wage_max_fen": 500_000, "base_pay_fen": 300_000}  # fmt: skip
    return good | changes


def yuan(**changes: Any) -> dict[str, Any]:
    """The opening as the page's form sends it, in yuan, submitted at once."""
    return opening(wage_min_fen="3000", wage_max_fen="5000", base_pay_fen="3000", step="submit") | changes


def employer(**changes: Any) -> dict[str, Any]:
    """An employer with something changed."""
    return {"name": "渭城第三纺织厂", "uscc": CODE, "region_code": "610404"} | changes


def school_class(**changes: Any) -> dict[str, Any]:
    """An application for a class with something changed."""
    good = {"major_id": 1, "class_no": "2026-77", "start_on": day(30), "end_on": day(60), "seats": 30}
    return good | changes


def fair(**changes: Any) -> dict[str, Any]:
    """A fair with something changed."""
    good = {"name": "春季招聘会", "venue_id": 1, "starts_at": f"{day(400)}T09:00:00+08:00",
            "ends_at": f"{day(400)}T11:30:00+08:00", "booth_count": 2}  # fmt: skip
    return good | changes


def certificate(**changes: Any) -> dict[str, Any]:
    """A profile with one certificate."""
    return {"certificates": [{"kind": "skill_level", **changes}]}


def _person_cases() -> list[Sent]:
    at = f"POST {API}/people"
    numbers = [
        ("VR01 too short", "61049919750308", "identity-form"),
        ("VR01 a letter inside", "6104991975O3080022", "identity-form"),
        ("VR02 check digit", "610499197503080021", "identity-check-digit"),
        ("VR03 no such day", "610499197502290022", "identity-date"),
        ("VR03 born tomorrow", "610499209903080022", "identity-age"),
        ("VR03 over 120", "610499190003080022", "identity-age"),
        ("VR08 scientific", "6.10499E+17", "number-damaged"),
        ("VR08 zeros", "610499197503080000", "number-damaged"),
    ]
    cases = []
    for name, number, code in numbers:
        cases.append(Sent(f"counter: {name}", "clerk", at, person(id_number=number), 422, code))
        body = person(id_number=number, password="a-long-password")
        cases.append(Sent(f"from home: {name}", "", f"POST {API}/registrations", body, 422, code))
    cases += [
        Sent("VR07 known under another name", "clerk2", at, person(id_number=W1), 409, "name-differs"),
        Sent("VR10 mobile", "clerk", at, person(phone="12345678901"), 422, "mobile-form"),
        Sent("VR10 landline for a person", "clerk", at, person(phone="029-33211234"), 422, "mobile-form"),
        Sent("VR12 too young", "clerk", at, person(id_number=YOUNG), 409, "too-young-to-work"),
        Sent("VR26 one character", "clerk", at, person(name="王"), 422, "bad-name"),
        Sent("VR26 51 characters", "clerk", at, person(name="王" * 51), 422, "bad-name"),
        Sent("VR26 digits", "clerk", at, person(name="王2"), 422, "bad-name", "figure-in-a-name"),
        Sent("VR28 markup in a name", "clerk", at, person(name="<b>王</b>"), 422, "bad-name",
             "markup-in-a-name"),
        Sent("no consent", "clerk", at, person(consent=False), 422, "no-consent"),
        Sent("consent is missing", "clerk", at, person(consent=None), 422, "missing"),
        Sent("unknown place", "clerk", at, person(live_region="999999"), 422, "region-unknown"),
        Sent("unknown home", "clerk", at, person(home_region="999999"), 422, "region-unknown"),
        Sent("unknown place, from home", "", f"POST {API}/registrations",
             person(live_region="999999", password="a-long-password"), 422, "region-unknown"),
        Sent("unknown schooling", "clerk", at, person(education="professor"), 422, "enum"),
        Sent("short password", "", f"POST {API}/registrations", person(password="1234"), 422, "password-short"),
        Sent("common password", "", f"POST {API}/registrations", person(password="12345678"), 422, "password-common"),
    ]  # fmt: skip
    return cases


def _profile_cases() -> list[Sent]:
    profile = f"PUT {API}/me/profile"
    special = {"kind": "special_operation"}
    return [
        Sent("VR20 shape", "wang", profile, certificate(number="Y123"), 422, "certificate-form"),
        Sent("VR20 level", "wang", profile, certificate(number="Y000061000001244000001", level=3), 422,
             "certificate-level"),
        Sent("VR20 year", "wang", profile, certificate(number="Y000061000001244000001", issued_on="2020-05-01"), 422,
             "certificate-year"),
        Sent("VR21 shape", "wang", profile, certificate(number="1261029999400001"), 422, "certificate-form"),
        Sent("VR22 issued tomorrow", "wang", profile, {"certificates": [special | {"issued_on": day(1)}]}, 422,
             "issued-later"),
        Sent("VR22 expires before it was issued", "wang", profile,
             {"certificates": [special | {"issued_on": "2024-01-01", "expires_on": "2023-01-01"}]}, 422, "date-order"),
        Sent("unknown occupation", "wang", profile, {"occupations": [{"occupation": "9-99-99-99"}]}, 422,
             "occupation-unknown"),
        Sent("a year far ahead", "wang", profile,
             {"occupations": [{"occupation": "6-04-02-01", "last_used_year": MUCH}]}, 422, "less-than-equal"),
        Sent("wish: unknown place", "wang", f"PUT {API}/me/wish", {"regions": ["999999"]}, 422, "region-unknown"),
        Sent("wish: negative pay", "wang", f"PUT {API}/me/wish", {"wage_floor_fen": -1}, 422, "greater-than-equal"),
    ]  # fmt: skip


def _employer_cases() -> list[Sent]:
    at, post = f"POST {API}/employers", f"POST {API}/openings"
    return [
        Sent("VR11 form", "officer", at, employer(uscc="91350100M000100YI3"), 422, "employer-code"),
        Sent("VR11 check", "officer", at, employer(uscc="91350100M000100Y44"), 422, "employer-code"),
        Sent("VR10 phone", "officer", at, employer(contact_phone="33211234"), 422, "phone"),
        Sent("VR28 long name", "officer", at, employer(name="长" * 201), 422, "string-too-long"),
        Sent("long contact", "officer", at, employer(contact_name="长" * 61), 422, "string-too-long"),
        Sent("unknown place of an employer", "officer", at, employer(region_code="999999"), 422, "region-unknown"),
        Sent("a day that is none", "officer", at, employer(licence_expires_on="2026-02-30"), 422,
             "date-from-datetime-parsing"),
        Sent("VR14 nothing", "employer", post, opening(wage_min_fen=0), 422, "wage-zero"),
        Sent("VR14 order", "employer", post, opening(wage_min_fen=500_000, wage_max_fen=300_000), 422, "wage-order"),
        Sent("VR14 negative", "employer", post, opening(base_pay_fen=-1), 422, "greater-than-equal"),
        Sent("VR14 far too much", "employer", post, opening(wage_max_fen=MUCH), 422, "less-than-equal"),
        Sent("VR14 half a fen", "employer", post, opening(base_pay_fen=0.5), 422, "int-from-float"),
        Sent("VR15 order", "employer", post, opening(valid_from=day(9), valid_until=day(8)), 422, "date-order"),
        Sent("nobody wanted", "employer", post, opening(headcount=0), 422, "greater-than-equal"),
        Sent("ages in the wrong order", "employer", post, opening(age_min=50, age_max=20), 422, "age-order"),
        Sent("under 16", "employer", post, opening(age_min=14), 422, "greater-than-equal"),
        Sent("agency without a client", "employer", post, opening(employment_type="agency"), 422, "client-missing"),
        Sent("VR28 long text", "employer", post, opening(content=LONG), 422, "string-too-long"),
        Sent("NUL", "employer", post, opening(content="a\x00b"), 422, "bad-characters"),
        Sent("a lone surrogate", "employer", post, '{"title": "\\ud800"}', 422, "string-unicode"),
        Sent("reversed writing", "employer", post, opening(title="缝纫\u202e工"), 422, "bad-characters"),
        Sent("not a number", "employer", post, '{"title": "工", "headcount": NaN}', 422, "finite-number"),
        Sent("unknown field", "employer", post, opening(fee_fen=100), 422, "extra-forbidden"),
        Sent("a list for an object", "employer", post, [1], 422, "model-attributes-type"),
        Sent("nothing for an object", "employer", post, "", 422, "missing", wording="model-attributes-type"),
        Sent("malformed JSON", "employer", post, '{"title": ', 422, "json-invalid"),
        Sent("not UTF-8", "employer", post, b'{"title": "\xff\xfe"}', 400, "unreadable"),
        Sent("deep JSON", "employer", post, "[" * 100_000, 400, "unreadable"),
        Sent("JSON by another name", "employer", post, '{"title": "工"}', 422, "model-attributes-type",
             headers={"content-type": "text/plain"}),
        Sent("a form for JSON", "employer", post, "title=a", 422, "model-attributes-type",
             headers={"content-type": "application/x-www-form-urlencoded"}),
        Sent("somebody else's employer", "employer", post, opening(employer_id=2), 404, "not-found"),
    ]  # fmt: skip


def _form_cases() -> list[Sent]:
    form = "POST /employer/openings/new"
    return [
        Sent("form: half a yuan too fine", "employer", form, opening(wage_min_fen="3500.505"), 422, "money"),
        Sent("form: order", "employer", form, opening(wage_min_fen="5000", wage_max_fen="3000", base_pay_fen="3000"),
             422, "wage-order"),
        Sent("form: many people", "employer", form, opening(headcount=str(MUCH)), 422, "less-than-equal"),
        Sent("form: NUL", "employer", form, opening(content="a\x00b"), 422, "bad-characters"),
        Sent("form: blocked words", "employer", form,
             yuan(conditions="限男"), 422, "ad-sex-limit"),
        Sent("form: below the minimum wage", "employer", form,
             yuan(wage_min_fen="100", base_pay_fen="100"), 422, "below-minimum-wage"),
        Sent("form: VR15 too long", "employer", form,
             yuan(valid_until=day(300)), 422, "too-long"),
        Sent("form: elements are missing", "employer", form, {"title": "工", "headcount": "1", "step": "submit"}, 422,
             "element-missing"),
    ]  # fmt: skip


def _class_cases() -> list[Sent]:
    at = f"POST {API}/classes"
    return [
        Sent("class: ends before it begins", "school", at, school_class(end_on=day(1)), 422, "days-order"),
        Sent("class: no seats", "school", at, school_class(seats=0), 422, "greater-than-equal"),
        Sent("class: far too many seats", "school", at, school_class(seats=MUCH), 422, "less-than-equal"),
        Sent("class: the eighth day", "school", at, school_class(weekdays=[8]), 422, "less-than-equal"),
        Sent("class: no day", "school", at, school_class(weekdays=[]), 422, "too-short"),
        Sent("class: long number", "school", at, school_class(class_no="9" * 41), 422, "string-too-long"),
        Sent("class: another school's major", "school2", at, school_class(), 404, "not-found"),
        Sent("class: no such major", "school", at, school_class(major_id=BIG), 404, "not-found"),
        Sent("enrol: no such class", "wang", f"POST {API}/classes/999999/enrolments", {}, 404, "not-found"),
        Sent("enrol: somebody else", "wang", f"POST {API}/classes/1/enrolments", {"person_id": 2}, 404, "not-found"),
        Sent("enrol: hardship without its holder", "wang", f"POST {API}/classes/1/enrolments", {"relation": "child"},
             422, "beneficiary-missing"),
        Sent("roster: not a spreadsheet", "school", f"POST {API}/rosters?class_id=1&file_name=a.xlsx",
             b"MZ" + b"\x00" * 400, 422, "sheet-kind"),
        Sent("roster: a picture", "school", f"POST {API}/rosters?class_id=1&file_name=a.xlsx",
             b"\x89PNG\r\n\x1a\n" + b"x" * 400, 422, "sheet-kind"),
        Sent("roster: a broken archive", "school", f"POST {API}/rosters?class_id=1&file_name=a.xlsx",
             b"PK\x03\x04" + b"x" * 400, 422, "sheet-broken"),
        Sent("roster: nothing", "school", f"POST {API}/rosters?class_id=1&file_name=a.xlsx", b"", 422, "sheet-empty"),
        Sent("roster: no heading", "school", f"POST {API}/rosters?class_id=1&file_name=a.csv", b"a,b\n1,2\n", 422,
             "roster-no-header"),
        Sent("roster: form without a file", "school", f"POST {API}/rosters?class_id=1", {"_form": True}, 422,
             "missing", wording="no-file"),
        Sent("roster: too large", "school", f"POST {API}/rosters?class_id=1", b"x" * 6_100_000, 413, "too-large"),
        Sent("roster: another school's class", "school2", f"POST {API}/rosters?class_id=1&file_name=a.csv",
             "姓名,身份证号\n王秀兰,1\n".encode(), 404, "not-found"),
        Sent("roster: class 2**63", "school", f"POST {API}/rosters?class_id={MUCH}", b"a,b\n", 422, "less-than-equal"),
    ]  # fmt: skip


def _fair_cases() -> list[Sent]:
    at = f"POST {API}/fairs"
    return [
        Sent("fair: ends before it begins", "organiser", at, fair(ends_at=f"{day(400)}T08:00:00+08:00"), 422,
             "time-order"),
        Sent("fair: no such hall", "organiser", at, fair(venue_id=999), 404, "not-found"),
        Sent("fair: negative booths", "organiser", at, fair(booth_count=-1), 422, "greater-than-equal"),
        Sent("fair: more booths than the hall", "organiser", at, fair(booth_count=2000), 422, "over-limit"),
        Sent("fair: year 10000", "organiser", at, fair(starts_at="10000-01-01T00:00:00Z"), 422,
             "datetime-from-date-parsing"),
        Sent("VR23 a second booth", "employer", f"POST {API}/fairs/FAIR/booths", {"contact_name": "王"}, 409,
             "already-applied"),
        Sent("booth: another employer", "employer", f"POST {API}/fairs/FAIR/booths",
             {"contact_name": "王", "employer_id": 2}, 404, "not-found"),
        Sent("booth: no such opening", "employer", f"POST {API}/fairs/FAIR/booths",
             {"contact_name": "王", "opening_ids": [999999]}, 422, "not-own"),
        Sent("VR23 a number beyond the hall", "organiser", f"POST {API}/fairs/booths/BOOTH/assign",
             {"booth_no": 2000}, 422, "booth-number"),
        Sent("booth number 2**63", "organiser", f"POST {API}/fairs/booths/BOOTH/assign", {"booth_no": MUCH}, 422,
             "less-than-equal"),
        Sent("fair: unknown step", "organiser", f"POST {API}/fairs/FAIR/advance", {"event": "fly"}, 422,
             "literal-error"),
        Sent("fair: no such fair", "organiser", f"POST {API}/fairs/999999/cancel", {"notice": "雨"}, 404, "not-found"),
        Sent("introduce: no such opening", "clerk", f"POST {API}/introductions",
             {"person_id": 1, "opening_id": 999999}, 404, "not-found"),
        Sent("introduce: 2**63", "clerk", f"POST {API}/introductions", {"person_id": MUCH, "opening_id": 1}, 422,
             "less-than-equal"),
        Sent("ask: no such opening", "wang", f"POST {API}/me/introductions", {"opening_id": 999999}, 404, "not-found"),
        Sent("token: no such employer", "city", f"POST {API}/tokens",
             {"name": "a", "role": "employer", "organisation_id": 999999, "permissions": ["opening:post"],
              "expires_on": day(10)}, 422, "organisation-unknown"),
        Sent("token: 2**63", "city", f"DELETE {API}/tokens/{MUCH}", None, 422, "less-than-equal"),
    ]  # fmt: skip


def _address_cases() -> list[Sent]:
    ids = [("", "openings/{}"), ("", "fairs/{}"), ("", "classes/{}"), ("officer", "employers/{}"),
           ("clerk", "people/{}/profile"), ("school", "rosters/{}"), ("clerk", "introductions/{}")]  # fmt: skip
    cases = []
    for who, path in ids:
        cases.append(Sent(f"{path}: unknown", who, f"GET {API}/{path.format(999_999)}", None, 404, "not-found"))
        cases.append(Sent(f"{path}: 2**63", who, f"GET {API}/{path.format(MUCH)}", None, 422, "less-than-equal"))
        cases.append(Sent(f"{path}: a word", who, f"GET {API}/{path.format('abc')}", None, 422, "int-parsing"))
        cases.append(Sent(f"{path}: zero", who, f"GET {API}/{path.format(0)}", None, 422, "greater-than-equal"))
    cases += [
        Sent("limit 0", "", f"GET {API}/openings?limit=0", None, 422, "greater-than-equal"),
        Sent("limit 2**63", "", f"GET {API}/openings?limit={MUCH}", None, 422, "less-than-equal"),
        Sent("offset far away", "", f"GET {API}/openings?offset={MUCH}", None, 422, "less-than-equal"),
        Sent("long words", "", f"GET {API}/openings?q={'a' * 201}", None, 422, "string-too-long"),
        Sent("a place that is none", "", f"GET {API}/openings?region=99", None, 422, "string-pattern-mismatch"),
        Sent("fairs from no day", "", f"GET {API}/fairs?from=2026-13-01", None, 422, "date-from-datetime-parsing"),
        Sent("no such address", "", f"GET {API}/nothing", None, 404, "not-found"),
        Sent("no such method", "", f"PUT {API}/openings", None, 405, "method-not-allowed"),
        Sent("large body", "employer", f"POST {API}/openings", opening(content="x" * 1_100_000), 413, "too-large"),
        Sent("page: opening 2**63", "", f"GET /openings/{MUCH}", None, 404, "not-found"),
        Sent("page: no such opening", "", "GET /openings/999999", None, 404, "not-found"),
        Sent("page: no such class", "", "GET /training/classes/999999", None, 404, "not-found"),
        Sent("page: no such fair", "", "GET /fairs/999999", None, 404, "not-found"),
        Sent("page: somebody else's opening", "employer", "GET /employer/openings/2", None, 404, "not-found"),
        Sent("page: registering with a wrong number", "", "POST /register",
             person(id_number=W1[:-1] + "1", password="a-long-password", consent="true"), 422, "identity-check-digit"),
        Sent("page: registering too young", "", "POST /register",
             person(id_number=YOUNG, password="a-long-password", consent="true"), 422, "too-young-to-work"),
        Sent("page: counter, wrong number", "clerk", "POST /counter/register",
             person(id_number="6.10499E+17", consent="true"), 422, "number-damaged"),
        Sent("page: counter, damaged name", "clerk", "POST /counter/register", person(name="王\x00", consent="true"),
             422, "bad-characters"),
        Sent("page: large form", "clerk", "POST /counter/register", person(name="x" * 1_100_000), 413, "too-large"),
        Sent("page: unknown field", "clerk", "POST /counter/register", person(fee="1", consent="true"), 422,
             "extra-forbidden"),
        Sent("page: roster that is none", "school", "POST /school/classes/1/roster", {"_file": b"MZ" + b"\x00" * 400},
             422, "sheet-kind"),
    ]  # fmt: skip
    return cases


CASES = [
    *_person_cases(),
    *_profile_cases(),
    *_employer_cases(),
    *_form_cases(),
    *_class_cases(),
    *_fair_cases(),
    *_address_cases(),
]
