"""Values to bytes in the formats of the upstreams: NBKR's XML and archive page, RSS, Atom, and a story's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import format_datetime
from html import escape

from ticker.demo.newsroom import Story
from ticker.model import Home


@dataclass(frozen=True, slots=True)
class Row:
    currency: str
    nominal: int
    figure: Decimal


_HONEST = {
    "en": "This headline is invented: it belongs to a demonstration, and there is no story behind it.",
    "ru": "Этот заголовок вымышлен: он часть демонстрации, и статьи за ним нет.",
    "ky": "Бул баш сап ойдон чыгарылган: ал көрсөтмө версиянын бөлүгү, анын артында макала жок.",
}


def rates_xml(name: str, valid_on: date, rows: Iterable[Row], valid_for: int | None = None) -> bytes:
    """daily.xml or weekly.xml: windows-1251 declared by an ASCII file, decimal comma, DD.MM.YYYY."""
    lines = [
        '<?xml version="1.0" encoding="windows-1251" ?>',
        f'<CurrencyRates Name="{name} Exchange Rates" Date="{valid_on:%d.%m.%Y}">',
    ]
    for row in rows:
        lines += [f'<Currency ISOCode="{row.currency}">', f"<Nominal>{row.nominal}</Nominal>"]
        lines += [f"<ValidFor>{valid_for}</ValidFor>"] if valid_for else []
        lines += [f"<Value>{_comma(row.figure)}</Value>", "</Currency>"]
    return "\n".join([*lines, "</CurrencyRates>", ""]).encode("windows-1251")


def archive_page(currency: str, listed: Iterable[tuple[date, Decimal]]) -> bytes:
    """index1.jsp: the figures lie between comments, in a page that has other tables and dates too."""
    rows = "".join(
        f"<tr><td><!--date-->{day:%d.%m.%Y}<!--date--></td><td><!--value-->{_comma(figure)}<!--value--></td></tr>"
        for day, figure in listed
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Official exchange rates</title></head>
<body><table class="menu"><tr><td><a href="index.jsp?lang=ENG">Home</a></td><td>01.01.1999</td></tr></table>
<h1>Official exchange rate of the som: {escape(currency)}</h1>
<form><select name="valuta_id"><option>{escape(currency)}</option></select><input name="beg_day"></form>
<table>{rows}</table>
<p>A demonstration: these figures are invented.</p></body></html>
""".encode()


def rss(title: str, stories: Sequence[Story], url: str, home: Home, *, same_guid: bool, dates: bool) -> bytes:
    """RSS 2.0 in UTF-8 with plain titles."""
    items = "".join(
        f"<item><title>{escape(story.title, quote=False)}</title><link>{_link(url, story)}</link>"
        f'<guid isPermaLink="false">{_guid(story, same_guid)}</guid>'
        f"<description>{escape(_HONEST[story.language])}</description>"
        f"{_pub_date(story.published_at, home) if dates else ''}</item>\n"
        for story in stories
    )
    return _channel("UTF-8", title, "en", url, items).encode()


def rss_1251(title: str, stories: Sequence[Story], url: str, home: Home, *, same_guid: bool, dates: bool) -> bytes:
    """RSS 2.0 in windows-1251: entities inside CDATA titles, tracking parameters in links."""
    items = "".join(
        f"<item><title><![CDATA[{_html_entities(story.title)}]]></title>"
        f"<link>{_link(url, story)}?utm_source=rss&amp;utm_medium=feed</link>"
        f'<guid isPermaLink="false">{_guid(story, same_guid)}</guid>'
        f"<description><![CDATA[<p>{_html_entities(_HONEST[story.language])}</p>]]></description>"
        f"{_pub_date(story.published_at, home) if dates else ''}</item>\n"
        for story in stories
    )
    return _channel("windows-1251", title, "ru", url, items).encode("windows-1251")


def atom(title: str, stories: Sequence[Story], url: str, home: Home, *, same_guid: bool, dates: bool) -> bytes:
    """Atom in UTF-8; an edited title has a later `updated`."""

    def times(story: Story) -> str:
        published, updated = (home.local(at).isoformat() for at in (story.published_at, story.updated_at))
        return f"<published>{published}</published><updated>{updated}</updated>" if dates else ""

    entries = "".join(
        f"<entry><id>tag:demo.invalid,2025:{_guid(story, same_guid)}</id>"
        f'<title type="text">{escape(story.title, quote=False)}</title>'
        f'<link rel="alternate" type="text/html" href="{_link(url, story)}"/>{times(story)}'
        f"<summary>{escape(_HONEST[story.language])}</summary></entry>\n"
        for story in stories
    )
    newest = max((story.updated_at for story in stories), default=datetime(2025, 1, 1, tzinfo=UTC))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ky">
<id>tag:demo.invalid,2025:ky</id><title>{title}</title><updated>{home.local(newest).isoformat()}</updated>
<author><name>{title}</name></author><link rel="alternate" href="{url}/"/>
{entries}</feed>
""".encode()


def story_page(story: Story) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="{story.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{escape(story.title)}</title></head>
<body><main><h1>{escape(story.title)}</h1><p>{_HONEST[story.language]}</p></main></body></html>
""".encode()


def _comma(figure: Decimal) -> str:
    return f"{figure:f}".replace(".", ",")


def _link(url: str, story: Story) -> str:
    city = f"{story.city}/" if story.city else ""
    return f"{url}/news/{city}{story.language}/{story.id}"


def _guid(story: Story, same: bool) -> str:
    return f"demo-{story.language}-{'0' if same else story.id}"


def _pub_date(at: datetime, home: Home) -> str:
    return f"<pubDate>{format_datetime(home.local(at))}</pubDate>"


def _html_entities(title: str) -> str:
    return escape(title).replace("«", "&laquo;").replace("»", "&raquo;").replace("—", "&#8212;")


def _channel(encoding: str, title: str, language: str, url: str, items: str) -> str:
    return f"""<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0"><channel>
<title>{title}</title><link>{url}/</link><description>{title}</description><language>{language}</language>
{items}</channel></rss>
"""
