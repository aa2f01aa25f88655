"""The ordered lists of the form, currencies and feeds: what its buttons and number fields do to them (pure).

Without a script a list is changed by what the form sends: a button's name and value (`do=up.feeds.kabar-ru`), or a
number for each member (`n.feeds.kabar-ru=1`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ORDERED = ("currencies", "feeds")
ACTION = "do"  # the name of the buttons
NUMBER = "n"  # the first part of the number fields' names
DROP, UP, DOWN, ADD = "drop", "up", "down", "add"


def action(given: Mapping[str, str]) -> tuple[str, str, str]:
    """What the pressed button asks for: the deed, the name of the list or field, and the member; empty without one."""
    deed, _, rest = given.get(ACTION, "").partition(".")
    name, _, member = rest.partition(".")
    return deed, name, member


def arranged(name: str, members: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The members after what the form asks for. The last one cannot be dropped: without any, there is no list."""
    numbered = _by_number(name, list(dict.fromkeys(members)), given)
    deed, of, member = action(given)
    if of != name or not member:
        return numbered
    if deed == ADD:
        return [*(one for one in numbered if one != member), member]
    if member not in numbered:
        return numbered
    place, others = numbered.index(member), [one for one in numbered if one != member]
    if deed == DROP:
        return others or numbered
    to = {UP: max(0, place - 1), DOWN: place + 1}.get(deed, place)
    return [*others[:to], member, *others[to:]]


def moved(name: str, members: Sequence[str], given: Mapping[str, str]) -> bool:
    """Whether the form changes the order of the list: by a button, a number, or a script that did it already."""
    deed, of, _ = action(given)
    return (
        (of == name and deed in (UP, DOWN))
        or given.get("moved") == name
        or _by_number(name, members, given) != [*members]
    )


def _by_number(name: str, members: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The members by their numbers. Of two with one number, the one whose number was changed comes first."""

    def key(place: int, member: str) -> tuple[int, bool, int]:
        text = given.get(f"{NUMBER}.{name}.{member}", "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else place
        return number, number == place, place

    return [member for _, member in sorted((key(place, one), one) for place, one in enumerate(members, 1))]
