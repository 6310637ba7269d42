"""Code lists: occupations, regions and everyday job words, for programs that read or send openings."""

from typing import Annotated

from fastapi import Query

from api.dependencies import PUBLIC, Routes, Unit
from api.wire import Wire
from centre import regions
from centre.skills.esco import EscoMatch, esco_concepts
from centre.skills.vocabulary import vocabulary

routes = Routes(prefix="/codes", tags=["codes"])

MOST = 1_000
Limit = Annotated[int, Query(ge=1, le=MOST)]
Offset = Annotated[int, Query(ge=0, le=100_000)]


class EscoOut(Wire):
    """An occupation of ESCO 1.2.0 (European Commission, CC BY 4.0) and how near it is (欧洲职业分类)."""

    uri: str
    label: str
    match: EscoMatch


class OccupationCodeOut(Wire):
    """A node of the national classification (职业分类大典): level 1 major, 2 medium, 3 small group, 4 occupation.

    `esco` is the occupation of the European classification that means the same, where one is known.
    """

    code: str
    name: str
    level: int
    parent: str
    gbm: str
    esco: EscoOut | None


class OccupationCodesOut(Wire):
    """A part of the list of occupations, in the order of their codes."""

    items: list[OccupationCodeOut]
    total: int


class RegionCodeOut(Wire):
    """A province, city or county-level unit by its GB/T 2260 number (行政区划); a province has no parent."""

    code: str
    name: str
    level: int
    parent: str


class RegionCodesOut(Wire):
    """A part of the list of regions, in the order of their codes."""

    items: list[RegionCodeOut]
    total: int


class SkillCodeOut(Wire):
    """An everyday word for a trade or a skill, and the occupations that it stands for, best first (技能词).

    `esco` has the addresses of those occupations in ESCO, where they are known.
    """

    word: str
    occupations: list[str]
    esco: list[str]


class SkillCodesOut(Wire):
    """A part of the list of words, in their order."""

    items: list[SkillCodeOut]
    total: int


@routes.get("/occupations", allow=PUBLIC)
def occupations(unit: Unit, limit: Limit = MOST, offset: Offset = 0) -> OccupationCodesOut:
    """List the codes of occupations."""
    del unit
    nodes = list(vocabulary().nodes.values())
    items = [
        OccupationCodeOut(
            code=node.code, name=node.name, level=node.level, parent=node.parent, gbm=node.gbm, esco=_esco(node.code)
        )
        for node in nodes[offset : offset + limit]
    ]
    return OccupationCodesOut(items=items, total=len(nodes))


@routes.get("/regions", allow=PUBLIC)
def region_codes(unit: Unit, limit: Limit = MOST, offset: Offset = 0) -> RegionCodesOut:
    """List the codes of regions."""
    del unit
    known = regions.every()
    items = [
        RegionCodeOut(code=region.code, name=region.name, level=region.level, parent=region.parent)
        for region in known[offset : offset + limit]
    ]
    return RegionCodesOut(items=items, total=len(known))


@routes.get("/skills", allow=PUBLIC)
def skills(unit: Unit, limit: Limit = MOST, offset: Offset = 0) -> SkillCodesOut:
    """List the words for trades and skills that a search or an import understands."""
    del unit
    words = sorted(vocabulary().words.items())
    concepts = esco_concepts()
    items = [
        SkillCodeOut(
            word=word, occupations=list(codes), esco=[concepts[code].uri for code in codes if code in concepts]
        )
        for word, codes in words[offset : offset + limit]
    ]
    return SkillCodesOut(items=items, total=len(words))


def _esco(code: str) -> EscoOut | None:
    concept = esco_concepts().get(code)
    return EscoOut(uri=concept.uri, label=concept.label, match=concept.match) if concept else None
