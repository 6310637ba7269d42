"""The fund of a class: who chose it, and the refusal to change it once it has paid."""

from centre.drafts import Draft, RecordId
from centre.errors import Conflict
from centre.translation import N_


class ClassFunded(Conflict):
    """The class is paid from another fund, which has been charged already."""

    code = "class-funded"
    message = N_("这个班已由资金“{fund}”列支，不能更换")


class FundingDraft(Draft):
    """The fund that pays the centre's share of a class (经费来源)."""

    fund_id: RecordId
