"""Search words are highlighted in the titles of results (MA-02)."""

import pytest

from web.highlight import marked


@pytest.mark.parametrize(
    ("title", "words", "shown"),
    [
        ("织布挡车工", ("挡车工",), "织布<mark>挡车工</mark>"),
        ("織布擋車工", ("挡车工",), "織布<mark>擋車工</mark>"),
        ("缝纫工（平车）", ("缝纫", "平车"), "<mark>缝纫</mark>工（<mark>平车</mark>）"),
        ("工", ("挡车工",), "工"),
        ("", ("挡车工",), ""),
        ("焊工", (), "焊工"),
        ("<b>焊工</b>", ("焊工",), "&lt;b&gt;<mark>焊工</mark>&lt;/b&gt;"),
    ],
)
def test_search_words_are_highlighted_in_either_script_and_all_else_is_escaped(
    title: str, words: tuple[str, ...], shown: str
) -> None:
    assert str(marked(title, words)) == shown
