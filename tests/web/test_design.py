"""The page layout: both languages, no inline code, safe forms, one place for the hotline."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from centre.database import open_session
from centre.errors import Problem
from centre.installation import rename_installation
from centre.permissions import Actor, Role
from centre.translation import LOCALES
from tests.web.readers import CLERK, Reader, gallery
from web.assets import Assets, asset, shortened
from web.navigation import PUBLIC_WAYS, ways
from web.preferences import Display, change_display, safe_return
from web.rendering import TEMPLATES, environment, page, problems_of, render

HAN = re.compile(r"[一-鿿]")


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect every element."""
        self.found.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of elements with these names."""
        return [attributes for tag, attributes in self.found if tag in tags]


def write(source: str, reader: Reader | None = None, **context: object) -> str:
    """Render a piece of template for a reader."""
    return render(reader or Reader(), environment().from_string(source), **context)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("actor", [Actor.public(), CLERK], ids=["visitor", "clerk"])
def test_pages_have_no_inline_scripts_or_styles(locale: str, actor: Actor) -> None:
    elements = Elements(gallery(locale, actor=actor))
    assert elements.named("style") == []
    assert [script for script in elements.named("script") if not script.get("src")] == []
    coded = [
        attributes
        for _, attributes in elements.found
        if any(name.startswith("on") or name == "style" for name in attributes)
    ]
    assert coded == []


def test_pages_load_nothing_from_other_sites() -> None:
    addresses = [
        element.get("src") or element.get("href") or ""
        for element in Elements(gallery()).named("script", "link", "img", "use")
    ]
    assert len(addresses) > 20
    assert [address for address in addresses if not address.startswith(("/static/", "/app.webmanifest"))] == []


def test_element_ids_are_unique() -> None:
    ids = [attributes["id"] for _, attributes in Elements(gallery()).found if "id" in attributes]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)


def test_the_english_page_has_no_chinese_interface_text() -> None:
    macros = write(
        '{% from "parts/forms.html" import text, error_summary %}{% from "parts/empty.html" import empty %}'
        '{{ text("a", "A", required=false) }}{{ error_summary({"a": "b"}) }}{{ empty("Nothing") }}',
        Reader(locale="en"),
    )
    assert "optional" in macros.lower()
    assert HAN.search(macros) is None


def test_a_form_carries_the_csrf_token_and_a_fresh_idempotency_key() -> None:
    source = '{% from "parts/forms.html" import form %}{% call form("/x") %}{% endcall %}'
    hidden = Elements(write(source * 2)).named("input")
    assert [field["value"] for field in hidden if field["name"] == "_csrf"] == ["t0ken", "t0ken"]
    assert [field["value"] for field in hidden if field["name"] == "_key"] == ["key-1", "key-2"]


def test_a_get_form_carries_no_secret() -> None:
    source = '{% from "parts/forms.html" import form %}{% call form("/x", method="get", swap="#r") %}{% endcall %}'
    assert Elements(write(source)).named("input") == []


EVIL = '"><script>alert(1)</script>'
EVERYWHERE = """
{% from "parts/forms.html" import text, textarea, select, error_summary %}
{% from "parts/notices.html" import notice %}
{{ text("a", evil, value=evil, error=evil, hint=evil) }}{{ textarea("b", evil, value=evil) }}
{{ select("c", evil, [(evil, evil)], value=evil) }}{{ error_summary({"a": evil}) }}
{{ notice("warn", evil) }}{{ _("还剩 {n} 个名额", n=evil) }}{{ lines(evil) }}
"""


def test_user_input_is_escaped_everywhere() -> None:
    written = write(EVERYWHERE, evil=EVIL)
    assert "<script" not in written
    assert "selected" in written


def test_a_field_is_tied_to_its_hint_and_its_error() -> None:
    source = '{% from "parts/forms.html" import phone %}{{ phone("tel", "电话", hint="h", error="e") }}'
    field = Elements(write(source)).named("input")[0]
    assert field["aria-describedby"] == "f-tel-hint f-tel-error"
    assert field["aria-invalid"] == "true"


def test_a_password_is_never_written_back() -> None:
    class Bound:
        value, error = staticmethod("secret {}".format), staticmethod("{:.0}".format)
        now: Mapping[str, str] = {}

    written = write(
        '{% from "parts/forms.html" import password %}{{ password("p", "密码", bound=bound) }}', bound=Bound()
    )
    assert "secret" not in written


FIELDS = {
    "a": 'text("a", "甲")', "b": 'textarea("b", "甲")', "c": 'select("c", "甲", [])', "d": 'radios("d", "甲", [])',
    "e": 'checkboxes("e", "甲", [])', "f": 'checkbox("f", "甲")', "g": 'file_field("g", "甲")',
    "h": 'money_field("h", "甲")', "i": 'date_field("i", "甲")',
}  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "named"), [("zh-Hans", "甲：请从列表里选一项"), ("en", "甲: Choose one from the list")]
)
def test_the_error_summary_names_the_field_of_every_error(locale: str, named: str) -> None:
    problems = [Problem(f"{name}.0" if name == "e" else name, "enum", "请从列表里选一项", {}) for name in FIELDS]
    problems += [Problem("a", "own", "甲要写清楚", {}), Problem("z", "enum", "请从列表里选一项", {})]
    source = '{% from "parts/forms.html" import error_summary, text, textarea, select, radios, checkboxes, checkbox, '
    source += "file_field, money_field, date_field %}{{ error_summary(problems) }}"
    source += "".join("{{ " + macro + " }}" for macro in FIELDS.values())
    written = write(source, Reader(locale=locale), problems=problems)
    for name in FIELDS:
        assert f'<a href="#f-{name}">{named}</a>' in written
    assert '<a href="#f-a">甲要写清楚</a>' in written, "a message that names its field says it once"
    assert f'<a href="#f-z">{named[3:] if locale == "en" else named[2:]}</a>' in written, "no label, no name"


def test_the_error_summary_leads_to_the_fields_in_the_readers_language() -> None:
    problems = [Problem("seats", "missing", "还剩 {n} 个名额", {"n": 3}), Problem("", "other", "修改", {})]
    source = '{% from "parts/forms.html" import error_summary %}{{ error_summary(problems) }}'
    written = write(source, Reader(locale="en"), problems=problems)
    assert '<a href="#f-seats">Seats left: 3</a>' in written
    assert "<li>Change</li>" in written
    assert write(source, problems=[]).strip() == ""


def test_problems_come_from_mappings_pairs_and_lists_of_messages() -> None:
    assert problems_of({"a": "x", "b": ["y", "z"]}) == [("a", "x"), ("b", "y"), ("b", "z")]
    assert problems_of([("a", "x")]) == [("a", "x")]
    assert problems_of(None) == []


def test_an_undefined_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        write("{{ wages }}")


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError, match="no icon named 'unicorn'"):
        write('{{ icon("unicorn") }}')


def test_an_icon_is_hidden_from_screen_readers_unless_labelled() -> None:
    assert 'aria-hidden="true"' in write('{{ icon("phone") }}')
    assert 'role="img" aria-label="a &#34;b"' in write("{{ icon('phone', 'a \"b') }}")


def test_navigation_shows_public_entries_and_the_desk_of_each_role() -> None:
    assert [way.href for way in ways(Actor.public())] == ["/openings", "/training", "/fairs"]
    desks = {role: [way.href for way in ways(Actor(roles=frozenset({role})))][len(PUBLIC_WAYS) :] for role in Role}
    assert desks[Role.JOBSEEKER] == ["/me"]
    assert desks[Role.REGISTRAR] == ["/school"]
    assert desks[Role.EMPLOYER] == ["/employer"]
    assert desks[Role.ORGANISER] == ["/organiser"]
    assert desks[Role.CLERK] == ["/counter"]
    assert desks[Role.TRAINING_OFFICER] == ["/school", "/training-desk", "/counter"]
    assert desks[Role.CITY_MANAGER] == ["/organiser", "/training-desk", "/export", "/counter", "/manager", "/reports"]


def test_the_current_section_is_marked() -> None:
    written = render(Reader("/fairs/12"), "error.html", title="x", text="", code="", ways=None)
    marked = [link["href"] for link in Elements(written).named("a") if link.get("aria-current")]
    assert marked == ["/fairs"]


def test_staff_who_write_an_opening_are_still_at_the_counter() -> None:
    def marked(role: Role) -> list[str]:
        entries = ways(Actor(roles=frozenset({role})))
        return [way.href for way in entries if way.leads_to("/employer/openings/new")]

    assert marked(Role.EMPLOYER) == ["/employer"]
    assert marked(Role.PLACEMENT_OFFICER) == marked(Role.CITY_MANAGER) == ["/counter"]


def test_before_set_up_no_hotline_is_shown() -> None:
    assert [link for link in Elements(gallery()).named("a") if (link.get("href") or "").startswith("tel:")] == []


def test_the_hotline_comes_first_and_in_the_footer(database: str) -> None:
    with open_session(Actor.system().scope, write=True) as session:
        rename_installation(session, Actor.system(), name="岭南市就业援助中心", hotline="0577-3300 0000")
    calls = [link["href"] for link in Elements(gallery()).named("a") if (link.get("href") or "").startswith("tel:")]
    assert calls[0] == calls[-1] == "tel:057733000000"
    assert Elements(gallery()).named("a")[0]["href"] == "#main"
    assert Elements(gallery()).named("a")[1]["href"] == calls[0]
    assert "岭南市就业援助中心</title>" in gallery()


def test_display_switches_return_to_the_same_page_and_query() -> None:
    written = write(
        "{{ switch(lang='en') }} {{ here(page=3) }} {{ here(board=none) }}", Reader(query="q=挡车&page=2&board=1")
    )
    assert written.split() == [
        "/display?lang=en&amp;back=%2Fopenings%3Fq%3D%25E6%258C%25A1%25E8%25BD%25A6%26page%3D2%26board%3D1",
        "/openings?q=%E6%8C%A1%E8%BD%A6&amp;page=3&amp;board=1",
        "/openings?q=%E6%8C%A1%E8%BD%A6&amp;page=2",
    ]


def test_urls_omit_empty_parameters_and_repeat_lists() -> None:
    assert write("{{ url('/x', a=none, b='', c=[1, 2], d=0)|safe }}") == "/x?c=1&c=2&d=0"


def test_display_settings_are_stored_in_cookies() -> None:
    response = change_display({"size": "big", "contrast": "purple", "lang": "en", "back": "/fairs?page=2"})
    cookies = [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]
    assert [cookie.split(";")[0] for cookie in cookies] == ["gq_size=big", "gq_lang=en"]
    assert response.headers["location"] == "/fairs?page=2"
    assert 'class="size-huge contrast-high"' in gallery(cookies="gq_size=huge; gq_contrast=high")
    assert Display.of({"gq_size": "<"}) == Display()
    assert [Display(size).next_size for size in ("standard", "big", "huge")] == ["big", "huge", "standard"]


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https:evil", "", "/a\nb", "javascript:1"])
def test_no_return_path_leads_to_another_site(path: str) -> None:
    assert safe_return(path) == "/"


def test_static_files_are_cached_for_a_year_only_under_their_fingerprint() -> None:
    client = TestClient(Starlette(routes=[Mount("/static", Assets())]))
    for name in ("site.css", "app.js", "icons.svg"):
        answer = client.get(asset(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert "immutable" not in client.get(f"/static/{name}?v=000000000000").headers["cache-control"]
    assert client.get("/static/nothing.css").status_code == 404
    assert client.get("/static/site.css").headers["content-type"].startswith("text/css")


def test_minified_stylesheets_keep_their_meaning() -> None:
    sheet = "/* a */\na > b,\n.c :focus { width: calc(1rem + 2px); margin: 0 auto; }\n"
    sheet += "@media (min-width: 48rem) { a { b: c; } }"
    assert shortened(sheet) == "a>b,.c :focus{width:calc(1rem + 2px);margin:0 auto}@media (min-width:48rem){a{b:c}}"


def test_a_page_declares_its_language() -> None:
    answer = page(
        Reader(locale="en"), "error.html", status_code=404, title="Gone", text="", code="not-found", ways=None
    )
    assert (answer.status_code, answer.headers["content-language"]) == (404, "en")
    assert b'<html lang="en"' in bytes(answer.body)
    assert "Cookie" in answer.headers["vary"]


def bare_cards(text: str) -> list[str]:
    """The cards of a template without a body: a card lays its children side by side, at 360 px in slivers."""
    cards = re.finditer(r'class="card(?: [a-z]+)*"', text)
    return [text[card.start() : card.start() + 60] for card in cards if "card-body" not in text[card.end() :][:600]]


def test_every_card_has_a_body() -> None:
    templates = sorted(TEMPLATES.rglob("*.html"))
    assert {path.name: bare for path in templates if (bare := bare_cards(path.read_text("utf-8")))} == {}
    assert bare_cards('<article class="card"><h2 class="card-title">消息</h2><p>正文</p></article>')
