"""What a workbook says about its cells besides their values: hidden rows and columns, error values, formulas without a
result. The reader of values knows none of it and would hand such cells on as empty ones. Child process only, but for
`Unread`."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["error", "formula", "damaged", "nested"]
"""An error value, a formula without a stored result, text with a broken character, a value of JSON inside another."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that holds something which is no value; it is never the same as an empty one."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Marks:
    """The marks of one sheet; rows and columns are counted from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unread: dict[tuple[int, int], Unread] = field(default_factory=dict)
