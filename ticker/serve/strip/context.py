"""What every sentence on a strip depends on: the content, its judgement, the options, the language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ticker.rates.freshness import Judgement
from ticker.serve.i18n.words import Words
from ticker.serve.strip.options import Options
from ticker.snapshot import Content

DEMO = "DEMO"  # the bank's key in a demonstration


@dataclass(frozen=True, slots=True)
class Context:
    content: Content
    judged: Judgement
    options: Options
    say: Words

    @property
    def today(self) -> date:
        return self.judged.today

    def day(self, day: date | None) -> str:
        return self.say.day(day, self.today) if day else ""

    def bank(self, bank: str | None) -> str:
        if self.content.demo:
            return self.say.bank(DEMO)
        return self.say.bank(bank) if bank else ""

    def time(self, local: datetime) -> str:
        """The time, with its day where that is not today."""
        return self.say.clock(local) if local.date() == self.today else self.dated(local)

    def dated(self, local: datetime) -> str:
        return f"{self.day(local.date())} {self.say.clock(local)}"

    def with_year(self, local: datetime) -> str:
        """Day, year and time, for what is read much later."""
        return f"{self.say.dated(local.date())}, {self.say.clock(local)}"
