"""Every rule of law and money has a name that people can read."""

import csv

from centre.policy import EXAMPLES
from centre.policy_names import POLICY_NAMES


def test_every_rule_has_a_name() -> None:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        keys = {row["key"] for row in csv.DictReader(file)}
    assert keys == POLICY_NAMES.keys()
