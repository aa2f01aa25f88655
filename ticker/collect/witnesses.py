"""What other banks say of a home's rates, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ticker.collect.sources.configured import HomeSources
from ticker.rates.compose import testimonies
from ticker.rates.witnesses import Witnesses
from ticker.store import Write

SPAN = timedelta(days=35)  # how far back figures may still be borne out


@dataclass(slots=True)
class StoredWitnesses:
    """Reads the store only once somebody asks: most rounds bring nothing new."""

    tx: Write
    home: HomeSources
    day: date
    _read: Witnesses | None = field(default=None)

    def level(self, currency: str, day: date) -> Decimal | None:
        return self._witnesses().level(currency, day)

    def own_level(self, currency: str, day: date) -> Decimal | None:
        return self._witnesses().own_level(currency, day)

    def have_seconded(self, currency: str, day: date, value: Decimal) -> bool:
        return self._witnesses().have_seconded(currency, day, value)

    def within(self, currency: str) -> Decimal | None:
        return (self.home.agreement or {}).get(currency)

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        return self._witnesses().ratio(currency, other, day)

    def _witnesses(self) -> Witnesses:
        if self._read is None:
            agreement = self.home.agreement or {}
            asked = {self.home.home.currency, *agreement}
            told = [
                table
                for one in self.home.witnesses
                for table in testimonies(one, self.tx.revisions(one.source, self.day - SPAN), asked)
            ]
            self._read = Witnesses(self.home.home.currency, self.home.witnesses, told, agreement)
        return self._read
