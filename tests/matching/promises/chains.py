"""Invented promises with honest and dishonest contracts, by a fixed seed."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from employers.openings.rules import Provision, WageUnit
from employers.openings.terms import Signatory, Terms
from matching.engine.fit.profiles import WageBasis
from matching.promises.rules import TermKind, Yardstick

HOME = "610404"
WAGES = WageBasis(days_hundredths=2600, hours=8)
TOLERANCE = 2
BY = Yardstick(WAGES, TOLERANCE, HOME)
PLACES = ("320281", "320583", "320600", "610402", "610113", "440306")
PROVISIONS = (Provision.FREE, Provision.SUBSIDY, Provision.PAID, Provision.NONE)
SIGNERS = (Signatory.EMPLOYER, Signatory.AGENCY, Signatory.OTHER, Signatory.NOBODY)
IN_A_MONTH = {WageUnit.MONTH: 1, WageUnit.DAY: 26, WageUnit.HOUR: 208}


def promise(random: Random) -> Terms:
    """The terms of an advertisement in which every term can get worse."""
    unit = random.choice((WageUnit.MONTH, WageUnit.DAY, WageUnit.HOUR))
    low = random.randrange(2_500, 8_000) // IN_A_MONTH[unit] * 100
    return Terms(
        pay_min_fen=low,
        pay_max_fen=low + random.randrange(0, low),
        pay_unit=unit,
        base_pay_fen=random.randrange(2_000, 2_500) * 100,
        region_code=random.choice(PLACES),
        hours_per_week=random.randrange(36, 48),
        night_shift=False,
        lodging=random.choice(PROVISIONS[:3]),
        board=random.choice(PROVISIONS[:3]),
        signatory=random.choice(SIGNERS[:2]),
    )


def honest(random: Random, promised: Terms) -> Terms:
    """A contract or payslip as good as the promise or better: in another unit, rounded, nearer, or saying less."""
    low, high = promised.pay_min_fen or 0, promised.pay_max_fen or 0
    stated = replace(
        promised,
        pay_min_fen=random.choice((low, random.randint(low, high), high, low + 5_000)),
        pay_max_fen=random.choice((None, high + 10_000)),
        base_pay_fen=random.choice((None, promised.base_pay_fen, (promised.base_pay_fen or 0) + 1_000)),
        region_code=random.choice((promised.region_code, "", promised.region_code[:4] + "00", HOME)),
        hours_per_week=random.choice((None, promised.hours_per_week, (promised.hours_per_week or 0) - 4)),
        night_shift=random.choice((None, False)),
        lodging=_as_good(random, PROVISIONS, promised.lodging, Provision.UNSTATED),
        board=_as_good(random, PROVISIONS, promised.board, Provision.UNSTATED),
        signatory=_as_good(random, SIGNERS, promised.signatory, None),
    )
    return random.choice((stated, _rounded_to_a_month(stated), _payslip(random, stated)))


def _as_good(random: Random, ranks: tuple, now: object, unknown: object):  # type: ignore[no-untyped-def, type-arg]
    return random.choice((*ranks[: ranks.index(now) + 1], unknown))


def _rounded_to_a_month(stated: Terms) -> Terms:
    """The pay by the month, rounded down to whole tens of yuan as contracts write it."""
    month = (stated.pay_min_fen or 0) * IN_A_MONTH[stated.pay_unit]
    return replace(stated, pay_min_fen=month // 1_000 * 1_000, pay_max_fen=None, pay_unit=WageUnit.MONTH)


def _payslip(random: Random, stated: Terms) -> Terms:
    """What some days of the first month brought, rounded down to a fen."""
    days = random.randint(1, 31)
    month = (stated.pay_min_fen or 0) * IN_A_MONTH[stated.pay_unit]
    share = month * min(days, 26) // 26
    return replace(stated, pay_min_fen=share, pay_max_fen=None, pay_unit=WageUnit.MONTH, days_worked=days)


def _less_pay(random: Random, promised: Terms) -> Terms:
    month = (promised.pay_min_fen or 0) * IN_A_MONTH[promised.pay_unit]
    less = month * random.randint(60, 97) // 100
    paid = replace(promised, pay_min_fen=less, pay_max_fen=None, pay_unit=WageUnit.MONTH)
    days = random.randint(5, 25)
    return random.choice((paid, replace(paid, pay_min_fen=less * days // 26, days_worked=days)))


def _elsewhere(random: Random, promised: Terms) -> Terms:
    far = [place for place in PLACES if place[:2] != "61" and place[:4] != promised.region_code[:4]]
    return replace(promised, region_code=random.choice(far))


def _longer(random: Random, promised: Terms) -> Terms:
    hours = replace(promised, hours_per_week=(promised.hours_per_week or 0) + random.randint(1, 24))
    return random.choice((hours, replace(promised, night_shift=True)))


def _after(random: Random, ranks: tuple, now: object):  # type: ignore[no-untyped-def, type-arg]
    return random.choice(ranks[ranks.index(now) + 1 :])


SUBSTITUTIONS: dict[TermKind, Callable[[Random, Terms], Terms]] = {
    TermKind.PAY: _less_pay,
    TermKind.PLACE: _elsewhere,
    TermKind.HOURS: _longer,
    TermKind.LODGING: lambda random, terms: replace(terms, lodging=_after(random, PROVISIONS, terms.lodging)),
    TermKind.BOARD: lambda random, terms: replace(terms, board=_after(random, PROVISIONS, terms.board)),
    TermKind.SIGNATORY: lambda random, terms: replace(terms, signatory=_after(random, SIGNERS, terms.signatory)),
}
"""For each term a contract that takes it away."""
