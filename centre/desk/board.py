"""Every kind of case that concerns people and money alone, in the order in which the desk shows them (窗口业务)."""

from centre.desk.affairs import BUDGET, CONTACT, STANDARD
from centre.desk.cards import CARD
from centre.desk.cases.kinds import Kind
from centre.desk.donations import DONATION
from centre.desk.gatherings import GATHERING, LENDING
from centre.desk.hardship import HARDSHIP
from centre.desk.legal_aid import LEGAL_AID
from centre.desk.loans import LOAN
from centre.desk.petitions import PETITION
from centre.desk.relief import RELIEF
from centre.desk.unions import UNION

KINDS: tuple[Kind, ...] = (
    PETITION, RELIEF, HARDSHIP, CARD, LEGAL_AID, UNION, LOAN, DONATION, GATHERING, LENDING, CONTACT, STANDARD, BUDGET,
)  # fmt: skip
