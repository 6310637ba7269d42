"""The first labour brand of the demo town: what two newspapers wrote of it, quoted; everything else is invented."""

from sqlalchemy.orm import Session

from centre.translation import N_
from matching.brands.models import BrandStatement, LabourBrand
from matching.brands.rules import BrandState, Measure, Qualifier

FOOT_THERAPY = "4-10-04-02"
ARTICLE, ARTICLE_YEAR = N_("一篇关于咸阳市困难职工援助中心的报道"), 2008
PAPER, PAPER_YEAR = N_("省级工人报纸 10 月 21 日的报道"), 2003
SINCE = N_("2002 年底以来")
QUOTED = (
    (Measure.PLACED, Qualifier.OVER, 16_000, "", ARTICLE, ARTICLE_YEAR, True),
    (Measure.PLACED, Qualifier.OVER, 5_000, "", PAPER, PAPER_YEAR, False),
    (Measure.AWAY, Qualifier.OVER, 4_800, SINCE, ARTICLE, ARTICLE_YEAR, True),
    (Measure.INCOME, Qualifier.OVER, 1_500, "", ARTICLE, ARTICLE_YEAR, True),
    (Measure.PREMISES, Qualifier.EXACT, 386, N_("报道当时"), ARTICLE, ARTICLE_YEAR, True),
)
"""Figures N01 to N04 of the source article with its own qualifiers, and the older newspaper's."""


def fill(session: Session, centre_id: int) -> None:
    """Insert the brand with its quotations."""
    brand = LabourBrand(
        centre_id=centre_id,
        name=N_("咸阳足疗"),
        occupation_code=FOOT_THERAPY,
        region_code="610400",
        carrier=N_("市足疗协会"),
        training_base=N_("市足疗保健培训学校"),
        story=N_(
            "2002 年底，市里先后办起足疗保健培训学校和足疗协会，定了行业规矩，帮下岗女工和农村富余劳力学一门新手艺。"
            "（照报道整理）"
        ),
        state=BrandState.PUBLISHED,
        is_demo=True,
    )
    session.add(brand)
    session.flush()
    for measure, qualifier, amount, period, source, year, year_about in QUOTED:
        session.add(
            BrandStatement(
                brand_id=brand.id, centre_id=centre_id, measure=measure, qualifier=qualifier, amount=amount,
                period=period, source=source, year=year, year_about=year_about,
            )
        )  # fmt: skip
    session.flush()
