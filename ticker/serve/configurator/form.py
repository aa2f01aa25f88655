"""The configurator's form: a field for each option, with limits and choices from the model of the options (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ticker.serve.configurator.query import PLACES, ConfiguratorQuery
from ticker.serve.i18n.words import LANGUAGE_NAMES, Words
from ticker.serve.strip.contrast import complaints
from ticker.serve.strip.options import COLOURS, PARTS, Options, choices, limits, offered
from ticker.serve.terms import SiteSettings
from ticker.snapshot import Content

GROUPS = (
    ("content", ("home", "lang", "currencies", "show", "place")),
    ("headlines", ("headlines", "feeds", "order", "first")),
    ("look", ("theme", "frame", *COLOURS, "panel", "charts")),
    ("motion", ("motion", "speed", "digits")),
)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool
    lang: str | None = None  # where the label is in another language than the page


@dataclass(frozen=True, slots=True)
class Field:
    """One option in the form. `kind` is its control: choice, checks, number, text or colour."""

    name: str
    kind: str
    label: str
    hint: str
    value: str = ""
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: str
    fields: tuple[Field, ...]
    opened: bool


def groups(asked: ConfiguratorQuery, content: Content, settings: SiteSettings, say: Words) -> Iterator[Group]:
    """The form's fields, in groups; the first group is open, and any with a changed option."""
    plain = asked.options.only()
    for number, (group, names) in enumerate(GROUPS):
        shown = [name for name in names if name != "home" or content.neighbours]
        fields = tuple(_field(name, asked, content, settings, say) for name in shown)
        changed = any(
            name in Options.model_fields and getattr(asked.options, name) != getattr(plain, name) for name in names
        )
        yield Group(group, say.text(f"conf.group.{group}"), fields, opened=number == 0 or changed)


def _field(name: str, asked: ConfiguratorQuery, content: Content, settings: SiteSettings, say: Words) -> Field:
    label = say.text(f"conf.{name}")
    hint = say.text(f"conf.{name}.hint") if name in ("home", "feeds", "digits") else ""
    if name == "place":
        return Field(name, "choice", label, hint, choices=_choices(name, PLACES, (asked.place,), say))
    value = getattr(asked.options, name)
    if name == "home":
        homes = [one.home.currency for one in content.homes]
        named = tuple(Choice(one, f"{say.home(one)} ({one})", one == (value or homes[0])) for one in homes)
        return Field(name, "choice", label, hint, choices=named)
    content, settings = content.of(asked.options.home), settings.at_home(asked.options.home)
    if name == "lang":
        named = tuple(Choice(one, LANGUAGE_NAMES[one][1], one == value, one) for one in settings.own.languages)
        return Field(name, "choice", label, hint, choices=named)
    if name == "currencies":
        hint = say.text("conf.currencies.hint", known=", ".join(sorted(offered(content, settings).currencies)))
        return Field(name, "text", label, hint, ", ".join(value or settings.currencies))
    if name == "feeds":
        feeds = tuple(
            Choice(one.feed, one.publisher, one.feed in (value or ()), one.language)
            for one in sorted(content.feeds, key=lambda one: one.language != asked.options.lang)
        )
        return Field(name, "checks", label, hint, choices=feeds)
    if name == "show":
        return Field(name, "checks", label, hint, choices=_choices(name, PARTS, () if asked.nothing else value, say))
    if name == "digits":
        chosen = "auto" if value is None else str(value)
        numbers = tuple(Choice(str(one), str(one), str(one) == chosen) for one in range(limits(name)[1] + 1))
        auto = Choice("auto", say.text("conf.digits.auto"), chosen == "auto")
        return Field(name, "choice", label, hint, choices=(auto, *numbers))
    if name in COLOURS:
        return Field(name, "colour", label, hint, f"#{value}" if value else "")
    if isinstance(value, int):
        least, most = limits(name)
        return Field(name, "number", label, hint, str(value), least=least, most=most)
    if name == "first":
        return Field(name, "text", label, hint, value or "")
    return Field(name, "choice", label, hint, choices=_choices(name, choices(name), (value,), say))


def _choices(name: str, values: Iterable[str], chosen: Iterable[str], say: Words) -> tuple[Choice, ...]:
    taken = set(chosen)
    return tuple(Choice(one, say.text(f"conf.{name}.{one}"), one in taken) for one in values)


def warnings(options: Options, say: Words) -> Iterator[str]:
    """Sentences on colours that are too faint, and on a ground that the service cannot know."""
    for one in complaints(options.bg, options.fg, options.accent, options.theme):
        yield say.text(
            "conf.contrast",
            what=say.text(f"conf.{one.option}"),
            chosen=f"#{one.chosen}",
            on=f"#{one.on}",
            ratio=say.number(Decimal(one.said), 1),
            wanted=say.number(Decimal(str(one.wanted)), 1),
            shown=f"#{one.shown}",
        )
    if options.theme == "transparent" and not options.bg:
        yield say.text("conf.transparent")
