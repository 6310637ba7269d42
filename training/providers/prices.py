"""How the tuition of a course is divided between its payers. Pure."""

from dataclasses import dataclass

from centre.errors import Refusal
from centre.translation import N_


class SplitExceedsTuition(Refusal):
    """The shares of the other payers exceed the tuition."""

    code = "split-exceeds-tuition"
    status = 422
    message = N_("各方承担的金额合计超出学费 {excess} 元")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A right to free training (免费培训) and the recognised category that it rests on."""

    category: str


@dataclass(frozen=True, slots=True)
class PriceSplit:
    """A tuition with the share of each payer, in fen (学费分担)."""

    tuition_fen: int
    waiver_fen: int
    government_fen: int
    centre_fen: int
    learner_fen: int


def price_split(
    tuition_fen: int, waiver_fen: int, government_fen: int, entitlement: Entitlement | None, *, subsidy_fen: int = 0
) -> PriceSplit:
    """Divide a tuition between government, school, centre and learner (学费分担).

    All amounts in fen; `subsidy_fen` is the centre's ordinary part. The four parts are never negative and always add
    up to the tuition; a free-training entitlement (免费培训) tops up the centre's part until the learner pays nothing.
    Raises SplitExceedsTuition, and ValueError for a negative amount.
    """
    if min(tuition_fen, waiver_fen, government_fen, subsidy_fen) < 0:
        raise ValueError("an amount is never negative")
    rest = tuition_fen - waiver_fen - government_fen - subsidy_fen
    if rest < 0:
        raise SplitExceedsTuition(excess=f"{-rest / 100:.2f}".removesuffix(".00"))
    centre_fen = subsidy_fen + (rest if entitlement else 0)
    learner_fen = 0 if entitlement else rest
    return PriceSplit(tuition_fen, waiver_fen, government_fen, centre_fen, learner_fen)
