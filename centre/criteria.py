"""Which rows of each table a scope may see, as one option that every statement carries."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import BindParameter
from sqlalchemy.orm import LoaderCriteriaOption
from sqlalchemy.orm.interfaces import CriteriaOption

_numbers = count()
_shapes: dict[Any, int] = {}
"""A number for each form that criteria may have; their values, such as whose rows they are, are not part of it."""


class Criteria(CriteriaOption):
    """Criteria of many tables. The part of a statement's cache key that they make up is computed once.

    SQLAlchemy would walk through the criteria of all tables at every execution, which cost a millisecond a statement.
    """

    inherit_cache = True
    propagate_to_loaders = True

    def __init__(self, options: Sequence[LoaderCriteriaOption]) -> None:
        self._options = tuple(options)
        keys = [option._generate_cache_key() for option in self._options]
        parts = [key for key in keys if key is not None]
        if len(parts) < len(keys):
            raise TypeError("a rule of visible_to makes statements that cannot be cached")
        self._values = [value for part in parts for value in part.bindparams]
        self.shape = _shapes.setdefault(tuple(part.key for part in parts), next(_numbers))
        """The same number stands for criteria that differ in their values alone."""

    def _gen_cache_key(self, anon_map: Any, bindparams: list[BindParameter[Any]]) -> tuple[Any, ...]:
        del anon_map  # elements of the criteria occur nowhere else, so they need no names within the statement
        bindparams.extend(self._values)
        return Criteria, self.shape

    def process_compile_state(self, compile_state: Any) -> None:
        """Hand the criteria to a statement that is about to be compiled."""
        self.get_global_criteria(compile_state.global_attributes)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Add the criteria of each table to those of the statement."""
        for option in self._options:
            option.get_global_criteria(attributes)
