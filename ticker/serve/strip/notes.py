"""Notes on a query: what was wrong in it, and what is shown instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ticker.serve.i18n.words import Words, words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an option accepts, as the sentence `key` of the words with its values."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def one_of(cls, choices: tuple[str, ...]) -> Wanted:
        return cls("note.wanted.choices", (("first", ", ".join(choices[:-1])), ("last", choices[-1])))

    @classmethod
    def whole_number(cls, least: int, most: int, *, auto: bool = False) -> Wanted:
        return cls(f"note.wanted.{'auto' if auto else 'limits'}", (("least", least), ("most", most)))

    @classmethod
    def colour(cls) -> Wanted:
        return cls("note.wanted.colour")

    @classmethod
    def first(cls, feed: str, most: int) -> Wanted:
        """A feed with a number of headlines."""
        return cls("note.wanted.first", (("feed", feed), ("most", most)))

    def text(self, say: Words) -> str:
        return say.text(self.key, **dict(self.values))


@dataclass(frozen=True, slots=True)
class Note:
    """What was wrong with the name `name` of a query: the sentence `note.<key>` of the words with its values."""

    key: str
    name: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, name: str, **values: object) -> Note:
        return cls(key, name, tuple(values.items()))

    def text(self, say: Words | None = None) -> str:
        """The note as a sentence, in English without `say`."""
        return self._sentence(f"note.{self.key}", say or words("en"))

    def complaint(self) -> str:
        """The English sentence without what is shown instead."""
        say, key = words("en"), f"note.{self.key}"
        return self._sentence(f"{key}.complaint" if say.has(f"{key}.complaint") else key, say)

    def _sentence(self, key: str, say: Words) -> str:
        values: Mapping[str, object] = {
            name: value.text(say) if isinstance(value, Wanted) else value for name, value in self.values
        }
        return say.text(key, name=self.name, **values)
