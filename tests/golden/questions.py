"""What is asked of each world, in each language: every address of the README, and what goes wrong or is left out.

In an address `{lang}` is the language, `{at}` a moment of the past, `{story}` the newest headline of that language, and
`{script}` and `{parts}` the element's files of this version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAM = "*/*"


@dataclass(frozen=True, slots=True)
class Question:
    """One request. `known`: it comes with the ETag of the answer before. `name` is its line in the record."""

    address: str
    method: str = "GET"
    accept: str = PROGRAM
    known: bool = False

    @property
    def name(self) -> str:
        with_accept = " (a browser)" if self.accept == BROWSER else ""
        return f"{self.method} {self.address}{with_accept}{' (known)' if self.known else ''}"


PAGES = """
/
/?ui={lang}
/?ui={lang}&way=element
/?ui={lang}&preset=night&show=rates&motion=scroll&fg=8a8a8a&place=below
/strip?lang={lang}&headlines=4
/strip?lang={lang}&preset=night
/strip?lang={lang}&headlines=2&at={at}
/panel?lang={lang}&headlines=4
/panel?lang={lang}&headlines=2&at={at}
/story/{story}?lang={lang}
/chart?lang={lang}
/chart?lang={lang}&currencies=GBP&from=yesterday&width=9
/docs
/status
/status?at={at}
"""

OTHER_MEDIA = """
/strip.json?headlines=0&currencies=USD
/strip.json?lang={lang}
/strip.json?lang={lang}&headlines=1&currencies=EUR,KZT&at={at}
/strip.json?lang={lang}&currencies=JPY,XXX&feeds=demo-en,nobody&headlines=1&frame=round&theme=pink&digits=1&speed=fast
/strip.svg?lang={lang}
/strip.png?lang={lang}
/strip.txt?lang={lang}
/strip.fragment?lang={lang}&headlines=3
/panel.json?lang={lang}&headlines=1&currencies=EUR
/panel.fragment?lang={lang}&headlines=3
/chart.svg?lang={lang}
/headlines.atom?lang={lang}
/headlines.json?lang={lang}
/rates.atom?lang={lang}&currencies=EUR
"""

FOR_PROGRAMS = """
/compat/nbkr/XML/daily.xml
/compat/nbkr/XML/weekly.xml
/compat/frankfurter/v1/latest
/compat/frankfurter/v1/latest?base=USD&symbols=KGS,EUR&amount=250
/compat/frankfurter/v1/2026-05-20?base=EUR&symbols=KGS
/compat/frankfurter/v1/2026-05-23?base=USD&symbols=KGS,KZT
/compat/frankfurter/v1/2026-05-19..?base=EUR&symbols=KGS,GBP
/compat/frankfurter/v1/currencies
/compat/frankfurter/v1/latest?base=XXX
/compat/frankfurter/v1/latest?amount=-1
/compat/frankfurter/latest?from=USD&to=KGS
/api/v1
/api/v1/rates
/api/v1/rates.csv
/api/v1/rates?date=2026-05-23&currencies=KZT,GBP
/api/v1/rates?currencies=EUR,GBP&at={at}
/api/v1/rate/USD.txt
/api/v1/rate/EUR.txt?decimal=comma&late=give
/api/v1/history?from=2026-05-18&currencies=EUR,GBP,KZT
/api/v1/history.csv?from=2026-05-16&currencies=EUR,GBP,KZT
/api/v1/history?from=2026-04-20&step=week
/api/v1/convert?from=USD&to=EUR&amount=1500.50
/api/v1/convert.csv?from=JPY&amount=1000
/api/v1/headlines?lang={lang}&limit=4
/api/v1/headlines.csv?lang={lang}&limit=4
/api/v1/headlines?q=a&limit=2&at={at}
/api/v1/popular?lang={lang}&limit=3
/api/v1/popular.csv?limit=2
/api/v1/feeds
/api/v1/feeds.csv
/api/v1/strip?lang={lang}&headlines=0&currencies=USD
/api/v1/status
/openapi.json
/llms.txt
/status.json
/status.json?at={at}
/livez
/readyz
/schema/strip.json
/schema/panel.json
/embed.js
/embed/{script}
/embed/{parts}
"""

REFUSED = """
/nowhere
/nowhere.json
/api/nowhere
/compat
/strip/
/strip?at=yesterday
/panel?at=2126-01-01
/chart?at={at}
/story/0123456789abcdef
/embed/0123456789ab.js
/api/v1/rates?date=today&currency=USD&at=2126-01-01T00:00Z
/api/v1/rate/XXX.txt
/api/v1/history?from=2026-05-22&from=2026-05-21
/api/v1/convert?to=EUR
"""


def questions() -> Iterator[Question]:
    for address in PAGES.split():
        yield Question(address, accept=BROWSER)
    for address in (*OTHER_MEDIA.split(), *FOR_PROGRAMS.split(), *REFUSED.split()):
        yield Question(address)
    for address in ("/nowhere", "/strip?at=yesterday", "/chart?at={at}", "/story/0123456789abcdef"):
        yield Question(address, accept=BROWSER)
    for method, address in (
        ("POST", "/strip"),
        ("POST", "/api/v1/rates"),
        ("HEAD", "/strip"),
        ("HEAD", "/api/v1/rates"),
        ("HEAD", "/nowhere"),
        ("OPTIONS", "/strip"),
        ("OPTIONS", "/api/v1/rates"),
        ("OPTIONS", "/nowhere"),
        ("OPTIONS", "/click/0123456789abcdef"),
        ("POST", "/click/0123456789abcdef"),
        ("POST", "/click/nobody"),
        ("POST", "/story/{story}/view"),
    ):
        yield Question(address, method)
    yield Question("/strip", "POST", BROWSER)
    for address in ("/strip", "/strip.json", "/panel", "/api/v1/rates", "/docs"):
        yield Question(address, known=True)
