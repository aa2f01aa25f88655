"""What queries of every route have in common: the grammar of `at`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)([Zz]|[+ -][0-9]{2}:[0-9]{2})?"
)


def parse_moment(text: str, zone: tzinfo) -> datetime:
    """A moment (UTC) as RFC 3339 writes it; seconds may be left out. Raises ValueError.

    Without an offset it is a moment of `zone`. A plus that was not escaped arrives as a space.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, clock, offset = found.groups()
    local = datetime.fromisoformat(f"{day}T{clock}{(offset or '').replace(' ', '+').upper()}")
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as fault:  # beyond the calendar's ends
        raise ValueError(text) from fault
