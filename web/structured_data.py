"""Openings and classes as JSON-LD, with what search engines require of each (结构化数据)."""

from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from api.security import own_address
from centre import clock, regions
from centre.installation import sign
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, WageUnit
from employers.openings.screening import without_phones
from training.classes.models import TrainingClass
from training.providers.models import Major, TrainingProvider
from web.structured import json_ld

_UNITS = {WageUnit.MONTH: "MONTH", WageUnit.DAY: "DAY", WageUnit.HOUR: "HOUR"}
_KINDS = {
    EmploymentType.DIRECT: "FULL_TIME",
    EmploymentType.AGENCY: "CONTRACTOR",
    EmploymentType.SEASONAL: "TEMPORARY",
    EmploymentType.FLEXIBLE: "PART_TIME",
}


def _address(code: str, street: str = "") -> dict[str, Any]:
    names = [regions.name(part) for part in reversed(regions.ancestors(code))] if regions.exists(code) else []
    parts = {
        "streetAddress": without_phones(street),
        "addressLocality": regions.name(code) if regions.exists(code) else "",
        "addressRegion": names[0] if names else "",
        "addressCountry": "CN",
    }
    return {"@type": "PostalAddress"} | {name: value for name, value in parts.items() if value}


def job_posting(request: Request, opening: Opening) -> Markup:
    """An open opening as a JobPosting: what Google requires, and pay, end and kind where they are known."""
    posted = clock.local(opening.posted_at or opening.created_at)
    described = [opening.content, opening.conditions, opening.shift]
    value: dict[str, Any] = {
        "title": without_phones(opening.title),
        "description": "<br>".join(without_phones(part) for part in described if part) or opening.title,
        "datePosted": posted.date().isoformat(),
        "hiringOrganization": {"@type": "Organization", "name": opening.employer.name},
        "jobLocation": {"@type": "Place", "address": _address(opening.region_code, opening.address)},
        "identifier": {"@type": "PropertyValue", "name": sign().name or "Gangqiao", "value": str(opening.id)},
        "url": f"{own_address(request)}/openings/{opening.id}",
        "employmentType": _KINDS.get(opening.employment_type, "OTHER"),
        "totalJobOpenings": max(opening.remaining, 0),
        "directApply": True,
    }
    if opening.valid_until:
        value["validThrough"] = f"{opening.valid_until.isoformat()}T23:59:59+08:00"
    if (amounts := _salary(opening)) is not None:
        value["baseSalary"] = amounts
    return json_ld("JobPosting", **value)


def _salary(opening: Opening) -> dict[str, Any] | None:
    unit = _UNITS.get(opening.wage_unit)
    ends = {"minValue": opening.wage_min_fen, "maxValue": opening.wage_max_fen}
    known = {name: fen / 100 for name, fen in ends.items() if fen is not None}
    if unit is None or not known:
        return None
    return {
        "@type": "MonetaryAmount",
        "currency": "CNY",
        "value": {"@type": "QuantitativeValue", "unitText": unit} | known,
    }


def course(request: Request, group: TrainingClass, major: Major, provider: TrainingProvider) -> Markup:
    """A class as a Course with one instance: its school, its days, its hours and what the learner pays."""
    described = {
        "name": major.name,
        "description": f"{major.name}，{provider.name}，{major.hours} 课时",
        "provider": {"@type": "Organization", "name": provider.name},
        "url": f"{own_address(request)}/training/classes/{group.id}",
        "offers": {
            "@type": "Offer",
            "category": "Paid" if major.learner_fen else "Free",
            "price": major.learner_fen / 100,
            "priceCurrency": "CNY",
        },
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Onsite",
            "courseWorkload": f"PT{major.hours}H",
            "startDate": group.start_on.isoformat(),
            "endDate": group.end_on.isoformat(),
            "location": {"@type": "Place", "address": _address(provider.region_code, provider.address)},
        },
    }
    return json_ld("Course", **described)
