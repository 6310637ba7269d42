"""A kind of case as data: its model, machine, drafts, steps and parts. Pages, API, import and print follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from centre.desk.cases.models import Case, CaseLine
from centre.desk.cases.rules import Nothing
from centre.drafts import Draft
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.states import Machine
from centre.translation import N_

Act = Callable[[Session, Actor, Any, Any], None]
"""What a step does beside the move: session, actor, case, draft. It may refuse; then nothing is written."""

Options = Callable[[Session], list[tuple[int, str]]]
"""The rows that a field may name, as (id, label)."""


@dataclass(frozen=True)
class Step:
    """One event of a case: its button, its draft, what it does, and whose signature it may not share (步骤).

    `signs` is the column that keeps the account; `others` are the columns whose accounts may not take this step.
    """

    event: str
    label: str
    draft: type[Draft] = Nothing
    act: Act | None = None
    signs: str = ""
    others: tuple[str, ...] = ()
    records: bool = False
    """Whether this step is the service that the ledger counts."""
    tells: bool = False
    """Whether the person has waited for this answer and gets a message."""


@dataclass(frozen=True)
class Lines:
    """The lines of a case: what may be added, and what it looks like (明细表)."""

    name: str
    label: str
    model: type[CaseLine]
    draft: type[Draft]
    columns: tuple[str, ...]
    add: Act | None = None
    """Completes a new line: session, actor, case, line."""
    while_in: frozenset[str] = frozenset()
    """States in which lines may be added; empty for all."""
    mark: str = ""
    """The column in which a line is ticked off, for example with the signature; empty for none."""
    mark_label: str = ""
    carried: tuple[str, ...] = ()
    """The values that the next line takes from the last one by default."""

    @property
    def concerns_people(self) -> bool:
        """Whether a line may be about a person, who is then looked up first."""
        return "person_id" in self.draft.model_fields


@dataclass(frozen=True)
class Kind:
    """A kind of desk case (业务种类)."""

    name: str
    path: str
    label: str
    start: str
    icon: str
    model: type[Case]
    machine: Machine
    draft: type[Draft]
    steps: tuple[Step, ...]
    columns: tuple[str, ...]
    """What the list shows; the page shows every column of the model that has a label."""
    labels: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Options] = field(default_factory=dict)
    opening: Act | None = None
    """Completes a new case: session, actor, case, draft."""
    opens: Permission = Permission.WORK_AT_DESK
    person: str = "none"
    """must, may or none."""
    category: ServiceCategory | None = None
    topic: str = ""
    amount: str = ""
    """The column whose money the ledger line carries."""
    counts_opening: bool = False
    """Whether opening the case is the service that the ledger counts."""
    lines: Lines | None = None
    first_line: Callable[[Any, Any], Draft] | None = None
    """The line of the person from whose screen the case is opened: the case's draft and the person go in."""
    signatures: tuple[str, ...] = (N_("经办人"), N_("本人"))
    links: Callable[[Any], list[tuple[str, str]]] | None = None
    """Ways on from a case: label and address."""
    group: str = "people"

    @property
    def concerns_people(self) -> bool:
        """Whether it may be opened from a person's screen."""
        return self.person != "none" or self.first_line is not None

    @property
    def states(self) -> type[StrEnum]:
        """The code list of its states, for the caller for the cases in one of them."""
        return type(next(iter(self.machine.labels)))

    def step(self, event: str) -> Step | None:
        """The step of an event."""
        return next((step for step in self.steps if step.event == event), None)

    def label_of(self, name: str) -> str:
        """The label of a field or column; empty for columns that are not shown."""
        return self.labels.get(name) or LABELS.get(name, "")


LABELS: dict[str, str] = {
    "person_id": N_("服务对象"),
    "words": N_("情况说明"),
    "reason": N_("说明"),
    "amount_fen": N_("金额"),
    "channel": N_("怎么来的"),
    "topic": N_("什么事"),
    "title": N_("名称"),
    "place": N_("地点"),
    "held_on": N_("日期"),
    "from_on": N_("从哪天起"),
    "to_on": N_("到哪天止"),
    "due_on": N_("限期"),
    "outcome": N_("结果"),
    "note": N_("备注"),
    "fund_id": N_("从哪项资金列支"),
    "receipt_no": N_("收据号"),
    "voucher": N_("凭证号"),
    "granted_fen": N_("批准金额"),
    "employer_id": N_("用人单位"),
    "card_no": N_("证件号"),
    "expires_on": N_("有效期到"),
    "count": N_("数量"),
    "name": N_("姓名或名称"),
}
"""Labels of fields that several kinds share."""
