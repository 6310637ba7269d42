"""What an opening promises to those who come: pay, place, hours, board and lodging, and who signs (岗位条件). Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from centre.translation import N_
from employers.openings.rules import ContractParty, EmploymentType, Provision, WageUnit


class Signatory(StrEnum):
    """Who signs the labour contract with the worker, from best to worst (合同签订方)."""

    EMPLOYER = "employer"
    AGENCY = "agency"
    OTHER = "other"
    NOBODY = "nobody"


SIGNATORY_LABELS = {
    Signatory.EMPLOYER: N_("招人的单位自己"),
    Signatory.AGENCY: N_("派遣单位"),
    Signatory.OTHER: N_("别的单位或个人"),
    Signatory.NOBODY: N_("没有签合同"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a job as stated by one side; None, an empty text or `unstated` means unknown (条件).

    `days_worked` belongs to a payslip: the pay is then what these days brought, not what a whole `pay_unit` brings.
    """

    pay_min_fen: int | None = None
    pay_max_fen: int | None = None
    pay_unit: WageUnit = WageUnit.MONTH
    days_worked: int | None = None
    base_pay_fen: int | None = None
    region_code: str = ""
    hours_per_week: int | None = None
    night_shift: bool | None = None
    lodging: Provision = Provision.UNSTATED
    board: Provision = Provision.UNSTATED
    signatory: Signatory | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether no term at all is stated."""
        return self == Terms(pay_unit=self.pay_unit, days_worked=self.days_worked)

    def as_row(self) -> dict[str, Any]:
        """The stored form."""
        return asdict(self)

    @staticmethod
    def of_row(row: Mapping[str, Any]) -> "Terms":
        """The terms of a stored form."""
        values = dict(row)
        signatory = values.get("signatory")
        return Terms(
            **values
            | {
                "pay_unit": WageUnit(values["pay_unit"]),
                "lodging": Provision(values["lodging"]),
                "board": Provision(values["board"]),
                "signatory": Signatory(signatory) if signatory else None,
            }
        )


_BY_PARTY = {ContractParty.EMPLOYER: Signatory.EMPLOYER, ContractParty.AGENCY: Signatory.AGENCY}
_BY_TYPE = {
    EmploymentType.DIRECT: Signatory.EMPLOYER,
    EmploymentType.PIECEWORK: Signatory.EMPLOYER,
    EmploymentType.SEASONAL: Signatory.EMPLOYER,
    EmploymentType.HOUSEHOLD: Signatory.EMPLOYER,
    EmploymentType.AGENCY: Signatory.AGENCY,
}
"""Who signs if the advertisement does not say; flexible work promises no contract."""


def terms_of(opening: Any) -> Terms:
    """What an opening promises now; a single figure of pay counts as both ends, as pages show it."""
    low, high = opening.wage_min_fen, opening.wage_max_fen
    party = opening.contract_party
    return Terms(
        pay_min_fen=high if low is None else low,
        pay_max_fen=low if high is None else high,
        pay_unit=opening.wage_unit,
        base_pay_fen=opening.base_pay_fen,
        region_code=opening.region_code or "",
        hours_per_week=opening.hours_per_week,
        night_shift=opening.night_shift,
        lodging=opening.lodging,
        board=opening.board,
        signatory=_BY_PARTY[party] if party else _BY_TYPE.get(opening.employment_type),
    )
