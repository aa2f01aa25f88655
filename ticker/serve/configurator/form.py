"""The configurator's form: a field for each option, with limits and choices from the model of the options (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ticker.serve.configurator.query import PLACES, ConfiguratorQuery, default_feeds
from ticker.serve.i18n.words import LANGUAGE_NAMES, Words
from ticker.serve.strip.options import COLOURS, MOST_FIRST, PARTS, Options, choices, limits, offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Content

GROUPS = (
    ("content", ("home", "show", "lang", "place")),
    ("currencies", ("currencies",)),
    ("headlines", ("headlines", "feeds", "order", "first")),
    ("motion", ("motion", "speed", "digits", "charts")),
    ("look", (*COLOURS, "theme", "frame", "panel")),
)
# The columns of the page: the groups of each, of a panel whose preview takes the third column, and of all else.
COLUMNS = {
    True: (("content", "currencies", "headlines"), ("look", "motion")),
    False: (("content", "currencies"), ("headlines", "motion"), ("look",)),
}
_ROWS = ("currencies", "feeds")
_SWITCHES = ("frame", "panel")  # two short choices, side by side
_FROM_PALETTE = ("bg", "line")  # the palette fills them, so the form only keeps them


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool
    lang: str | None = None  # where the label is in another language than the page


@dataclass(frozen=True, slots=True)
class Row:
    """A member of an ordered list, or one that may be added. `code` is drawn before its name."""

    value: str
    name: str
    code: str = ""
    lang: str | None = None  # of a feed


@dataclass(frozen=True, slots=True)
class Field:
    """One option in the form. `kind` is its control: choice, switch, checks, number, rows, colour, kept or first."""

    name: str
    kind: str
    label: str
    hint: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    rows: tuple[Row, ...] = ()
    more: tuple[Row, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: str
    fields: tuple[Field, ...]


def groups(asked: ConfiguratorQuery, content: Content, settings: SiteSettings, say: Words) -> Mapping[str, Group]:
    """The form's fields in groups, by name."""
    own, settings = content.of(asked.options.home), settings.at_home(asked.options.home)
    form = _Form(asked, content, own, settings, say)
    return {
        group: Group(
            group,
            say.text(f"conf.group.{group}"),
            tuple(form.field(name) for name in names if name != "home" or content.neighbours),
        )
        for group, names in GROUPS
    }


@dataclass(frozen=True, slots=True)
class _Form:
    """`content` is that of the service, `own` and `settings` are of the home that was chosen."""

    asked: ConfiguratorQuery
    content: Content
    own: Content
    settings: SiteSettings
    say: Words

    def field(self, name: str) -> Field:
        label = self.say.text(f"conf.{name}")
        value = self.asked.place if name == "place" else getattr(self.asked.options, name)
        match name:
            case "home":
                return Field(name, "choice", label, self.say.text("conf.home.hint"), choices=self._homes())
            case "lang":
                return Field(name, "choice", label, choices=self._languages())
            case "currencies":
                return self._currencies(label)
            case "feeds":
                return self._feeds(label)
            case "first":
                return self._first(label)
            case "show":
                taken = () if self.asked.nothing else value
                return Field(name, "checks", label, choices=self._choices(name, PARTS, taken))
            case "digits":
                return Field(name, "choice", label, self.say.text("conf.digits.hint"), choices=self._digits())
            case "place":
                return Field(name, "choice", label, choices=self._choices(name, PLACES, (value,)))
        if name in COLOURS:
            return Field(name, "kept" if name in _FROM_PALETTE else "colour", label, value=value or "")
        if isinstance(value, int):
            least, most = limits(name)
            message = self._message(name)
            return Field(name, "number", label, value=str(value), least=least, most=most, message=message)
        kind = "switch" if name in _SWITCHES else "choice"
        return Field(name, kind, label, choices=self._choices(name, choices(name), (value,)))

    def _message(self, name: str) -> str:
        """What gave way in this field, short enough for the line that is kept for it."""
        if not any(note.name == name for note in self.asked.notes):
            return ""
        least, most = limits(name)
        return self.say.text("conf.limits", least=least, most=most)

    def _homes(self) -> tuple[Choice, ...]:
        here = self.own.home.currency
        homes = (one.home.currency for one in self.content.homes)
        return tuple(Choice(one, f"{self.say.home(one)} ({one})", one == here) for one in homes)

    def _languages(self) -> tuple[Choice, ...]:
        languages = self.settings.own.languages
        return tuple(Choice(one, LANGUAGE_NAMES[one][1], one == self.asked.options.lang, one) for one in languages)

    def _digits(self) -> tuple[Choice, ...]:
        digits = self.asked.options.digits
        chosen = "auto" if digits is None else str(digits)
        numbers = tuple(Choice(str(one), str(one), str(one) == chosen) for one in range(limits("digits")[1] + 1))
        return (Choice("auto", self.say.text("conf.digits.auto"), chosen == "auto"), *numbers)

    def _currencies(self, label: str) -> Field:
        taken = self.asked.options.currencies or self.settings.currencies
        more = sorted(offered(self.own, self.settings).currencies - set(taken))
        rows, others = ([Row(one, self.say.currency_name(one), one) for one in of] for of in (taken, more))
        hint = self.say.text("conf.currencies.hint", most=_most("currencies"))
        return self._rows("currencies", label, hint, rows, others)

    def _feeds(self, label: str) -> Field:
        lang, known = self.asked.options.lang, {one.feed: one for one in self.own.feeds}
        taken = self.asked.options.feeds or default_feeds(self.own, lang)
        more = sorted((one for one in known if one not in taken), key=lambda one: known[one].language != lang)
        rows, others = (
            [Row(one, known[one].publisher, lang=known[one].language) for one in of] for of in (taken, more)
        )
        return self._rows("feeds", label, self.say.text("conf.feeds.hint"), rows, others)

    def _rows(self, name: str, label: str, hint: str, rows: list[Row], more: list[Row]) -> Field:
        most = _most(name)
        full = len(rows) >= most
        return Field(name, "rows", label, hint, rows=tuple(rows), more=() if full else tuple(more), most=most)

    def _first(self, label: str) -> Field:
        feed, _, number = (self.asked.options.first or "").partition(":")
        none = Choice("", self.say.text("conf.first.none"), not feed)
        taken = self.asked.options.feeds or default_feeds(self.own, self.asked.options.lang)
        known = tuple(Choice(one.feed, one.publisher, one.feed == feed) for one in self.own.feeds if one.feed in taken)
        return Field("first", "first", label, value=number or "1", choices=(none, *known), least=1, most=MOST_FIRST)

    def _choices(self, name: str, values: Iterable[str], chosen: Iterable[str]) -> tuple[Choice, ...]:
        taken = set(chosen)
        return tuple(Choice(one, self.say.text(f"conf.{name}.{one}"), one in taken) for one in values)


def states(name: str, known: Iterable[str], chosen: str, say: Words) -> Iterator[Choice]:
    """The choices of what the page itself shows."""
    for one in known:
        yield Choice(one, one if one.isdecimal() else say.text(f"conf.{name}.{one}"), one == chosen)


def _most(name: str) -> int:
    rules = Options.model_fields[name].metadata
    return next(int(rule.max_length) for rule in rules if hasattr(rule, "max_length"))
