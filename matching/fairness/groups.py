"""Groups for audits, never used for a score except the county (统计分组)."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.people import Person
from centre.translation import N_
from matching.profiles.queries import hard_to_employ

Groups = dict[int, dict[str, str]]

ATTRIBUTES = {"sex": N_("性别"), "age": N_("年龄"), "county": N_("县区"), "hardship": N_("就业困难")}

VALUES = {
    "female": N_("女"),
    "male": N_("男"),
    "unknown": N_("未登记"),
    "-29": N_("30 岁以下"),
    "30-39": N_("30 到 39 岁"),
    "40-49": N_("40 到 49 岁"),
    "50-": N_("50 岁及以上"),
    "yes": N_("已认定"),
    "no": N_("未认定"),
}
"""Names of groups; counties are named by the table of regions."""


def age_band(age: int | None) -> str:
    """The band of an age in years.

    >>> age_band(29), age_band(40), age_band(61), age_band(None)
    ('-29', '40-49', '50-', 'unknown')
    """
    if age is None:
        return "unknown"
    return "-29" if age < 30 else "30-39" if age < 40 else "40-49" if age < 50 else "50-"


def groups_of(session: Session, person_ids: Collection[int], on: date) -> Groups:
    """The group of each person in every attribute on a day."""
    groups: Groups = {}
    for batch in batches(sorted(set(person_ids))):
        hard = hard_to_employ(session, batch, on)
        rows = session.execute(
            select(Person.id, Person.sex, Person.birth_on, Person.live_region).where(Person.id.in_(batch))
        )
        for number, sex, born, region in rows:
            age = None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))
            groups[number] = {
                "sex": sex.value,
                "age": age_band(age),
                "county": region[:6] or "unknown",
                "hardship": "yes" if number in hard else "no",
            }
    return groups
