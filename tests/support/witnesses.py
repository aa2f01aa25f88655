"""A desk whose home has other banks beside it, and a second home: figures are given with `say`, as the bank's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from support.desk import Desk
from support.scenes import HOME, NBKR, WEEKLY
from ticker.model import DAY, Home, Window
from ticker.rates.compose import compose
from ticker.snapshot import BankTerms, WitnessTerms

KZT = Home("KZT", ZoneInfo("Asia/Almaty"))
NBK = BankTerms("nbk", "NBK", Window.any_time(KZT.zone), 14)
TERMS = (
    WitnessTerms("nbk", "NBK", "KZT", sets_levels=True),
    WitnessTerms("cbu", "CBU", "UZS", sets_levels=True),
    WitnessTerms("nbt", "NBT", "TJS", sets_levels=True),
    WitnessTerms("ecb", "ECB", "EUR", sets_levels=False),
)
AGREEMENT = {"USD": Decimal("0.005"), "EUR": Decimal("0.025"), "RUB": Decimal("0.025")}


class WitnessedDesk(Desk):
    """`second` is whether NBK's tables are a home of their own."""

    second = False

    def testify(self, source: str, day: date, **prices: str) -> None:
        """A table of another bank: what one unit of each currency costs there."""
        for currency, price in prices.items():
            self.say(currency, [(day, price)], source=source)

    def publish(self) -> None:
        super().publish()
        since = HOME.day(self.now) - 60 * DAY
        with self.store.write(self.token) as write:
            known = self.cache.snapshot.content
            sources = [NBKR.source, WEEKLY.source, *(one.source for one in TERMS)]
            revisions = {source: write.revisions(source, since) for source in sources}
            own = compose(
                HOME, (NBKR, WEEKLY), known.feeds, revisions, known.headlines, witnesses=TERMS, agreement=AGREEMENT
            )
            of_nbkr = (WitnessTerms(NBKR.source, "NBKR", "KGS", sets_levels=True), *TERMS[1:])
            agreement = {"USD": Decimal("0.005")}
            other = compose(KZT, (NBK,), (), revisions, (), witnesses=of_nbkr, agreement=agreement)
            write.publish(replace(own, neighbours=(other,) if self.second else ()), self.now)
            for one in TERMS:
                for currency in sorted({of.rate.currency for of in revisions[one.source]}):
                    write.record_look(one.source, currency, self.now)
        self.live.poll()

    def tables(self, day: date, **more: Mapping[str, str]) -> None:
        """Tables of `day` that agree with a dollar of 87.45; `more` are other prices, by source."""
        self.testify("nbk", day, **{"USD": "478.5100", "EUR": "548.3200", "KGS": "5.4700", **more.get("nbk", {})})
        self.testify("cbu", day, **{"USD": "12079.50", "EUR": "13841.00", "KGS": "138.12", **more.get("cbu", {})})
        self.testify("nbt", day, **{"USD": "9.2446", "EUR": "10.5890", "KGS": "0.10571", **more.get("nbt", {})})
        self.testify("ecb", day, **{"USD": "0.85910", **more.get("ecb", {})})
