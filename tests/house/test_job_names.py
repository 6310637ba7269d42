"""Every kind of due work has a name that people can read."""

from importlib import import_module

from centre.job_homes import JOB_HOMES
from centre.job_names import JOB_NAMES
from centre.jobs import CLOCK, REGISTER


def test_every_job_has_a_name() -> None:
    for home in JOB_HOMES:
        import_module(home)
    assert {*REGISTER, CLOCK} == JOB_NAMES.keys()
