"""What other banks say of a home's rates, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ticker.collect.sources.configured import HomeSources
from ticker.rates.compose import testimonies
from ticker.rates.witnesses import Witnesses
from ticker.store import Write


@dataclass(slots=True)
class StoredWitnesses:
    """Reads the store only once somebody asks: most rounds bring nothing new. `since` is the first day of which figures
    are judged."""

    tx: Write
    home: HomeSources
    since: date
    _read: Witnesses | None = field(default=None)

    def level(self, currency: str, day: date) -> Decimal | None:
        return self._witnesses().level(currency, day)

    def own_level(self, currency: str, day: date) -> Decimal | None:
        return self._witnesses().own_level(currency, day)

    def have_seconded(self, currency: str, day: date, value: Decimal) -> bool:
        return self._witnesses().have_seconded(currency, day, value)

    def within(self, currency: str) -> Decimal | None:
        return self.home.agreement.get(currency)

    def ratio(self, currency: str, other: str, day: date) -> Decimal | None:
        return self._witnesses().ratio(currency, other, day)

    def _witnesses(self) -> Witnesses:
        if self._read is None:
            agreement = self.home.agreement
            asked = {self.home.home.currency, *agreement}
            told = [
                table
                for one in self.home.witnesses
                for table in testimonies(one, self.tx.revisions(one.source, self.since), asked)
            ]
            self._read = Witnesses(self.home.home.currency, self.home.witnesses, told, agreement)
        return self._read
