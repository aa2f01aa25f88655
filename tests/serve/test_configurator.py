"""What the configurator gives out: canonical options, addresses to trust, code that carries all it should."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scenes import DAY, WEDNESDAY, at, day, scene, series

from ticker.serve.configurator import html
from ticker.serve.configurator.code import RECIPES, SANDBOX, Code, hashed
from ticker.serve.configurator.form import GROUPS, Field
from ticker.serve.configurator.query import gives_way
from ticker.serve.configurator.view import Configurator, configurator
from ticker.serve.http.base_url import base_of
from ticker.serve.i18n.words import templates_dir, words
from ticker.serve.panel.height import reserved_height
from ticker.serve.strip.height import css_height, tallest
from ticker.serve.strip.options import LANGUAGES, PARTS, Offered, Options, parse
from ticker.serve.terms import Embed, HomeTerms, SiteSettings

CONTENT = day().snapshot.content
FEEDS = sorted(one.feed for one in CONTENT.feeds)
OFFERED = Offered(frozenset({"USD", "EUR", "RUB"}), frozenset(FEEDS))
TERMS = SiteSettings(presets={"paper": "lang=ru&theme=dark&digits=4"}, embed=Embed("/embed/abc.js", "sha384-abc"))
REFERENCE = Path(__file__).parents[2] / "docs" / "options.md"


def asked(
    query: str = "", host: str = "rates.example", scheme: str = "https", terms: SiteSettings = TERMS
) -> Configurator:
    return configurator(query, host, scheme, CONTENT, terms, lambda _: (600, 281))


def codes(said: Configurator) -> Mapping[str, Code]:
    return {code.id: code for way in said.ways for code in way.codes}


def fields(said: Configurator) -> Mapping[str, Field]:
    return {one.name: one for column in said.columns for group in column for one in group.fields}


class Tags(HTMLParser):
    """The tags of a piece of code with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def first(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.seen if name == tag)


def test_the_form_has_every_option_of_the_model():
    named = [name for _, names in GROUPS for name in names]
    assert sorted(named) == sorted([*Options.model_fields, "place"])


def test_nothing_chosen_is_the_default_strip_in_the_pages_language():
    assert asked("").query == ""
    assert asked("ui=ky").query == "lang=ky"
    assert (asked("lang=ru").lang, asked("ui=ky&lang=ru").lang, asked("ui=de").lang) == ("ru", "ky", "en")


def test_what_a_form_sends_untouched_is_the_default_again():
    """All fields, lists by repeated names, empty colours: as a browser sends it without a script."""
    sent = (
        "ui=en&lang=en&currencies=USD%2C+EUR%2C+RUB&show=&"
        + "&".join(f"show={part}" for part in PARTS)
        + "&place=top&headlines=12&theme=auto&frame=bar&bg=&fg=&accent=&motion=step&speed=100&digits=auto"
    )
    assert (asked(sent).query, asked(sent).notes) == ("", ())


@pytest.mark.parametrize("query", ["show=", "show=&show=", "show=+,+", "lang=ru&show=&headlines=3"])
def test_a_form_without_any_part_asks_for_nothing(query):
    """A form sends one empty `show` before its parts."""
    said = asked(f"{query}&place=below")
    assert said.nothing
    assert not any(choice.chosen for choice in fields(said)["show"].choices)
    assert "show" not in said.query
    assert said.notes == ()


def test_nothing_chosen_stays_so_in_every_language():
    said = asked("ui=en&lang=ru&show=&theme=dark")
    addresses = {code: address for _, _, code, address in said.languages}
    assert addresses["ky"] == "?ui=ky&lang=ru&theme=dark&show="
    assert all(asked(address.removeprefix("?")).nothing for address in addresses.values())


@pytest.mark.parametrize("query", ["", "show=&show=rates", "show=rates", "headlines=0", "preset=paper"])
def test_one_part_or_no_word_of_parts_is_a_strip(query):
    assert not asked(query).nothing


@pytest.mark.parametrize("ui", LANGUAGES)
def test_nothing_chosen_is_said_and_gives_no_code(ui):
    page, chosen = html.page(asked(f"ui={ui}&show=")).decode(), html.page(asked(f"ui={ui}")).decode()
    say = words(ui).text
    assert say("conf.nothing") in page
    assert say("conf.nothing.code") in page
    assert "<iframe" not in page
    areas = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert (len(areas), set(areas)) == (chosen.count("<textarea"), {""})
    for text in (say("conf.nothing"), say("conf.nothing.code"), " disabled>"):
        assert text not in chosen


def test_members_of_a_list_are_gathered():
    said = asked(f"show=rates&show=clock&feeds={FEEDS[0]}&feeds={FEEDS[1]}&currencies=eur,usd")
    assert said.options.show == ("clock", "rates")
    assert said.options.feeds == (FEEDS[0], FEEDS[1])
    assert said.options.currencies == ("EUR", "USD")


def test_the_form_shows_what_was_chosen():
    said = asked("ui=ru&lang=ky&theme=dark&bg=0a3d62&headlines=5&digits=2&place=below")
    form = fields(said)

    def chosen(name: str) -> list[str]:
        return [choice.value for choice in form[name].choices if choice.chosen]

    assert [chosen(name) for name in ("lang", "theme", "digits", "place")] == [["ky"], ["dark"], ["2"], ["below"]]
    assert (said.colour.value, form["bg"].value, form["fg"].value) == ("0a3d62", "0a3d62", "")
    assert form["headlines"].value == "5"


def test_what_gave_way_is_told_and_what_cannot_be_read_is_told_in_words():
    said = asked("lang=de&bg=ffffff&fg=777777&ui=ru")
    assert said.notes == ("lang: указано 'de', допустимо: одно из en, ru, ky; показано значение по умолчанию",)
    assert said.contrast == ("Текст #777777: 4,4 : 1, а не 4,5; показано #757575", "")
    assert asked("bg=ffffff&fg=333333").contrast[0] == "Text #333333 on #ffffff: contrast 12.6 : 1, reads well."


NOTED = "lang=de&bg=blue&headlines=99&digits=x&feeds=gone&currency=USD&preset=gone"


@pytest.mark.parametrize("ui", LANGUAGES)
def test_every_note_is_in_the_pages_language(ui):
    english, said = parse(NOTED, OFFERED)[1], asked(f"{NOTED}&ui={ui}").notes
    assert {note.key for note in english} == {"wrong", "not_offered", "none", "near"}
    assert len(said) + 1 == len(english) == 7, "the field of headlines says itself what gave way"
    assert fields(asked(f"{NOTED}&ui={ui}"))["headlines"].message
    assert bool(set(said) & {note.text() for note in english}) == (ui == "en")


def test_a_transparent_strip_is_shown_on_the_ground_it_is_said_to_stand_on():
    assert asked("theme=transparent&bg=1d3557").preview.ground == "1d3557"
    assert asked("theme=dark&bg=1d3557").preview.ground is None


def test_a_preset_is_given_out_by_its_name_and_what_differs():
    assert asked("preset=paper").query == "preset=paper"
    assert asked("preset=paper&theme=dark&lang=ru&headlines=3").query == "preset=paper&headlines=3"
    assert asked("preset=paper&lang=en").query == "preset=paper&lang=en"
    gone = asked("preset=gone")
    assert (gone.query, len(gone.notes)) == ("", 1)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("lang=de", "lang: met 'de', wanted en, ru or ky"),
        ("colour=red", "colour is no option; options are home, lang, "),
        ("preset=paper", "preset is no option"),
        ("lang=ru&lang=en", "lang: given more than once"),
        ("feeds=nowhere", "feeds: 'nowhere' is not offered"),
    ],
)
def test_a_preset_must_not_give_way(query, wrong):
    assert (gives_way(query, OFFERED) or "").startswith(wrong)
    assert gives_way("lang=ru&theme=dark&currencies=USD", OFFERED) is None


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("rates.example", "https://rates.example"),
        ("Rates.Example:8443", "https://rates.example:8443"),
        ("127.0.0.1:8000", "https://127.0.0.1:8000"),
        ("[::1]:8000", "https://[::1]:8000"),
        ("[::1]", "https://[::1]"),
        *(
            (bad, "")
            for bad in ("", "a b", 'a"onload=', "a/b", "a@b", "-a", "a:0", "a:70000", "a:", "a.b/", "a\n", "é")
        ),
        ("a" * 300, ""),
    ],
)
def test_a_host_is_believed_only_when_it_is_one(host, base):
    assert base_of(host, "https", None) == base


@given(st.text(max_size=40))
def test_no_host_gets_markup_into_the_code(host):
    assert re.fullmatch(r"(http://[a-z0-9.:\[\]-]+)?", base_of(host, "gopher", None))


def test_the_operators_address_goes_before_the_requests():
    said = asked("", host="evil.example", terms=SiteSettings(base_url="https://news.example/rates"))
    assert "evil" not in "".join(code.text + code.policy for code in codes(said).values())
    assert 'src="https://news.example/rates/strip"' in codes(said)["frame"].text
    assert codes(said)["frame"].policy.startswith("frame-src https://news.example;")


def test_without_a_host_to_believe_the_code_is_for_the_same_site():
    assert 'src="/strip"' in codes(asked("", host="a b"))["frame"].text
    assert "frame-src 'self'" in codes(asked("", host="a b"))["frame"].policy


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("place", "loading"), [("top", "eager"), ("below", "lazy")])
@pytest.mark.parametrize("id_", ["frame", "follow"])
def test_a_frame_carries_all_that_a_frame_should(lang, place, loading, id_):
    text = codes(asked(f"lang={lang}&place={place}&theme=dark"))[id_].text
    frame = Tags(text).first("iframe")
    assert frame["title"]
    assert (frame["loading"], frame["sandbox"], frame["allow"]) == (loading, SANDBOX, "")
    assert frame["referrerpolicy"] == "strict-origin-when-cross-origin"
    assert (frame["width"], frame["height"]) == ("600", "96")
    assert frame["style"] == f"border:0;color-scheme:normal;display:block;width:100%;height:{css_height(Options(), 3)}"
    query = parse_qs(urlsplit(frame["src"] or "").query)
    assert query == {"theme": ["dark"]} | ({"lang": [lang]} if lang != "en" else {})


@pytest.mark.parametrize(
    ("query", "number"), [("", 3), ("frame=card", 3), ("show=rates", 3), ("show=headlines", 3), ("headlines=0", 3)]
)
def test_the_height_is_that_of_the_strip(query, number):
    said = asked(query)
    frame = Tags(codes(said)["frame"].text).first("iframe")
    assert (frame["style"] or "").endswith(f";height:{css_height(said.options, number)}")
    assert frame["height"] == str(tallest(said.options, number))
    element = Tags(codes(said)["element"].text).first("rate-ticker")
    assert element["style"] == f"display:grid;min-height:{css_height(said.options, number)}"


def test_the_sites_own_currencies_count_for_the_height():
    many = SiteSettings(HomeTerms(("USD", "EUR", "RUB", "KZT", "CNY")))
    assert css_height(Options(), 5) in codes(asked("", terms=many))["frame"].text
    assert "44 px from 1024 px of width, 80 px from 700 px, 96 px below" in asked("", terms=many).says


@pytest.mark.parametrize("query", ["", "theme=dark", "show=rates&lang=ru"])
def test_code_for_a_page_is_one_block(query):
    """WordPress makes paragraphs of what stands on a line of its own."""
    for code in codes(asked(query)).values():
        if not code.id.startswith(("include", "image-bbcode", "text")):
            assert code.text.startswith("<div"), code.id
            assert code.text.endswith("</div>"), code.id
            assert not re.search(r">\s*\n\s*<", code.text), code.id
            assert "\n\n" not in code.text, code.id


def test_the_elements_attributes_are_its_options():
    element = Tags(codes(asked("lang=ru&bg=0a3d62&currencies=EUR,USD"))["element"].text).first("rate-ticker")
    style = element.pop("style") or ""
    assert element == {"lang": "ru", "bg": "0a3d62", "currencies": "EUR,USD"}
    assert "min-height" in style


def test_the_element_of_one_version_is_verified():
    script = Tags(codes(asked())["element-sri"].text).first("script")
    assert script == {
        "src": "https://rates.example/embed/abc.js",
        "integrity": "sha384-abc",
        "crossorigin": "anonymous",
        "async": None,
    }
    assert codes(asked())["element-sri"].policy.startswith("script-src 'sha384-abc'; connect-src https://rates.example")
    assert "element-sri" not in codes(asked(terms=SiteSettings()))


def test_an_image_has_its_size_and_a_dark_twin_where_the_device_decides():
    tags = Tags(codes(asked())["image-svg"].text)
    image = tags.first("img")
    assert (image["width"], image["height"], image["src"]) == (
        "600",
        "281",
        "https://rates.example/strip.svg?theme=light",
    )
    assert image["alt"]
    assert tags.first("source")["srcset"] == "https://rates.example/strip.svg?theme=dark"
    assert "<picture>" not in codes(asked("theme=dark"))["image-svg"].text


def test_a_servers_code_is_the_tried_recipe_but_for_address_and_options():
    given = codes(asked("lang=ky&currencies=EUR,USD&theme=dark", host="news.example:8443"))
    strip, query = "https://news.example:8443/strip", "lang=ky&currencies=EUR,USD&theme=dark"
    link = f'<a href="{strip}?{query.replace("&", "&amp;")}">Валюта курстары жана жаңылыктар</a>'
    tried = {path.name: path.read_text("utf-8") for path in (templates_dir() / "configurator" / "include").iterdir()}
    assert tried.keys() == RECIPES.keys()
    for name, text in tried.items():
        code = given[f"include-{name.replace('.', '-')}"]
        assert "rates.example" not in code.text
        assert code.policy == "style-src-attr 'unsafe-inline'"
        back = code.text.replace(link, '<a href="https://rates.example/strip?lang=ru">Курсы валют и новости</a>')
        back = back.replace(f"{strip}.fragment?{query}", "https://rates.example/strip.fragment?lang=ru&headlines=3")
        assert back == text, name


def test_every_address_in_the_code_asks_for_the_same_strip():
    said = asked(f"lang=ky&currencies=EUR,USD&feeds={FEEDS[0]}&bg=0a3d62&fg=ffffff&theme=dark&show=rates&headlines=3")
    for code in codes(said).values():
        addresses = re.findall(
            r"""https://rates\.example/(?:strip|panel)[^'"\s\[\];]*""", code.text.replace("&amp;", "&")
        )
        assert addresses or code.id.startswith(("element", "include")), code.id
        for address in addresses:
            assert parse(urlsplit(address).query, OFFERED) == (said.options, ()), code.id


def test_what_else_the_service_has_is_linked_with_the_options_that_were_chosen():
    said = asked("ui=ky&lang=ru&currencies=EUR,USD&theme=dark")
    assert [address for _, address in (*said.pages, *said.also)] == [
        "docs",
        "chart?currencies=EUR,USD&lang=ru",
        "status",
        "strip?lang=ru&currencies=EUR,USD&theme=dark",
        "panel?lang=ru&currencies=EUR,USD&theme=dark",
        "headlines.atom?lang=ru",
        "rates.atom?lang=ru",
    ]
    assert len({tuple(name for name, _ in asked(f"ui={lang}").also) for lang in LANGUAGES}) == len(LANGUAGES)


def test_a_panel_is_given_as_a_frame_and_as_the_element():
    given = codes(asked("lang=ru&headlines=8"))
    frame = Tags(given["panel-frame"].text).first("iframe")
    assert frame["src"] == "https://rates.example/panel?lang=ru&headlines=8"
    assert (frame["sandbox"], frame["allow"]) == (SANDBOX, "")
    element = Tags(given["panel-element"].text).first("rate-ticker")
    assert element.pop("style") == "display:grid;height:640px"
    assert frame["height"] == "640"
    low = codes(asked("lang=ru&headlines=1"))["panel-element"].text
    assert f"height:{reserved_height(Options(headlines=1), 3)}px" in low
    assert element == {"view": "panel", "lang": "ru", "headlines": "8"}
    for style in re.findall(r'style="([^"]*)"', given["panel-frame"].text):
        assert hashed(style) in given["panel-frame"].policy


def test_the_reference_says_of_each_option_what_the_model_says():
    rows = {}
    for line in REFERENCE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            name, allowed, default, what = line.strip("| ").split(" | ")
            rows[name.strip("`")] = (allowed, default, what)
    preset = rows.pop("preset")
    assert "configuration.md" in preset[2]
    assert list(rows) == list(Options.model_fields)
    for name, field in Options.model_fields.items():
        allowed, default, what = rows[name]
        assert what == field.description, name
        shown = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        if field.default is not None:
            assert default == f"`{shown}`", name
        for choice in re.findall(r"`([^`]+)`", allowed):
            _, notes = parse(f"{name}={choice}", OFFERED)
            assert not notes or name in ("home", "currencies", "feeds", "first"), (name, notes)


def test_the_guides_policy_allows_the_styles_of_the_code_above_it():
    guide = REFERENCE.with_name("embedding.md").read_text(encoding="utf-8")
    before, policy = guide.split("Content-Security-Policy: default-src 'none';", 1)
    code = before.rsplit("```html\n", 1)[1].split("```")[0]
    styles = re.findall(r'style="([^"]*)"', code)
    assert styles == re.findall(r'style="([^"]*)"', codes(asked("lang=ru"))["element-sri"].text)
    policy = policy.split("```")[0]
    assert "style-src-attr 'unsafe-hashes'" in policy
    assert re.findall(r"'sha256-[^']*'", policy) == [hashed(style) for style in styles]


def test_the_reference_shows_how_a_change_is_kept_visible():
    before, after = re.search(r"(\S+) and (\S+) are drawn as", REFERENCE.read_text(encoding="utf-8")).groups()  # type: ignore[union-attr]
    days = (WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY)
    usd = series("USD", days, (before, before, after))
    rate = scene(at(WEDNESDAY, "18:40"), (usd,)).strip(Options(currencies=("USD",))).rates[0]
    assert rate.next
    assert f"{rate.text} and {rate.next.text}" in REFERENCE.read_text(encoding="utf-8")
