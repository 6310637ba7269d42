import pytest

from centre import regions

XIANYANG = "610400"


@pytest.mark.parametrize(
    ("query", "codes", "rest"),
    [
        ("咸阳 挡车工", ("610400",), "挡车工"),
        ("渭城区缝纫", ("610404",), "缝纫"),
        ("陕西咸阳渭城缝纫", ("610404",), "缝纫"),
        ("彬縣 焊工", ("610482",), "焊工"),
        ("彬县焊工", ("610482",), "焊工"),
        ("去东莞打工", ("441900",), "打工"),
        ("在昆山的电子厂", ("320583",), "电子厂"),
        ("昆山 南通 普工", ("320583", "320600"), "普工"),
        ("昆山 苏州", ("320583",), ""),
        ("上海松江", ("310117",), ""),
        ("乾縣", ("610424",), ""),
        ("内蒙古 司机", ("150000",), "司机"),
        ("恩施 月嫂", ("422800",), "月嫂"),
        ("杨凌", ("610403",), ""),
        ("新城区 保洁", ("610102",), "保洁"),
        ("长三角 电子", tuple(sorted(regions.YRD)), "电子"),
        ("珠三角", tuple(sorted(regions.PRD)), ""),
        ("西咸新区 保洁", ("610112", "610116", "610118", "610402", "610404", "610423", "610481"), "保洁"),
        ("人力资源", (), "人力资源"),
        ("资源县", ("450329",), ""),
        ("兰州拉面师傅", (), "兰州拉面师傅"),
        ("长白班", (), "长白班"),
        ("咸阳的士司机", ("610400",), "的士司机"),
        ("挡车工", (), "挡车工"),
        ("", (), ""),
    ],
)
def test_a_search_text_is_taken_apart_into_places_and_words(query: str, codes: tuple[str, ...], rest: str) -> None:
    assert regions.parse_place(query, XIANYANG) == regions.Place(codes, rest)


def test_the_region_tree_is_complete() -> None:
    assert len(regions.children()) == 31
    assert [len(regions.children("610000")), len(regions.children("610400"))] == [10, 14]
    everywhere = [county for province in regions.children() for county in regions.children(province.code)]
    assert len(everywhere) == 342
    for code in ("610402", "441900", "310115", "429004"):
        assert regions.within(code, code[:2] + "0000")


def test_names_and_ancestors_read_from_the_province_down() -> None:
    assert regions.full_name("610402") == "陕西省咸阳市秦都区"
    assert regions.full_name("310115") == "上海市浦东新区"
    assert regions.full_name("441900") == "广东省东莞市"
    assert regions.ancestors("610402") == ("610400", "610000")
    assert regions.name("610481") == "兴平市"


@pytest.mark.rule("region-successor", "action")
def test_old_region_codes_map_to_their_successors() -> None:
    assert regions.region("610427").code == "610482"
    assert regions.within("610421", "610400")
    assert regions.was_ever_county("610427")
    assert not regions.was_ever_county("610499")


def test_the_deltas_are_sets_of_regions() -> None:
    assert regions.within_any("320583", regions.YRD)
    assert regions.within_any("440606", regions.PRD)
    assert not regions.within_any("610402", regions.YRD | regions.PRD)
    assert not regions.within_any("440500", regions.PRD)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(regions.RegionUnknown):
        regions.region("999999")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("渭", "610404"),
        ("彬縣", "610482"),
        ("东莞", "441900"),
        ("東莞市", "441900"),
        ("昆山", "320583"),
        ("咸", "610400"),
    ],
)
def test_regions_are_found_while_typing(typed: str, first: str) -> None:
    assert regions.search(typed, home=XIANYANG)[0].code == first


def test_an_ambiguous_name_gives_every_place() -> None:
    assert {area.code for area in regions.search("鼓楼区")} == {"320106", "320302", "350102", "410204"}
    assert regions.search("  ") == []


@pytest.mark.rule("town-in-two-counties", "action")
def test_a_town_in_two_counties_asks_for_the_county() -> None:
    with pytest.raises(regions.CountyNeeded) as caught:
        regions.county_of("咸阳市永乐镇")
    assert caught.value.params["counties"] == "陕西省咸阳市泾阳县、陕西省咸阳市彬州市"
    assert regions.county_of("泾阳县永乐镇三组") == "610423"
    assert regions.county_of("文汇路街道", home=XIANYANG) == "610404"
    assert regions.county_of("咸阳市文汇路街道") == "610404"


@pytest.mark.parametrize(
    "text", ["文汇路街道", "火星", "鼓楼街道", "长安南路1号", "昆山路", "北关村", "北京西路", "秦都街道"]
)
def test_a_street_town_or_village_alone_names_no_place(text: str) -> None:
    with pytest.raises(regions.RegionUnknown):
        regions.county_of(text)


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("西安市长安南路1号", "610100", "长安南路1号"), ("咸阳秦都路", "610400", "秦都路"),
        ("昆山村医", "320583", "村医"),
        ("东莞长安镇", "441900", "长安镇"), ("咸阳城关街道", "610400", "城关街道"), ("昆山路政员", "320583", "路政员"),
    ],
)  # fmt: skip
def test_a_street_named_after_another_place_stays_a_word(text: str, code: str, rest: str) -> None:
    assert regions.parse_place(text) == regions.Place((code,), rest)


def test_of_two_places_of_one_name_the_one_near_the_city_centre_wins() -> None:
    assert [regions.parse_place("鼓楼区 保洁", home).codes for home in ("320100", "350100")] == [
        ("320106",),
        ("350102",),
    ]
    assert len(regions.parse_place("鼓楼区 保洁").codes) == 4


@pytest.mark.parametrize(
    ("letters", "code"),
    [("xianyang", "610400"), ("xianyangshi", "610400"), ("xingping", "610481"), ("kunshan", "320583"),
     ("xian", "610100"), ("qindu", "610402"), ("changwu", "610428"), ("chengdu", "510100"), ("hunchun", "222404")],
)  # fmt: skip
def test_a_place_is_known_by_its_pinyin_as_people_there_say_it(letters: str, code: str) -> None:
    assert regions.is_spelling(letters)
    assert regions.parse_place(letters, XIANYANG, spelt=[letters]).codes == (code,)


@pytest.mark.parametrize("code", ["61", "6104", "610402", "610402001", "610402001005"])
def test_a_code_of_any_depth_means_its_region(code: str) -> None:
    region = regions.coded(code)
    assert region is not None
    assert region.code == code[:6].ljust(6, "0")


@pytest.mark.parametrize("text", ["", "6", "610", "99", "610499", "６１", "61040２", "秦都区"])
def test_other_figures_are_no_code_of_a_region(text: str) -> None:
    assert regions.coded(text) is None
