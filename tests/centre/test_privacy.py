"""Encrypted values are bound to their place, and an installation has one key."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from centre import privacy
from tests.databases import settings_from


def test_threads_that_ask_first_at_the_same_time_get_the_same_key(tmp_path: Path) -> None:
    for number in range(20):
        with settings_from(data_dir=str(tmp_path / str(number))), ThreadPoolExecutor(8) as pool:
            privacy.forget_keys()
            assert len(set(pool.map(lambda _: privacy.blind_index("x", "y"), range(8)))) == 1
            assert (tmp_path / str(number) / "master.key").stat().st_mode & 0o077 == 0
    privacy.forget_keys()


def test_a_sealed_value_opens_only_in_its_own_row_and_column(tmp_path: Path) -> None:
    with settings_from(data_dir=str(tmp_path)):
        privacy.forget_keys()
        name, wrapped = privacy.new_key()
        other, other_wrapped = privacy.new_key()
        sealed = privacy.seal(name, wrapped, "phone", "13800000000")
        assert b"13800000000" not in sealed
        assert privacy.unseal(name, wrapped, "phone", sealed) == "13800000000"
        for wrong in ((name, wrapped, "identity"), (other, other_wrapped, "phone")):
            with pytest.raises(InvalidTag):
                privacy.unseal(*wrong, sealed)
        assert privacy.blind_index("phone", "13800000000") != privacy.blind_index("identity", "13800000000")
    privacy.forget_keys()
