"""People: everybody whom the network serves, found once by identity number and never entered twice."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock, privacy
from centre.key_marks import follow_root
from centre.permissions import Scope
from centre.person_names import LONGEST_SPELLING, name_columns, name_key
from centre.tables import Instant, Record, coded
from centre.translation import N_


class Sex(StrEnum):
    """Sex after the identity number; for statistics and lawful limits only, never for ranking (性别)."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Education(StrEnum):
    """Schooling, nine values (文化程度)."""

    POSTGRADUATE = "postgraduate"
    UNIVERSITY = "university"
    COLLEGE = "college"
    SECONDARY_VOCATIONAL = "secondary_vocational"
    TECHNICAL = "technical"
    SENIOR = "senior"
    JUNIOR = "junior"
    PRIMARY = "primary"
    NONE = "none"


EDUCATION_LABELS = {
    Education.POSTGRADUATE: N_("研究生"),
    Education.UNIVERSITY: N_("大学本科"),
    Education.COLLEGE: N_("大学专科"),
    Education.SECONDARY_VOCATIONAL: N_("中专"),
    Education.TECHNICAL: N_("技工学校"),
    Education.SENIOR: N_("高中"),
    Education.JUNIOR: N_("初中"),
    Education.PRIMARY: N_("小学"),
    Education.NONE: N_("文盲或半文盲"),
}


class PersonCategory(StrEnum):
    """Groups that policies refer to (人员类别)."""

    LAID_OFF = "laid_off"
    REGISTERED_UNEMPLOYED = "registered_unemployed"
    UNION_HARDSHIP = "union_hardship"
    HARDSHIP_CHILD = "hardship_child"
    HARD_TO_EMPLOY = "hard_to_employ"
    ZERO_EMPLOYMENT_HOUSEHOLD = "zero_employment_household"
    RURAL_TRANSFER = "rural_transfer"
    POVERTY_LIFTED = "poverty_lifted"
    MONITORED = "monitored"
    GRADUATE = "graduate"
    VETERAN = "veteran"
    DISABLED = "disabled"
    SINGLE_PARENT = "single_parent"
    LAND_LOST = "land_lost"
    RELEASED = "released"
    OTHER = "other"


CATEGORY_LABELS = {
    PersonCategory.LAID_OFF: N_("下岗职工"),
    PersonCategory.REGISTERED_UNEMPLOYED: N_("登记失业人员"),
    PersonCategory.UNION_HARDSHIP: N_("困难职工"),
    PersonCategory.HARDSHIP_CHILD: N_("困难职工子女"),
    PersonCategory.HARD_TO_EMPLOY: N_("就业困难人员"),
    PersonCategory.ZERO_EMPLOYMENT_HOUSEHOLD: N_("零就业家庭成员"),
    PersonCategory.RURAL_TRANSFER: N_("农村转移劳动力"),
    PersonCategory.POVERTY_LIFTED: N_("脱贫人口"),
    PersonCategory.MONITORED: N_("防返贫监测对象"),
    PersonCategory.GRADUATE: N_("高校毕业生"),
    PersonCategory.VETERAN: N_("退役军人"),
    PersonCategory.DISABLED: N_("残疾人"),
    PersonCategory.SINGLE_PARENT: N_("单亲父母"),
    PersonCategory.LAND_LOST: N_("失地农民"),
    PersonCategory.RELEASED: N_("刑满释放人员"),
    PersonCategory.OTHER: N_("其他人员"),
}


class Person(Record):
    """A person whom the network serves (劳动者, 服务对象).

    `identity_index` is unique and set by a counter or a school. A number entered at home is only claimed
    (`claimed_index`): several accounts may claim the same one, and none of them blocks its owner.
    `pages_only` and the quiet hours, full hours of the day, say how messages come; codes come all the same.
    """

    owned_as = "person_id"

    __table_args__ = (Index("ix_person_name", "name_norm"),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name: Mapped[str] = mapped_column(String(50))
    name_norm: Mapped[str] = mapped_column(String(50))
    name_spelt: Mapped[str] = mapped_column(String(LONGEST_SPELLING), default="")
    key_name: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary, info={"wraps": "key_name"})
    identity_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity_index: Mapped[str | None] = mapped_column(String(64), unique=True, info={"blind": "identity"})
    claimed_index: Mapped[str | None] = mapped_column(String(64), index=True, info={"blind": "identity"})
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True, info={"blind": "phone"})
    phone_verified_at: Mapped[datetime | None] = mapped_column(Instant)
    sex: Mapped[Sex] = mapped_column(coded(Sex), default=Sex.UNKNOWN)
    birth_on: Mapped[date | None]
    education: Mapped[Education | None] = mapped_column(coded(Education))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    live_region: Mapped[str] = mapped_column(String(6), default="")
    home_region: Mapped[str] = mapped_column(String(6), default="")
    literacy_aid: Mapped[bool] = mapped_column(default=False)
    pages_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    legacy_number: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(20), default="counter")
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see the people of their centre, a person sees itself, partners whom a rule below lets them see."""
        if scope.all_centres:
            return true()
        rules = [rule(scope) for rule in PARTNER_RULES]
        if scope.staff and scope.centre_id:
            rules.append(cls.centre_id == scope.centre_id)
        if scope.person_id:
            rules.append(cls.id == scope.person_id)
        return or_(false(), *rules)

    @property
    def identity_number(self) -> str:
        """The identity number in clear; showing it is for the caller to justify and to note."""
        return self._open("identity", self.identity_sealed)

    @property
    def phone(self) -> str:
        """The telephone number in clear."""
        return self._open("phone", self.phone_sealed)

    def _open(self, column: str, sealed: bytes | None) -> str:
        return privacy.unseal(self.key_name, self.wrapped_key, column, sealed) if sealed else ""

    def set_identity(self, number: str) -> None:
        """Seal an 18-character identity number and index it."""
        self.identity_sealed = privacy.seal(self.key_name, self.wrapped_key, "identity", number)
        self.identity_index, self.claimed_index = identity_index(number), None

    def claim_identity(self, number: str) -> None:
        """Encrypt an identity number that has not been checked against a card."""
        self.identity_sealed = privacy.seal(self.key_name, self.wrapped_key, "identity", number)
        self.claimed_index = identity_index(number)

    def set_phone(self, number: str, *, verified: bool = False) -> None:
        """Seal a telephone number and index it; several people may share one.

        `verified` says that a code was received there, or that the person gave it at the counter. A number that was
        verified before stays so.
        """
        index = phone_index(number) if number else None
        if index != self.phone_index:
            self.phone_verified_at = None
        self.phone_sealed = privacy.seal(self.key_name, self.wrapped_key, "phone", number) if number else None
        self.phone_index = index
        if verified and number:
            self.phone_verified_at = clock.now()

    def seal(self, column: str, value: str) -> bytes:
        """Encrypt another of the person's values, for a column of another table."""
        return privacy.seal(self.key_name, self.wrapped_key, column, value)

    def unseal(self, column: str, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same column."""
        return privacy.unseal(self.key_name, self.wrapped_key, column, sealed)


class Recognition(Record):
    """A household's recognised difficulty, with its days (困难认定)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    category: Mapped[PersonCategory] = mapped_column(coded(PersonCategory))
    file_no: Mapped[str] = mapped_column(String(40), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network and the person; never partners."""
        if scope.all_centres or (scope.staff and scope.centre_id):
            return true()
        return cls.person_id == scope.person_id if scope.person_id else false()


class Consent(Record):
    """A person's yes to one purpose, with the version of the text that was shown (同意书)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff and the person."""
        if scope.all_centres or (scope.staff and scope.centre_id):
            return true()
        return cls.person_id == scope.person_id if scope.person_id else false()


PARTNER_RULES: list[Callable[[Scope], ColumnElement[bool]]] = []
"""Rules of the parts above by which schools and employers see some people, for example their own trainees."""


def new_person(*, centre_id: int, name: str) -> Person:
    """A person with a fresh data key, not yet in a session."""
    key_name, wrapped = privacy.new_key()
    return Person(centre_id=centre_id, **name_columns(name), key_name=key_name, wrapped_key=wrapped)


def identity_index(number: str) -> str:
    """The blind index of an 18-character identity number, as it is written."""
    return privacy.blind_index("identity", number)


def has_identity(session: Session, number: str, *, claimed: bool = False) -> ColumnElement[bool]:
    """Whether a person has an identity number; with `claimed` those, too, who only say so. Raises WrongKey."""
    follow_root(session)
    indexes = privacy.blind_indexes("identity", number)
    stated = Person.identity_index.in_(indexes)
    return or_(stated, Person.claimed_index.in_(indexes)) if claimed else stated


def has_phone(session: Session, number: str) -> ColumnElement[bool]:
    """Whether a person has a telephone number. Raises WrongKey."""
    follow_root(session)
    return Person.phone_index.in_(privacy.blind_indexes("phone", number))


def phone_index(number: str) -> str:
    """The blind index of a telephone number, as it is written."""
    return privacy.blind_index("phone", number)


def people() -> Select[Person]:
    """All people in the order in which they were registered."""
    return select(Person).order_by(Person.id)


def person_by_identity(session: Session, number: str) -> Person | None:
    """The person with an identity number, if the session may see them."""
    return session.scalar(select(Person).where(has_identity(session, number)))


def named(words: str) -> ColumnElement[bool]:
    """Whether the name of a person begins with these words, in either script or in pinyin, with any dots and spaces."""
    key = name_key(words)
    if not key:
        return false()
    begins = Person.name_norm.startswith(key, autoescape=True)
    if not key.isascii():
        return begins
    spelt = Person.name_spelt.startswith(key, autoescape=True)
    return or_(begins, spelt, Person.name_spelt.contains(f" {key}", autoescape=True))


def claims_of(session: Session, number: str) -> list[Person]:
    """The people who registered at home with an identity number that no counter has seen, the first to come first."""
    follow_root(session)
    claimed = select(Person).where(Person.claimed_index.in_(privacy.blind_indexes("identity", number)))
    return list(session.scalars(claimed.order_by(Person.id)))


def recognised_categories(session: Session, person_id: int, on: date) -> set[PersonCategory]:
    """The recognitions of a person that hold on a day."""
    recognitions = session.scalars(
        select(Recognition).where(
            Recognition.person_id == person_id,
            Recognition.from_on <= on,
            or_(Recognition.to_on.is_(None), Recognition.to_on >= on),
        )
    )
    return {recognition.category for recognition in recognitions}
