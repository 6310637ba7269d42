"""Openings, classes and fairs as JSON-LD, with what search engines require of each (结构化数据)."""

from typing import Any

from markupsafe import Markup, escape

from centre import clock, regions
from centre.installation import sign
from centre.skills.esco import VERSION, esco_concepts
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.fairs.models import Fair
from employers.fairs.rules import OVER, FairMode, FairState
from employers.openings.models import Opening
from employers.openings.rules import ContractParty, EmploymentType, WageUnit
from employers.openings.screening import without_phones
from training.classes.models import TrainingClass
from training.providers.models import Major, TrainingProvider
from web.structured import CONTEXT, json_ld

PART_TIME_HOURS, FULL_TIME_HOURS = 24, 35
"""Up to 24 hours a week is part-time work by article 68 of the Labour Contract Law; between the two nothing is said."""
_UNITS = {WageUnit.MONTH: "MONTH", WageUnit.DAY: "DAY", WageUnit.HOUR: "HOUR"}
_STATUS = {FairState.CANCELLED: "EventCancelled", FairState.POSTPONED: "EventPostponed"}
_ATTENDANCE = {
    FairMode.ON_SITE: "OfflineEventAttendanceMode",
    FairMode.ONLINE: "OnlineEventAttendanceMode",
    FairMode.HYBRID: "MixedEventAttendanceMode",
}
COURSE = N_("{name}，{provider}，{hours} 课时")


def job_posting(opening: Opening, base: str) -> Markup:
    """An open opening as a JobPosting; pay, last day and kind of work only where the employer has stated them.

    `base` is the address of this installation. Telephone numbers are masked, as on the page.
    """
    posted = clock.local(opening.posted_at or opening.created_at)
    client = without_phones(opening.client_name)
    # Of an agency's opening both names are shown (EM-10): who signs hires, and the client is where the work is.
    hiring = client if client and opening.contract_party is ContractParty.EMPLOYER else opening.employer.name
    both = opening.recruiter(SOURCE_LOCALE) if client else ""
    described = (opening.content, opening.conditions, opening.shift, both)
    # The description is read as HTML, and people write "<" where they mean "less than".
    html = "<br>".join(str(escape(without_phones(part))) for part in described if part)
    return json_ld(
        "JobPosting",
        title=without_phones(opening.title),
        description=html or str(escape(without_phones(opening.title))),
        datePosted=posted.date().isoformat(),
        validThrough=f"{opening.valid_until.isoformat()}T23:59:59+08:00" if opening.valid_until else "",
        hiringOrganization={"@type": "Organization", "name": hiring},
        employmentUnit={"@type": "Organization", "name": client} if client else None,
        jobLocation={"@type": "Place", "address": _address(opening.region_code, opening.address)},
        identifier={"@type": "PropertyValue", "name": sign().name or "Gangqiao", "value": str(opening.id)},
        url=f"{base}/openings/{opening.id}",
        employmentType=_kind(opening),
        totalJobOpenings=opening.headcount - opening.taken,
        baseSalary=_salary(opening),
        occupationalCategory=_category(opening.occupation_code),
        directApply=True,
    )


def _address(code: str, street: str) -> dict[str, str]:
    names = [regions.name(part) for part in reversed(regions.ancestors(code))] if regions.exists(code) else []
    return {
        "@type": "PostalAddress",
        "streetAddress": without_phones(street),
        "addressLocality": regions.name(code) if regions.exists(code) else "",
        "addressRegion": names[0] if names else "",
        "addressCountry": "CN",
    }


def _category(code: str) -> dict[str, Any] | None:
    """The occupation as machines elsewhere know it; none where ESCO has nothing that means the same."""
    concept = esco_concepts().get(code)
    if concept is None:
        return None
    return {
        "@type": "CategoryCode",
        "codeValue": concept.uri,
        "name": concept.label,
        "inCodeSet": {"@type": "CategoryCodeSet", "name": VERSION},
    }


def _kind(opening: Opening) -> str:
    hours = opening.hours_per_week
    if opening.employment_type is EmploymentType.SEASONAL:
        return "TEMPORARY"
    if hours is None or PART_TIME_HOURS < hours < FULL_TIME_HOURS:
        return ""
    return "PART_TIME" if hours <= PART_TIME_HOURS else "FULL_TIME"


def _salary(opening: Opening) -> dict[str, Any] | None:
    """The pay in yuan; none for piece rates, which have no unit there."""
    unit = _UNITS.get(opening.wage_unit)
    low, high = (fen / 100 if fen is not None else None for fen in (opening.wage_min_fen, opening.wage_max_fen))
    if unit is None or low is None is high:
        return None
    single = low is None or high is None or low == high
    value = {"value": high if low is None else low} if single else {"minValue": low, "maxValue": high}
    quantity = {"@type": "QuantitativeValue", "unitText": unit} | value
    return {"@type": "MonetaryAmount", "currency": "CNY", "value": quantity}


def course(group: TrainingClass, major: Major, provider: TrainingProvider, *, base: str, locale: str) -> Markup:
    """A class as a Course with one instance: its school, days, hours and usual price."""
    return json_ld(
        "Course",
        name=major.name,
        description=translate(locale, COURSE, name=major.name, provider=provider.name, hours=major.hours),
        provider={"@type": "Organization", "name": provider.name},
        url=f"{base}/training/classes/{group.id}",
        offers={
            "@type": "Offer",
            "category": "Paid" if major.learner_fen else "Free",
            "price": major.learner_fen / 100,
            "priceCurrency": "CNY",
        },
        hasCourseInstance={
            "@type": "CourseInstance",
            "courseMode": "Onsite",
            "courseWorkload": f"PT{major.hours}H",
            "startDate": group.start_on.isoformat(),
            "endDate": group.end_on.isoformat(),
            "location": {
                "@type": "Place",
                "name": provider.name,
                "address": _address(provider.region_code, provider.address),
            },
        },
    )


def event(fair: Fair, *, base: str, image: str) -> Markup:
    """A fair as an Event; a visit is free, and offered while the fair is to come and open to everybody."""
    address = f"{base}/fairs/{fair.id}"
    online: dict[str, Any] = {"@type": "VirtualLocation", "url": fair.online_url or address}
    place: Any = online
    if fair.venue:
        where = _address(fair.venue.region_code, fair.venue.address)
        hall = {"@type": "Place", "name": fair.venue.label, "address": where}
        place = [hall, online] if fair.mode is FairMode.HYBRID else hall
    is_offered = fair.open_to_public and fair.state not in {*OVER, *_STATUS}
    offer = {"@type": "Offer", "price": 0, "priceCurrency": "CNY", "availability": f"{CONTEXT}/InStock", "url": address}
    return json_ld(
        "Event",
        name=fair.name,
        url=address,
        description=fair.summary or fair.name,
        image=image,
        startDate=clock.local(fair.starts_at).isoformat(),
        endDate=clock.local(fair.ends_at).isoformat(),
        eventStatus=f"{CONTEXT}/{_STATUS.get(fair.state, 'EventScheduled')}",
        eventAttendanceMode=f"{CONTEXT}/{_ATTENDANCE[fair.mode]}",
        isAccessibleForFree=True,
        location=place,
        offers=offer if is_offered else None,
        organizer={"@type": "Organization", "name": sign().name or "Gangqiao", "url": base},
    )
